"""The one place that notices when somebody sets the machine's clock, or that the machine has slept."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from runner.clock import Clock

STEP_S = 2.0
"""A clock that moves by more seconds than this against the monotonic one has stepped; less is how clocks are kept
right."""


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What two clocks showed at one moment: the machine's, and the monotonic one in seconds."""

    now: datetime
    monotonic: float

    @classmethod
    def take(cls, clock: Clock) -> Self:
        return cls(clock.now(), clock.monotonic())

    def drift_s(self, later: "ClockReading") -> float:
        """How many seconds the clock has moved against the monotonic one since; less than 0 is back.

        From inside, nobody can tell a clock that was set forward from a machine that slept.
        """
        return (later.now - self.now).total_seconds() - (later.monotonic - self.monotonic)


class ClockWatch:
    """Calls those who asked for it after every step of the clock. Any thread may call it.

    Somebody has to `look` every few seconds: the executor's pump does, four times a second, and each lane does before
    it takes a task.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last = ClockReading.take(clock)
        self._reactions: list[Callable[[float], None]] = []

    def on_step(self, react: Callable[[float], None]) -> None:
        """Call `react` after each step with its length in seconds, less than 0 for a step back; in the order in which
        callers asked for it. `react` must not `look`."""
        self._reactions.append(react)

    @contextmanager
    def looking_away(self) -> Iterator[None]:
        """While somebody moves a simulated clock: who reads one part of it before and one after sees a step."""
        with self._lock:
            yield

    def look(self) -> None:
        """Compare the clocks. After a step it returns, in every thread that looks meanwhile, only when all have
        reacted, so no thread that looks first begins a task that the step has made too late."""
        # Held while they react, not only to compare: that is what makes the other threads wait.
        with self._lock:
            before, self._last = self._last, ClockReading.take(self._clock)
            stepped_s = before.drift_s(self._last)
            if abs(stepped_s) > STEP_S:
                for react in self._reactions:
                    react(stepped_s)
