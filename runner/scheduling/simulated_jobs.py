"""The daemon's timed work under a simulated clock: whoever moves the clock runs what is due."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from runner.clock import Clock
from runner.errors import RunnerError


@dataclass(slots=True)
class _Repeated:
    seconds: float
    run: Callable[[], None]
    ended: float


@dataclass(frozen=True, slots=True)
class _Instants:
    next: Callable[[], datetime | None]
    run: Callable[[], None]


class SimulatedJobs:
    """As `Jobs`, in the thread of whoever moves the clock.

    A job that is repeated every few seconds makes no instant: it runs once at each instant that others make, if its
    time has come. Errors go through: nobody mends the ledger of a rehearsal meanwhile.
    """

    def __init__(self, clock: Clock) -> None:
        self.stopping = threading.Event()
        self._clock = clock
        self._repeated: list[_Repeated] = []
        self._instants: list[_Instants] = []

    def every(
        self,
        seconds: float,
        name: str,
        run: Callable[[], None],
        on_trouble: Callable[[RunnerError], None],
        *,
        at_once: bool = False,
    ) -> None:
        ended = self._clock.monotonic() - (seconds if at_once else 0.0)
        self._repeated.append(_Repeated(seconds, run, ended))

    def at(
        self,
        next_instant: Callable[[], datetime | None],
        name: str,
        run: Callable[[], None],
        on_trouble: Callable[[RunnerError], None],
        prepare: Callable[[], None],
    ) -> None:
        """What `prepare` would make quicker costs no time here."""
        self._instants.append(_Instants(next_instant, run))

    def plan_anew(self, name: str) -> None:
        """Nothing is planned ahead: instants are asked for whenever the clock is about to move."""

    def next_instant(self) -> datetime | None:
        """The first instant that a job waits for."""
        return min((at for job in self._instants if (at := job.next()) is not None), default=None)

    def run_due(self) -> None:
        """Run every job whose time has come."""
        now, elapsed = self._clock.now(), self._clock.monotonic()
        for job in self._instants:
            if (at := job.next()) is not None and at <= now:
                job.run()
        for repeated in self._repeated:
            if elapsed - repeated.ended >= repeated.seconds:
                repeated.run()
                repeated.ended = elapsed
