"""Which host holds which lane: while that life of the host goes on, and until somebody else has taken the lane."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, or_, select, type_coerce, update

from runner.backend_registry import batched_backends
from runner.errors import LeaseLost
from runner.store import schema
from runner.store.bulk import WANTED, instant
from runner.store.connector import among, database_now
from runner.store.host_rows import LaneRow
from runner.store.hosts import HOST, IS_ALIVE
from runner.store.json_text import to_json
from runner.store.leases import HostLease
from runner.store.part import Part, add_all_unless_there
from runner.store.reading import IS_IN_DOUBT, IS_LISTED, IS_OPEN
from runner.tasks import TaskState

EFFECT, LANE, TASK = schema.effects.c, schema.lanes.c, schema.tasks.c

ITS_HOST = schema.lanes.outerjoin(schema.hosts, HOST.name == LANE.host)

IS_HELD: ColumnElement[bool] = and_(HOST.name.is_not(None), HOST.epoch == LANE.host_epoch, IS_ALIVE)
"""Whether a lane's host still has it."""


EXPIRES_US = type_coerce(TASK.due_utc, BigInteger) + TASK.grace_s * 1_000_000


class UnreachedTask(NamedTuple):
    """A task whose grace is over, and whose lane no living host has; `host` had it last, None if none ever had."""

    key: str
    lane: str
    host: str | None


class _Lane(NamedTuple):
    name: str
    host: str | None
    host_epoch: int | None
    epoch: int


class LaneLeases(Part):
    """A lane is named by its device's serial, or `backend NAME` for a backend that takes many tasks at once."""

    def take(self, lease: HostLease, names: Collection[str]) -> dict[str, int]:
        """Take those of these lanes that nobody holds; returns the epochs of all those that this life of the host has
        then. For the others it is noted that this host wants them.

        Whoever takes a lane raises its epoch: what another one begins under the former epoch is refused from then on.
        It returns no lane in which somebody writes at this very moment: ask again. Raises LeaseLost if the host's own
        lease is over.
        """
        wanted = sorted(set(names))
        action = f"take {len(wanted)} lanes for the host {lease.host}"
        return (
            self._write_beside(action, lambda connection: _take(connection, lease, wanted)) if wanted else {}
        )

    def release(self, lease: HostLease, names: Collection[str]) -> None:
        """Give lanes back, and want them no longer."""
        named = among(LANE.name, WANTED)
        own = and_(LANE.host == lease.host, LANE.host_epoch == lease.epoch)
        given = update(schema.lanes).where(named, own).values(host=None, host_epoch=None)
        wanted = update(schema.lanes).where(named, LANE.wanted_by == lease.host)
        forgotten = wanted.values(wanted_by=None, wanted_utc=None)

        def work(connection: Connection) -> None:
            for statement in (given, forgotten):
                connection.execute(statement, {WANTED.key: to_json(sorted(names))})

        self._write_beside(f"give {len(names)} lanes back", work)

    def held(self, host: str) -> list[LaneRow]:
        """The lanes that a host has taken last, by name, whether it still has them or not."""
        return self._lanes(LANE.host == host)

    def all(self) -> list[LaneRow]:
        """The lanes that the ledger knows, by name."""
        return self._lanes()

    def get(self, name: str) -> LaneRow | None:
        """The lane of this name."""
        return next(iter(self._lanes(LANE.name == name)), None)

    def unreached(self, now: datetime) -> list[UnreachedTask]:
        """The tasks of phones that wait in lanes that nobody holds, and whose grace is over. What an attempt has left
        in doubt is looked up by whoever takes the lane, however late."""
        in_doubt = select(EFFECT.id).where(EFFECT.task_id == TASK.id, IS_IN_DOUBT)
        held = select(LANE.name).select_from(ITS_HOST).where(LANE.name == TASK.lane, IS_HELD)
        query = (
            select(TASK.key, TASK.lane, LANE.host)
            .select_from(schema.tasks.outerjoin(schema.lanes, LANE.name == TASK.lane))
            .where(
                IS_OPEN,
                IS_LISTED,
                TASK.state == TaskState.PENDING,
                TASK.due_utc <= now,  # there is an index of it
                instant(now) >= EXPIRES_US,
                TASK.backend.not_in(batched_backends()),
                ~held.exists(),
                ~in_doubt.exists(),
            )
            .order_by(TASK.due_utc, TASK.id)
        )
        return self._read(
            "look for tasks that no host reaches",
            lambda connection: [UnreachedTask(*row) for row in connection.execute(query)],
        )

    def _lanes(self, *where: ColumnElement[bool]) -> list[LaneRow]:
        columns = (LANE.name, LANE.host, LANE.epoch, LANE.since_utc, LANE.wanted_by, LANE.wanted_utc)
        query = select(*columns, IS_HELD).select_from(ITS_HOST).where(*where).order_by(LANE.name)

        def work(connection: Connection) -> list[LaneRow]:
            return [LaneRow(*row) for row in connection.execute(query)]

        return self._read("read the lanes", work)


def _take(connection: Connection, lease: HostLease, names: list[str]) -> dict[str, int]:
    is_own = and_(HOST.name == lease.host, HOST.epoch == lease.epoch, IS_ALIVE)
    if connection.scalar(select(HOST.name).where(is_own)) is None:
        lease.lose()
        raise LeaseLost(
            f"the host {lease.host} can take no lanes: its lease is over",
            hint="it registers anew, and takes its lanes anew",
        )
    _make(connection, names)
    seen = _seen(connection, names)
    own = {
        lane.name: lane.epoch for lane, _ in seen if (lane.host, lane.host_epoch) == (lease.host, lease.epoch)
    }
    free = [lane.name for lane, is_held in seen if not is_held]
    taken = _raise(connection, lease, _locked(connection, free)) if free else {}
    _want(connection, lease, [name for name in names if name not in own and name not in taken])
    return own | taken


def _make(connection: Connection, names: list[str]) -> None:
    """Make rows of lanes that have none."""
    known = set(connection.scalars(select(LANE.name).where(among(LANE.name, WANTED)), _given(names)))
    new = [{"name": name, "epoch": 0} for name in names if name not in known]
    add_all_unless_there(connection, schema.lanes, new, {"since_utc": database_now()})


def _seen(connection: Connection, names: list[str]) -> list[tuple[_Lane, bool]]:
    """Lanes as they are, and whether somebody holds them. Nothing is locked for it: a lane that is held, and the lease
    of its holder, never wait for another host that wants it."""
    query = select(LANE.name, LANE.host, LANE.host_epoch, LANE.epoch, IS_HELD.label("is_held"))
    query = query.select_from(ITS_HOST)
    rows = connection.execute(query.where(among(LANE.name, WANTED)), _given(names))
    return [(_Lane(*row[:-1]), row.is_held) for row in rows]


def _locked(connection: Connection, names: list[str]) -> list[str]:
    """Those of these lanes that nobody holds, locked until the transaction ends.

    A holder that writes at this moment has its lane locked, one that renews its lease its host: these are passed over.
    So nobody waits for anybody, and a lease whose renewal came just in time goes on.
    """
    query = select(LANE.name, LANE.host, LANE.host_epoch, LANE.epoch).where(among(LANE.name, WANTED))
    query = query.order_by(LANE.name).with_for_update(skip_locked=True)
    lanes = [_Lane(*row) for row in connection.execute(query, _given(names))]
    lives = {(lane.host, lane.host_epoch) for lane in lanes}
    holders = select(HOST.name, HOST.epoch, IS_ALIVE).where(among(HOST.name, WANTED))
    holders = holders.order_by(HOST.name).with_for_update(read=True, skip_locked=True)
    known = _given(sorted({host for host, _ in lives if host}))
    over: set[tuple[str | None, int | None]] = {(None, None)}
    for host, epoch, is_alive in connection.execute(holders, known):
        over |= {life for life in lives if life[0] == host and not (is_alive and life[1] == epoch)}
    return [lane.name for lane in lanes if (lane.host, lane.host_epoch) in over]


def _raise(connection: Connection, lease: HostLease, names: list[str]) -> dict[str, int]:
    """Give these lanes to a host."""
    taken = (
        update(schema.lanes)
        .where(among(LANE.name, WANTED))
        .values(
            host=lease.host,
            host_epoch=lease.epoch,
            epoch=LANE.epoch + 1,
            since_utc=database_now(),
            wanted_by=None,
            wanted_utc=None,
        )
        .returning(LANE.name, LANE.epoch)
    )
    return {row.name: row.epoch for row in connection.execute(taken, _given(names))}


def _want(connection: Connection, lease: HostLease, names: list[str]) -> None:
    """Note that a host wants lanes, where none that lives does: a change of the row keeps the holder waiting."""
    is_new = or_(LANE.wanted_by.is_(None), LANE.wanted_by.not_in(select(HOST.name).where(IS_ALIVE)))
    unnoted = select(LANE.name).where(among(LANE.name, WANTED), is_new).with_for_update(skip_locked=True)
    if names and (found := connection.scalars(unnoted, _given(names)).all()):
        noted = update(schema.lanes).where(among(LANE.name, WANTED))
        values = {"wanted_by": lease.host, "wanted_utc": database_now()}
        connection.execute(noted.values(**values), _given(found))


def _given(names: Collection[str]) -> dict[str, str]:
    return {WANTED.key: to_json(list(names))}
