"""Tasks in a list or one by one: for people and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from runner.clock import utc
from runner.reports.content import content_data, content_lines, content_words
from runner.reports.instants import local
from runner.reports.progress import STYLES
from runner.reports.rows import Column, Rows
from runner.reports.run_summary import reason
from runner.reports.task_hints import hint_of_task
from runner.store.rows import TaskRecord, TaskRow
from runner.targets import DEFAULT_APP
from runner.tasks import Effect

NARROW = 100
"""In fewer columns than this, instants have no seconds."""


def task_table(
    rows: Sequence[TaskRow], zone: tzinfo, width: int, hosts: Mapping[int, str] | None = None
) -> Rows:
    """A row for each task, with its number, by which every command finds it. `width` are the columns there are, `hosts`
    the tasks' hosts by the tasks' numbers, where there are several."""
    table = Rows(
        Column("TASK", is_number=True),
        "DUE",
        "ENTRY",
        Column("SCRIPT", is_minor=True),
        "PHONE",
        *(["HOST"] if hosts is not None else []),
        Column("TARGET", is_text=True),
        "STATE",
        Column("REASON", is_text=True),
    )
    for row in rows:
        task, due = row.task, local(row.task.due_utc, zone)
        table.add(
            str(row.id),
            due[: len("2026-11-21 09:00")] if width < NARROW else due,
            f"{task.campaign}/{task.entry}",
            task.work,
            task.place,
            *([hosts.get(row.id, "")] if hosts is not None else []),
            ", ".join(filter(None, (task.target, *content_words(task)))),
            (row.state, STYLES.get(row.state, "")),
            reason(row),
        )
    return table


def task_lines(record: TaskRecord, zone: tzinfo, host: str | None = None) -> Iterator[str]:
    """Everything about one task except its attempts, a line for each fact; `host` is its host, if it has one."""
    row, task = record.row, record.row.task
    facts = {
        "task": f"{row.id}  {task.key}",
        "state": f"{row.state}{': ' if row.reason else ''}{row.reason}",
        "to do": hint_of_task(row),
        "what": f"{task.title}, on {task.place or 'no phone'}, with {task.backend}",
        **content_lines(task),
        "due": f"{local(task.due_utc, zone)}, missed if held back until {local(task.expires_utc, zone)}",
        "not before": row.not_before and local(row.not_before, zone),
        "started": row.started_utc and local(row.started_utc, zone),
        "finished": row.finished_utc and local(row.finished_utc, zone),
        "host": host,
        "attempts": f"{row.attempts}; {_retries(task.retry.max)}",
        "timeout": f"{task.timeout_s:.0f} s",
        "source": f"{task.source}{f', run {row.run_id}' if row.run_id else ''}",
        "commit": task.commit,
    }
    width = max(map(len, facts))
    for name, value in facts.items():
        if value:
            yield f"{name:{width}}  {value}"
    for effect in record.effects:
        yield (
            f"{'effect':{width}}  {effect.kind} {effect.target or ''}".rstrip()
            + f": {effect.state}{', which stays open' if effect.is_left_open else ''}"
        )
    for name, value in task.config.items():
        yield f"{'config':{width}}  {name}: {value}"


def _retries(most: int) -> str:
    """How often a failed task is retried automatically."""
    if most == 0:
        return "one that fails is not tried again by itself"
    return f"one that fails is tried again by itself at most {'once' if most == 1 else f'{most} times'}"


def effect_data(effect: Effect) -> dict[str, Any]:
    return {
        "kind": effect.kind,
        "target": effect.target,
        "state": effect.state.value,
        "evidence": dict(effect.evidence),
    }


def task_data(row: TaskRow) -> dict[str, Any]:
    """A task as JSON; instants are ISO 8601, UTC."""
    task = row.task
    return {
        "id": row.id,
        "key": task.key,
        "campaign": task.campaign,
        "entry": task.entry,
        "nominal": task.nominal,
        "script": task.script,
        "backend": task.backend,
        "device": task.device,
        "username": task.username,
        "target": task.target,
        **content_data(task),
        **({"app": task.options.app} if task.options.app != DEFAULT_APP else {}),
        "state": row.state.value,
        "reason": row.reason,
        "hint": hint_of_task(row),
        "source": task.source.value,
        "run": row.run_id,
        "commit": task.commit,
        "attempts": row.attempts,
        "timeout_s": task.timeout_s,
        "due_utc": utc(task.due_utc),
        "expires_utc": utc(task.expires_utc),
        "not_before_utc": utc(row.not_before),
        "created_utc": utc(row.created_utc),
        "started_utc": utc(row.started_utc),
        "finished_utc": utc(row.finished_utc),
        "config": dict(task.config),
    }
