"""Phones that fail repeatedly: they are held back for a time, and get another try (a circuit breaker).

What counts are attempts that ended because the phone, which was there, did not do what it was asked. Failures of the
task's own do not count, and end the row as a success does: the phone has answered. A phone that is away does not count
either: its lane waits for it anyway.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from runner.clock import Clock, format_instant
from runner.store.ledger import Ledger
from runner.tasks import Again, AttemptOutcome, Outcome, Task


@dataclass(frozen=True, slots=True)
class Patience:
    """After so many failures in a row (0: never) a phone is held back for `first_s` seconds, after each further one for
    twice as long as before, and for at most `longest_s`."""

    failures: int = 3
    first_s: float = 600.0
    longest_s: float = 4 * 3600.0

    def rest_s(self, failures: int) -> float | None:
        """How long a phone with so many failures in a row is held back; None: not at all."""
        if not self.failures or failures < self.failures:
            return None
        doublings = min(failures - self.failures, 16)
        return min(self.first_s * 2.0**doublings, max(self.first_s, self.longest_s))


CAUTIOUS = Patience()


class FailingPhones:
    """The ledger keeps the count and the hold: both outlast this process. Any thread may call it; the attempts of one
    phone come from the thread of its lane."""

    def __init__(self, ledger: Ledger, clock: Clock, zone: tzinfo, patience: Patience) -> None:
        self._ledger, self._clock, self._zone, self._patience = ledger, clock, zone, patience
        self._failing: set[str] | None = None
        """The phones whose last attempt failed: those that work cost no write."""

    def ended(self, task: Task, outcome: Outcome) -> None:
        """Take up the end of an attempt."""
        if task.device is None:
            return
        if self._failing is None:
            self._failing = set(self._ledger.holds.failing())
        if outcome.phone_failed:
            self._failing.add(task.device)
            self._failed(task.device, task.key, outcome.message)
        elif task.device in self._failing and _shows_that_it_works(outcome):
            self._ledger.holds.phone_worked(task.device)
            self._failing.discard(task.device)

    def _failed(self, device: str, key: str, message: str) -> None:
        failures = self._ledger.holds.phone_failed(device)
        rest_s = self._patience.rest_s(failures)
        if rest_s is not None:
            until = self._clock.now() + timedelta(seconds=rest_s)
            self._ledger.holds.place_until(device, self._reason(failures, message, until), until, key)

    def _reason(self, failures: int, message: str, until: datetime) -> str:
        attempts = "1 attempt has" if failures == 1 else f"{failures} attempts in a row have"
        again = format_instant(until, self._zone)
        return f"{attempts} failed because of the phone, the latest: {message}; one task is tried from {again} on"


def _shows_that_it_works(outcome: Outcome) -> bool:
    if outcome.outcome is AttemptOutcome.COMPLETED:
        return True
    is_own = outcome.outcome is AttemptOutcome.FAILED and outcome.again in (Again.RETRY, Again.GO_ON)
    return is_own and not outcome.needs_person
