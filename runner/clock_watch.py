"""The one place that notices when somebody sets the machine's clock, or when the machine has slept."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from runner.clock import Clock

STEP_S = 2.0
"""A clock that moves by more against the monotonic one has stepped; less than that is how clocks are kept right."""


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What both clocks showed at one moment: the machine's, and the monotonic one in seconds."""

    now: datetime
    monotonic: float

    @classmethod
    def take(cls, clock: Clock) -> Self:
        return cls(clock.now(), clock.monotonic())

    def drift_s(self, later: "ClockReading") -> float:
        """By how much the clock has moved against the monotonic one since; less than 0 is back.

        From inside, a clock that was set forward cannot be told from a machine that slept.
        """
        return (later.now - self.now).total_seconds() - (later.monotonic - self.monotonic)


class ClockWatch:
    """Tells those who asked of every step of the clock. Any thread may call it.

    Somebody has to `look` every few seconds: the executor's pump does, four times a second, and each lane does before
    it takes a task.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last = ClockReading.take(clock)
        self._reactions: list[Callable[[float], None]] = []

    def on_step(self, react: Callable[[float], None]) -> None:
        """Have `react` called after each step with its length in seconds, less than 0 for one back. Those who asked
        first are called first. `react` must not `look`."""
        self._reactions.append(react)

    def look(self) -> None:
        """Compare the clocks. After a step this returns, in every thread that looks meanwhile, when all have reacted:
        so nobody who looks first begins a task that a step has made too late."""
        with self._lock:
            before, self._last = self._last, ClockReading.take(self._clock)
            stepped_s = before.drift_s(self._last)
            if abs(stepped_s) > STEP_S:
                for react in self._reactions:
                    react(stepped_s)
