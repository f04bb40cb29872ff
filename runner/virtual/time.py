"""The time on virtual phones: the machine's, or one that somebody else moves."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count

Action = Callable[[], None]


@dataclass(order=True, slots=True)
class _Timer:
    at: datetime
    number: int
    action: Action


class PhoneTime:
    """What phones see of time, and what their apps do later. It goes as the machine's until `move_to` is called for
    the first time; from then on it stands still between two calls."""

    def __init__(self) -> None:
        self._now: datetime | None = None
        self._timers: list[_Timer] = []
        self._numbers = count()

    def now(self) -> datetime:
        return self._now or datetime.now(UTC)

    def call_later(self, seconds: float, action: Action) -> None:
        if self._now is None:
            asyncio.get_running_loop().call_later(seconds, action)
            return
        heappush(self._timers, _Timer(self._now + timedelta(seconds=seconds), next(self._numbers), action))

    def move_to(self, instant: datetime) -> None:
        """Let it be this instant; what apps wanted to do until then is done, each thing at its own time."""
        while self._timers and self._timers[0].at <= instant:
            timer = heappop(self._timers)
            self._now = timer.at
            timer.action()
        self._now = instant
