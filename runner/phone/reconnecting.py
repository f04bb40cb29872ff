"""Asks adb to reach a phone again that it has lost: less and less often, the longer that leads to nothing."""

import time
from collections.abc import Callable

from runner.errors import AdbUnavailable, PhoneError
from runner.phone.choosing import is_address
from runner.phone.translate import translated
from runner.phone.transport import AdbServer

CONNECT_S = 5.0
"""How long adb may try to connect to an address."""

FIRST_S, LONGEST_S = 15.0, 900.0
"""The waits between two tries at one phone: after the first, and the longest."""


class Reconnects:
    """Tries at phones, by serial. `now` gives monotonic seconds. One thread at a time per phone."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._tries: dict[str, tuple[int, float]] = {}
        """How often each phone was tried in vain, and when it may be tried again."""

    def is_due(self, serial: str) -> bool:
        """Whether to try now; the first time it is at once."""
        return serial not in self._tries or self._now() >= self._tries[serial][1]

    def is_back(self, serial: str) -> None:
        """The next time it is lost, it is tried at once again."""
        self._tries.pop(serial, None)

    def reach(self, server: AdbServer, serial: str, way: str, *, is_listed: bool) -> None:
        """One try: `way` is adb's name for the phone, by USB or its address. What adb answers says little (of a phone
        that is offline `adb connect` tells that it is connected already): whether the phone is back is for the next
        look at it. Raises AdbUnavailable."""
        tries = self._tries.get(serial, (0, 0.0))[0]
        self._tries[serial] = tries + 1, self._now() + min(FIRST_S * 2.0 ** min(tries, 16), LONGEST_S)
        try:
            with translated(serial, f"reach it again by {way}", sent=False):
                if is_address(way):
                    # adb 36 crashes if it is told to forget or to kick an address to which it connects by itself.
                    server.connect(way, timeout=CONNECT_S)
                elif is_listed:
                    server.ask(f"host-serial:{way}:reconnect", CONNECT_S)
        except AdbUnavailable:
            raise
        except PhoneError:
            return
