"""A task of the ledger as the Local API shows it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from runner.backends.local_api.task_content import script_targets
from runner.planning.content import files, texts
from runner.store.rows import TaskRow
from runner.tasks import Task, TaskSource, TaskState

STATUS = {
    TaskState.PENDING: 0,
    TaskState.RUNNING: 1,
    TaskState.COMPLETED: 2,
    TaskState.FAILED: 3,
    TaskState.MISSED: 3,
    TaskState.SKIPPED: 3,
    TaskState.CANCELLED: 3,
    TaskState.UNCERTAIN: 3,
}
"""The contract has four states; our other final states are failures, with the reason in `message`."""

TEXTS = ("pending", "running", "completed", "failed")


def states_of(status: int) -> frozenset[TaskState]:
    return frozenset(state for state, number in STATUS.items() if number == status)


def shown(row: TaskRow) -> dict[str, Any]:
    """The contract's fields, and what the task posts and writes, ready for JSON; instants in ISO 8601, UTC."""
    task, status = row.task, STATUS[row.state]
    return {
        "id": row.id,
        "serial": task.device,
        "username": task.username,
        "script_name": task.script,
        "script_config": config_alone(task),
        "status": status,
        "status_text": TEXTS[status],
        "source": "api" if task.source is TaskSource.API else "ui",
        "start_time": task.due_utc.isoformat(),
        "created_at": row.created_utc.isoformat(),
        "started_at": row.started_utc.isoformat() if row.started_utc else None,
        "finished_at": row.finished_utc.isoformat() if row.finished_utc and row.state.is_final else None,
        "retry_count": max(row.attempts - 1, 0),
        "message": _message(row),
        "files": list(files(task)),
        "texts": texts(task),
    }


def stats(counts: Mapping[TaskState, int]) -> dict[str, int]:
    """Tasks by status, whoever made them."""
    by_text = dict.fromkeys(("total", *TEXTS), 0)
    for state, count in counts.items():
        by_text[TEXTS[STATUS[state]]] += count
        by_text["total"] += count
    return by_text


def config_alone(task: Task) -> dict[str, Any]:
    """The config as if the task had been made alone: clients tell tasks apart by their targets."""
    return next(configs_alone([task]))


def configs_alone(tasks: Iterable[Task]) -> Iterator[dict[str, Any]]:
    """The same for several tasks; tasks of one occurrence share a config, which is read once."""
    read_of: Any = None
    read: tuple[tuple[str, ...] | None, dict[str, str]] = (None, {})
    for task in tasks:
        if read_of is not task.config:
            read_of, read = task.config, script_targets(task.script, task.config)
        keys, written = read
        if task.target is None or keys is None:
            yield dict(task.config)
        else:
            several, *single = keys
            yield {
                **task.config,
                several: [written.get(task.target, task.target)],
                **dict.fromkeys(single, ""),
            }


def _message(row: TaskRow) -> str:
    if row.state in (TaskState.MISSED, TaskState.SKIPPED, TaskState.CANCELLED, TaskState.UNCERTAIN):
        return f"{row.state}: {row.reason}" if row.reason else str(row.state)
    return row.reason
