"""Asks phones who they are, all at the same time, each in a thread of its own: a phone that does not answer delays no
other. An answer is remembered as long as adb's connection to the phone stays the same."""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from runner.errors import PhoneError, PhoneTimeout
from runner.phone.listing import Row

LOOK_S = 5.0
"""How long a phone may take to say who it is, from the first byte to the last."""

SILENT_S = 30.0
"""A phone that did not answer is asked again after this long, and nobody waits for that answer."""


@dataclass(frozen=True, slots=True)
class Identity:
    """`boot` differs for each phone and each of its starts; None if the phone does not tell it."""

    serial: str
    boot: str | None


class Look:
    """One question to one phone. `identity` is its answer, `trouble` why it gave none; both None while it is asked."""

    def __init__(self, row: Row, ask: Callable[[Row], Identity], before: "Look | None" = None) -> None:
        self.identity: Identity | None = None
        self.trouble: PhoneError | None = before.trouble if before else None
        self.is_waited_for = True
        self.ended: float | None = None
        self._row, self._ask = row, ask
        self._until = time.monotonic() + LOOK_S
        self._over = threading.Event()
        # A thread that adb keeps waiting must not keep the process from ending.
        threading.Thread(target=self._run, name="look", daemon=True).start()

    @property
    def is_silent(self) -> bool:
        return isinstance(self.trouble, PhoneTimeout)

    def wait(self, until: float) -> None:
        """Wait for the answer, until an instant of the monotonic clock, and never longer than LOOK_S in all."""
        # The thread still runs: if the phone answers after all, the answer replaces this trouble.
        if not self._over.wait(max(min(until, self._until) - time.monotonic(), 0.0)) and self.trouble is None:
            self.trouble = PhoneTimeout(f"{self._row.name}: it answers nothing", sent=False)

    def _run(self) -> None:
        try:
            self.identity = self._ask(self._row)
            self.trouble = None
        except PhoneError as error:
            self.trouble = error
        finally:
            self.ended = time.monotonic()
            self._over.set()


_Key = tuple[str, str]
"""adb's name of a phone, and the id of its connection to it."""


class Looks:
    """The latest look at each phone that adb lists as ready. Any thread may call it."""

    def __init__(self, ask: Callable[[Row], Identity]) -> None:
        self._ask = ask
        self._looks: dict[_Key, Look] = {}
        self._lock = threading.Lock()

    def at(self, rows: Sequence[Row], anew: Collection[str], within_s: float) -> list[Look]:
        """A look at each of these phones: the remembered one, or a new one, whose answer it waits for, if there is
        none or the phone is to be asked `anew` (by adb's name). Other phones are forgotten."""
        until = time.monotonic() + within_s
        with self._lock:
            looks = {key: self._known_or_new(row, row.name in anew) for row in rows if (key := _key(row))}
            self._looks = looks
        # Waiting happens outside of the lock: other threads may look meanwhile.
        for look in looks.values():
            if look.is_waited_for:
                look.wait(until)
        return [looks[_key(row)] for row in rows]

    def forget(self, older_than_s: float) -> bool:
        """Forget answers older than this; True if there were any."""
        since = time.monotonic() - older_than_s
        with self._lock:
            old = [
                key for key, look in self._looks.items() if look.identity and (look.ended or since) < since
            ]
            for key in old:
                del self._looks[key]
        return bool(old)

    def _known_or_new(self, row: Row, anew: bool) -> Look:
        known = self._looks.get(_key(row))
        if known is None or anew:
            return Look(row, self._ask)
        if known.identity is not None or known.ended is None:
            return known
        if not known.is_silent:
            return Look(row, self._ask)
        if time.monotonic() - known.ended < SILENT_S:
            return known
        # It keeps the trouble of the last look until it has an answer, so callers need not wait for
        # LOOK_S again.
        again = Look(row, self._ask, known)
        again.is_waited_for = False
        return again


def _key(row: Row) -> _Key:
    return row.name, row.transport_id
