"""Keeps a host from writing in lanes that it has lost. Where no hosts share the ledger, it costs nothing."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, select

from runner.errors import LeaseLost
from runner.store import schema
from runner.store.bulk import ask
from runner.store.hosts import HOST, IS_ALIVE
from runner.store.leases import HostLease, LaneHold

LANE = schema.lanes.c

# The share of the row is held until the transaction ends: whoever takes the lane passes it over meanwhile.
HELD = (
    select(LANE.name, LANE.epoch)
    .join_from(schema.lanes, schema.hosts, HOST.name == LANE.host)
    .where(HOST.epoch == LANE.host_epoch, IS_ALIVE)
    .with_for_update(read=True, of=schema.lanes)
)
"""The lanes that their hosts still have, with their epochs."""


class Fence:
    """The lanes that this process holds. Any thread may ask it.

    `lease` is the present life of its host. Before one has begun there are no hosts: every lane is this process's own,
    and nothing is asked of the ledger.
    """

    def __init__(self) -> None:
        self.lease: HostLease | None = None
        self._holds: dict[str, LaneHold] = {}

    def begin(self, lease: HostLease) -> None:
        """Begin a life of the host: all that an earlier life held is lost."""
        self.let_go(list(self._holds))
        self.lease = lease

    def news(self, epochs: Mapping[str, int]) -> dict[str, int]:
        """Those of these lanes that are not held with this epoch yet: what somebody else left open in them is to be
        settled before they are held."""
        return {
            name: epoch
            for name, epoch in epochs.items()
            if (hold := self._holds.get(name)) is None or hold.epoch != epoch or not hold.is_sure()
        }

    def hold(self, epochs: Mapping[str, int]) -> None:
        """Tasks of these lanes may be carried out under these epochs."""
        assert self.lease is not None, "a host begins before it takes lanes"
        for name, epoch in self.news(epochs).items():
            self.let_go([name])
            self._holds[name] = LaneHold(self.lease, name, epoch)

    def let_go(self, names: Collection[str]) -> None:
        """No more is done in these lanes: what goes on there ends before its next action."""
        for name in names:
            if (hold := self._holds.pop(name, None)) is not None:
                hold.lose()

    def held(self) -> list[str]:
        """The names of the lanes that this process surely holds."""
        return [name for name, hold in list(self._holds.items()) if hold.is_sure()]

    def has(self, name: str) -> bool:
        """Whether this process may work in a lane."""
        if self.lease is None:
            return True
        hold = self._holds.get(name)
        return hold is not None and hold.is_sure()

    def of(self, name: str) -> LaneHold | None:
        """The hold under which a task of a lane begins; None where there are no hosts. Raises LeaseLost."""
        if self.lease is None:
            return None
        hold = self._holds.get(name)
        if hold is None or not hold.is_sure():
            raise lost(name, self.lease.host)
        return hold


def be_sure(hold: LaneHold | None) -> None:
    """Raise LeaseLost if somebody else may have a lane at this moment, as far as this host has heard."""
    if hold is not None and not hold.is_sure():
        raise lost(hold.name, hold.lease.host)


def check_holds(connection: Connection, holds: Iterable[LaneHold | None]) -> None:
    """Raise LeaseLost unless all these holds go on, which they do then until this transaction has ended."""
    wanted = {hold.name: hold for hold in holds if hold is not None}
    if not wanted:
        return
    epochs = dict(map(tuple, ask(connection, HELD, LANE.name, list(wanted))))
    for name, hold in wanted.items():
        if epochs.get(name) != hold.epoch:
            hold.lose()
        be_sure(hold)


def lost(name: str, host: str) -> LeaseLost:
    return LeaseLost(
        f"the host {host} has lost the lane {name}: another host may work in it",
        hint="whoever takes the lane proves first what was begun in it",
    )
