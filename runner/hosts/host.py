"""One life of a host: it holds the lanes of the phones that are plugged in here, and follows the rings for them."""

import threading
from collections.abc import Callable, Collection
from typing import Self

from runner.clock import Clock
from runner.errors import AdbUnavailable, LedgerError
from runner.execution.executor import Executor
from runner.hosts.held_lanes import HeldLanes
from runner.hosts.renewal import Trouble
from runner.store.leases import BACKEND, HostLease
from runner.store.ledger import Ledger

LOOK_S = 1.0
"""How often it looks which phones are plugged in here; adb is asked, no phone."""

Say = Callable[..., None]
"""Writes a line of the log: `LogLines.say`."""


class Host:
    """While this is open, the host takes lanes. Somebody else renews its lease, and closes this when that is over.

    `plugged` gives the serials of the phones that are plugged in here, by their `ro.serialno`; it raises
    AdbUnavailable. The executor must have `held` as its holding; it is started here.
    """

    def __init__(
        self,
        ledger: Ledger,
        lease: HostLease,
        held: HeldLanes,
        executor: Executor,
        plugged: Callable[[], Collection[str]],
        clock: Clock,
        say: Say,
    ) -> None:
        self._ledger, self._lease, self._held, self._executor = ledger, lease, held, executor
        self._plugged, self._clock, self._say = plugged, clock, say
        self._wanted: frozenset[str] = frozenset()
        self._lanes_trouble = Trouble(say, "lanes cannot be taken now")
        self._adb_trouble = Trouble(say, "adb tells of no phones")
        self._over = threading.Event()
        self._look_now = threading.Event()
        self._looking = threading.Thread(target=self._look_for_phones, name="plugged phones", daemon=True)

    def __enter__(self) -> Self:
        self._ledger.rings.forget(self._lease.host)  # those that an earlier life did not follow
        self._executor.start()
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._look_now.set()
        self._looking.join()

    def want(self, lanes: Collection[str]) -> None:
        """Hold these lanes too, which belong to no phone; no others of that kind."""
        self._wanted = frozenset(lanes)
        self._look_now.set()

    # what the doorbell asks

    def load(self, lanes: Collection[str]) -> None:
        """Hand the due tasks of lanes to the executor. Raises LedgerError."""
        held = [lane for lane in lanes if self._held.has(lane)]
        if held:
            self._executor.submit(self._ledger.tasks.due_in(held, self._clock.now()))

    def at_rest(self, lane: str) -> bool:
        return not self._held.has(lane) or self._executor.at_rest(lane)

    # phones come and go

    def _look_for_phones(self) -> None:
        while not self._over.is_set():
            self._look_now.clear()
            try:
                self._look()
                self._lanes_trouble.end()
            except LedgerError as error:
                self._lanes_trouble.note(error.message, error.hint)
            self._look_now.wait(LOOK_S)

    def _look(self) -> None:
        seen = {*self._plugged_now(), *self._wanted}
        self._take(seen)
        if gone := [lane for lane in self._held.names - seen if self._executor.at_rest(lane)]:
            self._give_back(gone)

    def _give_back(self, gone: Collection[str]) -> None:
        """Give lanes back whose phones have gone; one in which something has begun just now is asked again."""
        self._held.close(gone)
        self._executor.lose(gone)
        quiet = [lane for lane in gone if self._executor.at_rest(lane)]
        self._held.open(set(gone).difference(quiet))
        if quiet:
            self._held.release(quiet)
            self._say("lanes given back", lanes=sorted(quiet))

    def _plugged_now(self) -> Collection[str]:
        try:
            plugged = self._plugged()
            self._adb_trouble.end()
            return plugged
        except AdbUnavailable as error:
            self._adb_trouble.note(error.message, error.hint)
            # They may be there still: what is held stays held.
            return [lane for lane in self._held.names if not lane.startswith(BACKEND)]

    def _take(self, seen: Collection[str]) -> None:
        taken = self._held.take(sorted(seen))
        if not taken:
            return
        self._executor.take_over(taken)  # before anything new begins there: what is in doubt
        self._held.open(taken)
        self._say("lanes taken", lanes=taken)
        self._ledger.rings.ring(taken)
