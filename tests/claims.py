"""Claims one task in a ledger, for tests that need an attempt."""

from runner.store.ledger import Ledger
from runner.store.rows import Attempt


def claim(ledger: Ledger, key: str) -> Attempt:
    """The task's next attempt, which runs then. Raises KeyError if the task is not pending, or not there."""
    return ledger.attempts.start_all([key])[key]
