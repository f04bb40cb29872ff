"""What becomes of the attempts of a process that died."""

from dataclasses import replace

from runner.backend_registry import declared
from runner.execution.requests import ON_REQUEST
from runner.reasons import ReasonKind
from runner.store.ledger import Ledger
from runner.store.request_rows import CommandKind
from runner.store.task_changes import MAY_HAVE_HAPPENED
from runner.tasks import AttemptOutcome, Outcome, TaskState


def settle_interrupted(ledger: Ledger) -> int:
    """Close every attempt that another process left open; returns how many there were.

    Their tasks are pending again. The effects tell what an interrupted attempt had done, and the backend asks them
    first: it repeats nothing that was committed, and verifies what was committing. A stop request survives the
    restart: its task is over, or is asked again where it goes on. Only who holds the ledger's executor lock may call
    this: without it, attempts of living processes would be closed.
    """
    left = ledger.attempts.interrupted()
    stopped = ledger.commands.asked_to_stop(left)
    for attempt in left:
        outcome = Outcome(
            AttemptOutcome.INTERRUPTED,
            f"attempt {attempt.number} was cut off: its process ended without a word",
            kind=ReasonKind.RETRY,
        )
        state, reason = TaskState.PENDING, None
        if attempt.task_key in stopped:
            state, reason = _stopped(ledger, attempt.task_key)
            if state.is_final:
                outcome = replace(outcome, kind=ReasonKind.STOPPED)
        ledger.attempts.finish(attempt.id, outcome, state, reason=reason)
    return len(left)


def _stopped(ledger: Ledger, key: str) -> tuple[TaskState, str | None]:
    """The state of a task that a person asked to stop, and why."""
    row = ledger.tasks.get(key)
    assert row is not None
    if not any(effect.asks_somebody for effect in ledger.effects.of(key)):
        return TaskState.CANCELLED, ON_REQUEST
    if not declared(row.task.backend).goes_on_alone:
        return TaskState.UNCERTAIN, MAY_HAVE_HAPPENED
    # The server carries it on, and only the task's own attempt can find it there: so that attempt is asked to stop.
    ledger.commands.request(CommandKind.STOP_TASK, key, "the runner, for whom its last process answered")
    return TaskState.PENDING, None
