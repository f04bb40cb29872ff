"""A host's look at the ledger that it shares, every few seconds: that it is the one it was, and of this version."""

from collections.abc import Callable

from runner.errors import LedgerUnavailable, RunnerError
from runner.scheduling.jobs import Jobs
from runner.store.ledger import Ledger

PERIOD_S = 5.0


def watch_ledger(jobs: Jobs, ledger: Ledger, fail: Callable[[RunnerError], None]) -> None:
    """`fail` hears when an older copy was put back, or a newer version of the runner has changed the tables. What
    other hosts have done is remembered on this one too, so that it would notice a copy that lacks only that."""

    def look() -> None:
        try:
            ledger.refuse_raised()
            ledger.tally.look()
        except LedgerUnavailable:
            return  # the host's lease ends, and that is told

    jobs.every(PERIOD_S, "ledger", look, fail, at_once=True)
