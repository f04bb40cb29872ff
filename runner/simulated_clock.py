"""A clock that jumps from one thing to the next: nobody waits longer than the others take to come to rest."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

TICK = timedelta(microseconds=1)
"""What a wait takes at least, however short it is: one that took nothing would be asked for again for ever."""


@dataclass(slots=True, eq=False)
class _Sleeper:
    until: datetime
    woken: threading.Event = field(default_factory=threading.Event)


class SimulatedClock:
    """A clock that stands still until `move_to` is called, and whose waits end when it has been moved past their end.

    Whoever moves it does so when all are at rest: `asleep` counts the threads that wait, `on_sleep` is called whenever
    one more does. A wait ends with its time alone: an event that is set meanwhile is seen then. Any thread may call it.
    """

    def __init__(self, now: datetime) -> None:
        self._start = self._now = now.astimezone(UTC)
        self._lock = threading.Lock()
        self._sleepers: list[_Sleeper] = []
        self.on_sleep: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    def boottime(self) -> float:
        return self.monotonic()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        if event.is_set():
            return True
        with self._lock:
            sleeper = _Sleeper(self._now + max(timedelta(seconds=seconds), TICK))
            self._sleepers.append(sleeper)
        self.on_sleep()
        sleeper.woken.wait()
        return event.is_set()

    @property
    def asleep(self) -> int:
        """How many threads wait for an instant that has not come."""
        return len(self._sleepers)

    def next_waking(self) -> datetime | None:
        """The first instant for which a thread waits."""
        with self._lock:
            return min((sleeper.until for sleeper in self._sleepers), default=None)

    def move_to(self, instant: datetime) -> None:
        """Let it be this instant, and wake those who waited for it; it never goes back."""
        with self._lock:
            self._now = max(self._now, instant.astimezone(UTC))
            due = [sleeper for sleeper in self._sleepers if sleeper.until <= self._now]
            self._sleepers = [sleeper for sleeper in self._sleepers if sleeper.until > self._now]
        # They no longer count as asleep before the first of them goes on.
        for sleeper in due:
            sleeper.woken.set()
