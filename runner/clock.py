"""Clocks, which callers hand in. No other code asks the machine what time it is."""

import threading
import time
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

BOOTTIME: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""macOS has no such clock; there a machine that has slept learns late that its leases are over."""


def format_instant(instant: datetime, zone: tzinfo) -> str:
    """An instant as reasons show it, on the clocks of a zone, for readers in any: `2026-11-21 09:15:02+01:00`."""
    return instant.astimezone(zone).isoformat(" ", "seconds")


def utc(instant: datetime | None) -> str | None:
    """An instant as programs read it, `2026-11-21T08:15:02Z`; None for None."""
    return None if instant is None else instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never steps; only differences have a meaning."""
        ...

    def boottime(self) -> float:
        """As `monotonic`, on a clock that also runs while the machine sleeps, where there is one."""
        ...

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until `event` is set, at most `seconds`; true if it is set."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def boottime(self) -> float:
        return time.clock_gettime(BOOTTIME)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return event.wait(seconds)


class ManualClock:
    """A clock that stands still until it is moved; waiting moves it. For tests, simulation and `--now`."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)
        self._elapsed_s = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._elapsed_s

    def boottime(self) -> float:
        return self._elapsed_s

    def wait(self, event: threading.Event, seconds: float) -> bool:
        if not event.is_set():
            self.advance(seconds)
        return event.is_set()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)
        self._elapsed_s += seconds
