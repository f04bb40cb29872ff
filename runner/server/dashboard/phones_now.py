"""The phones as adb last listed them, for pages that wait for no phone."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from runner.queries.phones import PhoneLine

FRESH_S = 2.0
"""How old an answer of adb may be before it is asked again."""

PATIENCE_S = 0.3
"""How long the first page waits for adb."""


class Phones(NamedTuple):
    """`problem` says why adb cannot be asked; `lines` are then the declared phones, in state `unknown`."""

    lines: Sequence[PhoneLine]
    problem: str | None

    def state(self, serial: str) -> str:
        """adb's word for a phone's state; `unknown` if nothing is known of it."""
        return next((line.state for line in self.lines if line.serial == serial), "unknown")


class PhonesNow:
    """Asks adb in a thread of its own, by `ask`, as `queries/phones.py` does. Any thread may call it, and gets what adb
    said last."""

    def __init__(self, ask: Callable[[], tuple[Sequence[PhoneLine], str | None]]) -> None:
        self._ask = ask
        self._last = Phones([], None)
        self._asked_at = float("-inf")
        self._asking: threading.Thread | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Phones:
        with self._lock:
            is_first = self._asking is None
            is_old = time.monotonic() - self._asked_at > FRESH_S
            if is_old and (self._asking is None or not self._asking.is_alive()):
                self._asking = threading.Thread(target=self._refresh, name="phones now", daemon=True)
                self._asking.start()
            asking = self._asking
        if is_first and asking is not None:
            asking.join(PATIENCE_S)
        return self._last

    def _refresh(self) -> None:
        self._last = Phones(*self._ask())
        self._asked_at = time.monotonic()


class FleetNow:
    """The phones of all hosts as the ledger has them, by `read`. Thousands are read once for all pages that are made at
    about the same time. Any thread may call it."""

    def __init__(self, read: Callable[[], Sequence[PhoneLine]]) -> None:
        self._read = read
        self._last = Phones([], None)
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def __call__(self) -> Phones:
        with self._lock:
            if time.monotonic() - self._read_at > FRESH_S:
                self._last = Phones(self._read(), None)
                self._read_at = time.monotonic()
            return self._last
