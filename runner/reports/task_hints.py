"""What a person can do about a task, as text: its hint, or the command that helps."""

from runner.events import TaskFinished
from runner.reasons import ReasonKind
from runner.store.rows import AttemptRow, TaskRow
from runner.tasks import AttemptOutcome, TaskState

SETTLE = "look at the app on the phone, then settle it with `runner tasks resolve`"


def hint_of_task(row: TaskRow) -> str | None:
    """What to do about a task, if anything is known."""
    if row.state is TaskState.UNCERTAIN:
        return row.hint or SETTLE
    if row.reason_kind is ReasonKind.DID_NOT_HAPPEN:
        return f"retry it with `runner tasks retry {row.task.key}`"
    return row.hint


def hint_of_attempt(row: AttemptRow) -> str | None:
    """What to do after an attempt, if anything is known."""
    return row.hint or (SETTLE if row.outcome is AttemptOutcome.UNCERTAIN else None)


def hint_of_end(event: TaskFinished) -> str | None:
    """What to do about a task that has just ended, if anything is known."""
    return event.outcome.hint or (SETTLE if event.state is TaskState.UNCERTAIN else None)
