"""Phones in the hands of people: while somebody has one, no task begins on it."""

import secrets
import threading
from dataclasses import dataclass, replace

from runner.clock import Clock
from runner.errors import PhoneInUse
from runner.execution.requests import Refusal
from runner.reasons import ReasonKind
from runner.tasks import Task

LOAN_S = 60.0
"""How long a phone stays in somebody's hands who does nothing with it."""


@dataclass(frozen=True, slots=True)
class Loan:
    """A phone that somebody has in his hands, until an instant of the clock's monotonic seconds.

    `id` is a secret of whoever borrowed it: two pages of one person are not taken for each other.
    """

    id: str
    serial: str
    by: str
    until: float


class Loans:
    """Which phones are lent. Any thread may call it; nothing of it outlives the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._loans: dict[str, Loan] = {}
        self._lock = threading.Lock()

    def lend(self, serial: str, by: str) -> Loan:
        """A new loan; it replaces one of the same person. Raises PhoneInUse if somebody else has the phone.

        The caller has made sure that no task has it.
        """
        with self._lock:
            lent = self._present(serial)
            if lent is not None and lent.by != by:
                raise in_hand(lent)
            loan = Loan(secrets.token_urlsafe(16), serial, by, self._clock.monotonic() + LOAN_S)
            self._loans[serial] = loan
            return loan

    def renew(self, serial: str, id: str) -> Loan:
        """Let a loan last for LOAN_S from now. Raises PhoneInUse if it is over."""
        with self._lock:
            lent = self._present(serial)
            if lent is None or not secrets.compare_digest(lent.id.encode(), id.encode()):
                raise in_hand(lent) if lent else PhoneInUse(f"{serial} is not in your hands any more")
            self._loans[serial] = replace(lent, until=self._clock.monotonic() + LOAN_S)
            return self._loans[serial]

    def give_back(self, serial: str, id: str | None = None) -> bool:
        """End the loan of this id, or any if there is none; false if it has ended."""
        with self._lock:
            lent = self._loans.get(serial)
            if lent is None or (id is not None and lent.id != id):
                return False
            del self._loans[serial]
            return True

    def end_idle(self) -> bool:
        """End the loans of people who have done nothing for LOAN_S; whether there were any."""
        with self._lock:
            now = self._clock.monotonic()
            over = [serial for serial, loan in self._loans.items() if loan.until <= now]
            for serial in over:
                del self._loans[serial]
            return bool(over)

    def of(self, serial: str) -> Loan | None:
        """Who has a phone in his hands, if anybody."""
        with self._lock:
            return self._present(serial)

    def refusal(self, task: Task) -> Refusal | None:
        """Why a task may not begin: somebody has its phone."""
        if not self._loans or task.device is None:
            return None
        lent = self.of(task.device)
        return Refusal(f"{task.device} is in the hands of {lent.by}", ReasonKind.ON_HOLD) if lent else None

    def _present(self, serial: str) -> Loan | None:
        lent = self._loans.get(serial)
        return lent if lent is not None and lent.until > self._clock.monotonic() else None


def in_hand(loan: Loan) -> PhoneInUse:
    """Why nobody else may take it."""
    return PhoneInUse(
        f"{loan.serial} is in the hands of {loan.by}",
        hint=f"ask {loan.by} to give it back, or wait: it is given back when it has rested for {LOAN_S:.0f} s",
    )
