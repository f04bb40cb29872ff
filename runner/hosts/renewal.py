"""Keeps a lease alive in a thread of its own, whatever else the process does."""

import threading
from collections.abc import Callable
from typing import Self

from runner.errors import LedgerError
from runner.store.leases import Lease

EVERY_S = 1.0
AGAIN_S = 0.2
"""How soon after a failure it is tried again."""


class Trouble:
    """Tells once of something that cannot be done now and is tried again, and when it can be done again."""

    def __init__(self, say: Callable[..., None], what: str, over: str = "") -> None:
        self._say, self._what, self._over = say, what, over
        self._reason = ""

    def note(self, reason: str, hint: str | None = None) -> None:
        """`hint` is what somebody can do about it."""
        if reason != self._reason:
            self._reason = reason
            self._say(self._what, "warning", reason=reason, hint=hint)

    def end(self) -> None:
        if self._reason and self._over:
            self._say(self._over)
        self._reason = ""


class Renewal:
    """While this is open, `renew` is called every second, the first time `at_once` or after one; `on_over` is called
    once if the lease is over, with why."""

    def __init__(
        self,
        name: str,
        lease: Lease,
        renew: Callable[[], bool],
        on_over: Callable[[str], None],
        *,
        at_once: bool = False,
    ) -> None:
        self._first_s = 0.0 if at_once else EVERY_S
        self._lease, self._renew, self._on_over = lease, renew, on_over
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()

    def _run(self) -> None:
        why, wait_s = "", self._first_s
        while not self._stop.wait(wait_s):
            wait_s = EVERY_S
            try:
                if not self._renew():
                    why = why or "it was not renewed in time"
            except LedgerError as error:
                why, wait_s = error.message, AGAIN_S
            if not self._lease.is_sure():
                self._on_over(why)
                return
            if wait_s == EVERY_S:
                why = ""
