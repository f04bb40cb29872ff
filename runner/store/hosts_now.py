"""What people ask about hosts: all of them with their leases, the lanes that they hold, and who leads, at once."""

from dataclasses import replace

from sqlalchemy import Connection, func, select

from runner.store import schema
from runner.store.asked.hosts import AskedHosts
from runner.store.bulk import fetch
from runner.store.connector import database_now
from runner.store.host_rows import HostRow, HostTable, LaneRow, LeaderRow
from runner.store.hosts import HOST, IS_ALIVE
from runner.store.instants import EPOCH, MICROSECOND
from runner.store.lane_leases import IS_HELD, ITS_HOST, LANE
from runner.store.leader import IS_LED, LEADER
from runner.store.leases import sure_skew
from runner.store.part import Part
from runner.store.reading import IS_LISTED, IS_OPEN
from runner.tasks import TaskState

TASK, ATTEMPT = schema.tasks.c, schema.attempts.c

HOSTS = select(*schema.hosts.c, IS_ALIVE.label("is_alive"), database_now().label("now")).order_by(HOST.name)
LANES = (
    select(LANE.name, LANE.host, LANE.epoch, LANE.since_utc, LANE.wanted_by, LANE.wanted_utc, IS_HELD)
    .select_from(ITS_HOST)
    .order_by(LANE.name)
)
LEADERS = select(LEADER.host, LEADER.epoch, LEADER.since_utc, LEADER.until_utc, IS_LED)

RUNNING = (
    select(TASK.id, ATTEMPT.host)
    .join_from(schema.tasks, schema.attempts)
    .where(IS_OPEN, TASK.state == TaskState.RUNNING, IS_LISTED, ATTEMPT.outcome.is_(None))
)
WAITING = (
    select(TASK.device, TASK.backend, func.count())
    .where(IS_OPEN, TASK.state == TaskState.PENDING, IS_LISTED)
    .group_by(TASK.device, TASK.backend)
)


class HostsNow(AskedHosts, Part):
    def table(self) -> HostTable | None:
        """All hosts now; None for a ledger that belongs to one host only, where none has registered."""

        def work(connection: Connection) -> HostTable | None:
            rows = [dict(row._mapping) for row in connection.execute(HOSTS)]
            if not rows:
                return None
            now = EPOCH + rows[0]["now"] * MICROSECOND
            hosts = {row["name"]: HostRow(**row) for row in rows if row.pop("now")}
            lanes = {row[0]: _lane(*row) for row in fetch(connection, LANES)}
            leader = connection.execute(LEADERS).one_or_none()
            return HostTable(now, hosts, lanes, LeaderRow(*leader) if leader else None)

        before_utc = self._clock.now()
        table = self._read("read the hosts", work)
        if table is None:
            return None
        return replace(table, skew=sure_skew(before_utc, table.now_utc, self._clock.now()))

    def running(self) -> dict[int, str]:
        """The hosts that carry tasks out now, by the tasks' ids."""
        return self._read(
            "read which host carries out what",
            lambda connection: {task_id: host for task_id, host in connection.execute(RUNNING) if host},
        )

    def waiting(self) -> list[tuple[str | None, str, int]]:
        """How many tasks are pending, by device (None: none is known) and backend."""
        return self._read(
            "count what waits", lambda connection: [tuple(row) for row in connection.execute(WAITING)]
        )


def _lane(
    name: str,
    host: str | None,
    epoch: int,
    since_utc: int,
    wanted_by: str | None,
    wanted_utc: int | None,
    is_held: int | None,
) -> LaneRow:
    """A lane from values as the driver gives them: thousands are read at once."""
    wanted = None if wanted_utc is None else EPOCH + wanted_utc * MICROSECOND
    return LaneRow(name, host, epoch, EPOCH + since_utc * MICROSECOND, wanted_by, wanted, bool(is_held))
