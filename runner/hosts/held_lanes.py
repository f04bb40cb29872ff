"""The lanes of this host's present life, for all that asks whose a task is."""

import threading
from collections.abc import Collection

from runner.execution.recovery import take_lanes
from runner.store.leases import HostLease
from runner.store.ledger import Ledger


class HeldLanes:
    """Any thread may call it. A lane counts as held from when `open` was called: what an earlier process left there in
    doubt is on the board by then."""

    def __init__(self, ledger: Ledger, lease: HostLease) -> None:
        self._ledger, self._lease = ledger, lease
        self._lock = threading.Lock()
        self._open: frozenset[str] = frozenset()
        ledger.fence.begin(lease)

    def has(self, lane: str) -> bool:
        """Whether the lane is held, as far as this host can know at this moment."""
        return lane in self._open and self._ledger.fence.has(lane)

    @property
    def names(self) -> frozenset[str]:
        return self._open

    def take(self, names: Collection[str]) -> list[str]:
        """Take those of the lanes that are free, and settle what was left open in them; returns those that are new.
        Raises LedgerError."""
        wanted = sorted(set(names) - self._open)
        return take_lanes(self._ledger, wanted) if wanted else []

    def open(self, names: Collection[str]) -> None:
        """Tasks of these lanes may begin."""
        with self._lock:
            self._open |= set(names)

    def close(self, names: Collection[str]) -> None:
        """Begin nothing more in these lanes."""
        with self._lock:
            self._open -= set(names)

    def release(self, names: Collection[str]) -> None:
        """Give lanes back, in which nothing runs. Raises LedgerError."""
        self.close(names)
        self._ledger.fence.let_go(names)
        self._ledger.lane_leases.release(self._lease, names)
