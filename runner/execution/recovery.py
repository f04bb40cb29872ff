"""What becomes of the attempts of a process that died."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace

from runner.backend_registry import declared
from runner.errors import LeaseLost
from runner.execution.requests import ON_REQUEST
from runner.reasons import ReasonKind
from runner.store.ledger import Ledger
from runner.store.request_rows import CommandKind
from runner.store.task_changes import MAY_HAVE_HAPPENED
from runner.tasks import AttemptOutcome, Outcome, TaskState


def settle_interrupted(ledger: Ledger, lanes: Collection[str] | None = None) -> int:
    """Close every attempt that another process left open; returns how many there were. Where hosts share the ledger,
    it closes those in `lanes`, which this host has just taken, and in which it has begun nothing since.

    Their tasks are pending again. The effects tell what an interrupted attempt had done, and the backend asks them
    first: it repeats nothing that was committed, and verifies what was committing. A stop request survives the
    restart: its task is over, or is asked again where it goes on. Only who holds the ledger's executor lock, or these
    lanes, may call this: without it, attempts of living processes would be closed.
    """
    left = ledger.attempts.interrupted(lanes)
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
        # Who has lost the lane may just have written down how it ended: that is then how it ended.
        with suppress(LeaseLost):
            ledger.attempts.finish(attempt.id, outcome, state, reason=reason)
    return len(left)


def take_lanes(ledger: Ledger, names: Collection[str]) -> list[str]:
    """Take those of these lanes that are free, for the life of the host that the fence knows, and settle what was left
    open in them; returns the lanes that are new. Raises LeaseLost if that life is over."""
    assert ledger.fence.lease is not None, "a host begins before it takes lanes"
    taken = ledger.lane_leases.take(ledger.fence.lease, names)
    new = ledger.fence.news(taken)
    if new:
        settle_interrupted(ledger, new)
        ledger.fence.hold(new)
    return sorted(new)


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
