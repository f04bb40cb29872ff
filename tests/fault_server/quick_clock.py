"""A clock that runs fast: an hour of waiting is over in a minute, while the machine's work takes its real time."""

import threading
import time
from datetime import UTC, datetime, timedelta


class QuickClock:
    def __init__(self, factor: float = 60.0) -> None:
        self._factor = factor
        self._started = time.monotonic()
        self._began = datetime.now(UTC)

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._started) * self._factor

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return event.wait(seconds / self._factor)
