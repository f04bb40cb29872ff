"""The result of a run, as a table for people and as JSON for programs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from runner.reports.content import content_data, content_words
from runner.reports.progress import STYLES
from runner.reports.rows import Column, Rows, Words
from runner.reports.task_hints import hint_of_task
from runner.store.rows import TaskRow
from runner.tasks import TaskState


def summary_table(rows: Sequence[TaskRow]) -> Rows:
    """One row per task, in the order of the plan."""
    table = Rows(
        "PHONE",
        "ENTRY",
        Column("SCRIPT", is_minor=True),
        Column("TARGET", is_text=True),
        "STATE",
        Column("TIME", is_minor=True, is_number=True),
        Column("REASON", is_text=True),
    )
    for row in rows:
        task = row.task
        table.add(
            task.place,
            task.entry,
            task.work,
            ", ".join(filter(None, (task.target, *content_words(task)))),
            (row.state, STYLES.get(row.state, "")),
            f"{row.duration_s:.1f} s" if row.duration_s is not None else "",
            reason(row),
        )
    return table


def reason(row: TaskRow) -> list[Words]:
    """Why a task is in its state, and below it what to do."""
    return [row.reason, *([(hint, "dim")] if (hint := hint_of_task(row)) else [])]


def totals(rows: Sequence[TaskRow]) -> str:
    """`12 tasks: 11 completed, 1 failed`."""
    return counted(Counter(row.state for row in rows))


def counted(counts: Mapping[TaskState, int]) -> str:
    """The same of tasks that are counted by state."""
    total = sum(counts.values())
    words = ", ".join(f"{count} {state}" for state, count in counts.items())
    return f"{total} task{'' if total == 1 else 's'}{': ' if words else ''}{words}"


def summary_data(run_id: str, rows: Sequence[TaskRow], report: str | None) -> dict[str, Any]:
    """The same as JSON: `{"run", "report", "tasks": [{"key", "device", "entry", "script", "target", "files",
    "texts", "state", "reason", "hint", "attempts", "duration_s"}], "counts": {state: n}}`."""
    return {
        "run": run_id,
        "report": report,
        "counts": dict(Counter(row.state.value for row in rows)),
        "tasks": [
            {
                "key": row.task.key,
                "device": row.task.device,
                "entry": row.task.entry,
                "script": row.task.script,
                "target": row.task.target,
                **content_data(row.task),
                "state": row.state.value,
                "reason": row.reason,
                "hint": hint_of_task(row),
                "attempts": row.attempts,
                "duration_s": row.duration_s,
            }
            for row in rows
        ],
    }
