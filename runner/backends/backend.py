"""What carries tasks out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from runner.tasks import Journal, Listener, Outcome, StopSignal, Task


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a lane cannot work, found before anything is started, and what to do."""

    lane: str
    message: str
    hint: str | None = None


class Backend(Protocol):
    """One way to carry tasks out. Several lanes call it at the same time, each from a thread of its own."""

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        """What would keep these tasks from being done, as far as can be seen without doing anything.

        Raises RunnerError if nothing can be done at all.
        """
        ...

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        """One attempt at a task. `deadline` is on the monotonic clock, in seconds.

        Effects that earlier attempts left in the journal are taken up first: what was made is never repeated.
        Failures of the phone and the app are outcomes; a LedgerError of the journal goes through.
        """
        ...

    def close(self) -> None:
        """Let go of the phones. Never raises."""
        ...
