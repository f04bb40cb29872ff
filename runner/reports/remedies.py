"""What a person can do about an error or a task, as text: its hint, or the command that helps."""

from runner.errors import LedgerOutdated, LedgerRefusal, RehearsalOnly, Remedy, RunnerError, UnknownTask
from runner.events import TaskFinished
from runner.reasons import ReasonKind
from runner.store.rows import AttemptRow, TaskRow
from runner.tasks import AttemptOutcome, TaskState

DECIDE = (
    "put the newest ledger back, if there is one. If not, look at the phones for what has been done since, then run "
    "`runner ledger accept-restore`: nothing of that time is caught up with, and the daemon goes on from now"
)
ELSEWHERE = (
    "rehearse with --virtual, go on with a rehearsal's run with `runner run --resume ID`, or name another "
    "ledger"
)
SETTLE = "look at the app on the phone, then settle it with `runner tasks resolve`"


def hint_of(error: RunnerError) -> str | None:
    """What to do about an error, if anything is known."""
    match error:
        case LedgerRefusal(remedy=Remedy() as remedy, task_key=key):
            return _COMMANDS[remedy].format(key=key)
        case LedgerOutdated():
            return DECIDE
        case RehearsalOnly():
            return ELSEWHERE
        case UnknownTask():
            return "name its number, its key, or a part of its key that no other has: runner tasks list"
    return error.hint


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


_COMMANDS = {
    Remedy.LIST_TASKS: "`runner tasks list` shows what it holds",
    Remedy.SHOW_TASK: "`runner tasks show {key}` shows its effects",
    Remedy.RUN_ANEW: "what is done is not repeated; `runner run` makes new tasks",
    Remedy.STOP_FIRST: "stop it first, with `runner tasks stop {key}`",
    Remedy.WAIT_OR_STOP: "wait until it has ended, or stop it with `runner tasks stop {key}`",
    Remedy.RESOLVE_FIRST: "look at the phone, then say so with `runner tasks resolve {key} --happened` or `--did-not`",
}
