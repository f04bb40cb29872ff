"""What to do with the attempts of a process that died."""

from runner.store.ledger import Ledger
from runner.tasks import AttemptOutcome, Outcome, TaskState


def settle_interrupted(ledger: Ledger) -> int:
    """Close every attempt that another process left open; returns how many there were.

    Their tasks are pending again. What an interrupted attempt had done is in its effects, and the backend asks
    those first: what was committed is not repeated, and what was committing is verified. Only who holds the
    ledger's executor lock may call this.
    """
    left = ledger.interrupted()
    for attempt in left:
        outcome = Outcome(
            AttemptOutcome.INTERRUPTED,
            f"attempt {attempt.number} was cut off: its process ended without a word",
        )
        ledger.finish_attempt(attempt.id, outcome, TaskState.PENDING)
    return len(left)
