"""What people do with tasks by hand, from the dashboard: what was said to it, and that it is on record."""

from dataclasses import dataclass

from runner.errors import LedgerRefusal
from runner.queries.advice import RetryTask
from runner.reasons import ReasonKind
from runner.reports.advice import command
from runner.reports.remedies import hint_of
from runner.server.dashboard.desk import Desk
from runner.store.actions import ActionKind
from runner.store.request_rows import CommandKind
from runner.store.rows import TaskRow
from runner.tasks import TaskState


@dataclass(frozen=True, slots=True)
class ActAnswer:
    """What became of a request about one task; `row` is the task as it is now, None if there is none."""

    task_id: int
    row: TaskRow | None
    said: str
    hint: str | None = None
    is_refused: bool = False


def retry(desk: Desk, task_id: int, by: str) -> ActAnswer:
    """Do a task again that is over. Refused where an effect happened, or may have happened."""
    row = desk.ledger.tasks.get(task_id)
    if row is None:
        return _gone(task_id)
    try:
        again = desk.ledger.tasks.retry(row.task.key)
    except LedgerRefusal as refusal:
        return _refused(row, refusal)
    desk.ledger.actions.note(by, ActionKind.RETRY, row.task.key, f"it was {row.state}")
    desk.submit([again])
    return ActAnswer(task_id, again, "it is pending again, and goes as soon as its phone is free")


def stop(desk: Desk, task_id: int, by: str) -> ActAnswer:
    """Cancel a task: a pending one at once; a running one, and one in doubt, by whoever has the phone."""
    row = desk.ledger.tasks.get(task_id)
    if row is None:
        return _gone(task_id)
    if row.state.is_final:
        return ActAnswer(task_id, row, f"it is {row.state}, and over already", is_refused=True)
    is_in_doubt = bool(desk.ledger.effects.in_doubt([row.task.key]))
    if row.state is TaskState.RUNNING or is_in_doubt:
        desk.ledger.commands.request(CommandKind.STOP_TASK, row.task.key, by)
        said = "asked to stop: it still ends its step"
        desk.refresh()
    elif desk.ledger.tasks.cancel([row.task.key], f"stopped on request by {by}", ReasonKind.STOPPED):
        said = "cancelled"
    else:
        return ActAnswer(
            task_id, desk.ledger.tasks.get(task_id), "it has just changed: look again", None, True
        )
    desk.ledger.actions.note(by, ActionKind.STOP, row.task.key, f"it was {row.state}")
    return ActAnswer(task_id, desk.ledger.tasks.get(task_id), said)


def resolve(desk: Desk, task_id: int, by: str, *, happened: bool) -> ActAnswer:
    """Write down a person's word whether the effects of a task happened."""
    row = desk.ledger.tasks.get(task_id)
    if row is None:
        return _gone(task_id)
    try:
        now = desk.ledger.tasks.resolve(row.task.key, happened, by)
    except LedgerRefusal as refusal:
        return _refused(row, refusal)
    word = "happened" if happened else "did not happen"
    desk.ledger.actions.note(by, ActionKind.RESOLVE, row.task.key, f"it {word}")
    hint = None if happened else f"to do it again: retry it, or {command(RetryTask(row.id), desk.options)}"
    return ActAnswer(task_id, now, f"it is {now.state} now: {now.reason}", hint)


def _gone(task_id: int) -> ActAnswer:
    return ActAnswer(task_id, None, "the ledger has no such task: it was deleted", is_refused=True)


def _refused(row: TaskRow, refusal: LedgerRefusal) -> ActAnswer:
    return ActAnswer(row.id, row, refusal.message, hint_of(refusal), is_refused=True)
