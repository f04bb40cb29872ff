"""Phones in the hands of people: while somebody has one, no task begins on it."""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@dataclass(slots=True)
class _Lent:
    """A phone that is lent: how many inputs are under way, and whether it is to be given back after them."""

    loan: Loan
    inputs: int = 0
    is_over: bool = False


class Loans:
    """Which phones are lent. Any thread may call it; nothing of it outlives the process.

    `on_end` is called, outside of the lock, with each loan that has ended.
    """

    def __init__(self, clock: Clock, on_end: Callable[[Loan], None]) -> None:
        self._clock = clock
        self._on_end = on_end
        self._lent: dict[str, _Lent] = {}
        self._lock = threading.Lock()

    def lend(self, serial: str, by: str, id: str | None = None) -> Loan:
        """A new loan, of the id that the borrower has thought of, or else one of ours; it replaces one of the same
        person. Raises PhoneInUse if somebody else has the phone.

        The caller has made sure that no task has it.
        """
        with self._lock:
            lent = self._present(serial)
            if lent is not None and lent.loan.by != by:
                raise in_hand(lent.loan)
            loan = Loan(id or secrets.token_urlsafe(16), serial, by, self._fresh())
            self._lent[serial] = _Lent(loan, lent.inputs if lent else 0)
            return loan

    @contextmanager
    def using(self, serial: str, id: str) -> Iterator[Loan]:
        """Do something with a lent phone: it stays lent meanwhile, and for LOAN_S after. Raises PhoneInUse if the loan
        is over."""
        with self._lock:
            lent = self._present(serial)
            if lent is None or lent.is_over or not secrets.compare_digest(lent.loan.id.encode(), id.encode()):
                raise in_hand(lent.loan) if lent else PhoneInUse(f"{serial} is not in your hands any more")
            lent.inputs += 1
        try:
            yield lent.loan
        finally:
            with self._lock:
                # Looked up again: the same person may have borrowed the phone anew from another page.
                lent = self._lent[serial]
                lent.inputs -= 1
                lent.loan = replace(lent.loan, until=self._fresh())
                ended = self._end(serial) if lent.is_over else None
            if ended:
                self._on_end(ended)

    def give_back(self, serial: str, id: str | None = None) -> None:
        """End the loan of this id, or any of the phone; once the input that is under way has been made."""
        with self._lock:
            lent = self._lent.get(serial)
            if lent is None or (id is not None and lent.loan.id != id):
                return
            ended = self._end(serial)
        if ended:
            self._on_end(ended)

    def end_idle(self) -> None:
        """End the loans of people who have done nothing for LOAN_S."""
        if not self._lent:
            return
        with self._lock:
            over = [serial for serial in self._lent if self._present(serial) is None]
            ended = [loan for serial in over if (loan := self._end(serial))]
        for loan in ended:
            self._on_end(loan)

    def of(self, serial: str) -> Loan | None:
        """Who has a phone in his hands, if anybody."""
        with self._lock:
            lent = self._present(serial)
            return lent.loan if lent else None

    def refusal(self, task: Task) -> Refusal | None:
        """Why a task may not begin: somebody has its phone."""
        if not self._lent or task.device is None:
            return None
        loan = self.of(task.device)
        return Refusal(f"{task.device} is in the hands of {loan.by}", ReasonKind.ON_HOLD) if loan else None

    def _fresh(self) -> float:
        return self._clock.monotonic() + LOAN_S

    def _present(self, serial: str) -> _Lent | None:
        lent = self._lent.get(serial)
        return (
            lent if lent is not None and (lent.inputs or lent.loan.until > self._clock.monotonic()) else None
        )

    def _end(self, serial: str) -> Loan | None:
        """End a loan and return it; None if it ends only after an input."""
        lent = self._lent[serial]
        lent.is_over = True
        if lent.inputs:
            return None
        del self._lent[serial]
        return lent.loan


def in_hand(loan: Loan) -> PhoneInUse:
    """Why nobody else may take it."""
    return PhoneInUse(
        f"{loan.serial} is in the hands of {loan.by}",
        hint=f"ask {loan.by} to give it back, or wait: it is given back when it has rested for {LOAN_S:.0f} s",
    )
