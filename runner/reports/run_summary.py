"""What a run came to, as a table for people and as JSON for programs."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from runner.reports.progress import STYLES
from runner.store.rows import TaskRow


def summary_table(rows: Sequence[TaskRow]) -> Table:
    """One row per task, in the order of the plan."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("PHONE", "ENTRY", "SCRIPT", "TARGET", "STATE", "TIME", "REASON"):
        table.add_column(column, no_wrap=column != "REASON", justify="right" if column == "TIME" else "left")
    for row in rows:
        task = row.task
        table.add_row(
            task.lane,
            task.entry,
            task.script,
            task.target or "",
            Text(row.state, style=STYLES.get(row.state, "")),
            f"{row.duration_s:.1f} s" if row.duration_s is not None else "",
            reason(row),
        )
    return table


def reason(row: TaskRow) -> Text:
    """Why a task is as it is, and below it what to do."""
    text = Text(row.reason)
    if row.hint:
        text.append(f"\n{row.hint}", style="dim")
    return text


def totals(rows: Sequence[TaskRow]) -> str:
    """`12 tasks: 11 completed, 1 failed`."""
    counts = Counter(row.state for row in rows)
    return f"{len(rows)} task{'' if len(rows) == 1 else 's'}: " + ", ".join(
        f"{count} {state}" for state, count in counts.items()
    )


def summary_data(run_id: str, rows: Sequence[TaskRow], report: str | None) -> dict[str, Any]:
    """The same as JSON: `{"run", "report", "tasks": [{"key", "device", "entry", "script", "target", "state",
    "reason", "hint", "attempts", "duration_s"}], "counts": {state: n}}`."""
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
                "state": row.state.value,
                "reason": row.reason,
                "hint": row.hint,
                "attempts": row.attempts,
                "duration_s": row.duration_s,
            }
            for row in rows
        ],
    }
