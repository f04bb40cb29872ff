"""What people ask about hosts: all of them with their leases, the lanes that they hold, and who leads, at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, select

from runner.store import schema
from runner.store.part import Part
from runner.store.phone_rows import PhoneState
from runner.store.phones import NEWEST, STATE_COLUMNS
from runner.store.reading import IS_LISTED, IS_OPEN
from runner.tasks import TaskState

HOST, LANE, LEADER = schema.hosts.c, schema.lanes.c, schema.leader.c
PHONE, STATE, TASK, ATTEMPT = schema.phones.c, schema.phone_states.c, schema.tasks.c, schema.attempts.c

HOSTS = select(
    HOST.name,
    HOST.epoch,
    HOST.version,
    HOST.is_daemon,
    HOST.url,
    HOST.artifacts,
    HOST.started_utc,
    HOST.seen_utc,
    HOST.until_utc,
    HOST.stopped_utc,
    HOST.stop_reason,
).order_by(HOST.name)
LANES = select(LANE.name, LANE.host, LANE.epoch, LANE.since_utc, LANE.wanted_by, LANE.wanted_utc).order_by(
    LANE.name
)
LEADERS = select(LEADER.host, LEADER.epoch, LEADER.since_utc, LEADER.until_utc)

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
SEEN = select(PHONE.host, *STATE_COLUMNS).join_from(schema.phones, schema.phone_states, STATE.id == NEWEST)


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host, as it is now or was when it lived last. It was heard of at `seen_utc`, and its lease lasts until
    `until_utc`; both, like `started_utc`, on the database's clock. `epoch` counts its lives. `url` is where it serves
    pages, if it is a daemon, `artifacts` where its screenshots lie. `stopped_utc` and `stop_reason` are set if it ended
    in good order."""

    name: str
    epoch: int
    version: str
    is_daemon: bool
    url: str | None
    artifacts: str | None
    started_utc: datetime
    seen_utc: datetime
    until_utc: datetime
    stopped_utc: datetime | None
    stop_reason: str

    def lives(self, now: datetime) -> bool:
        """Whether its lease lasts, at an instant of the database's clock."""
        return self.stopped_utc is None and now < self.until_utc

    @property
    def ended_utc(self) -> datetime:
        """When it stopped, or when it was last heard of."""
        return self.stopped_utc or self.seen_utc


@dataclass(frozen=True, slots=True)
class LaneRow:
    """A lane and the host that took it last, None once that has let it go; `wanted_by` is another host that sees its
    phone."""

    name: str
    host: str | None
    epoch: int
    since_utc: datetime
    wanted_by: str | None
    wanted_utc: datetime | None


@dataclass(frozen=True, slots=True)
class LeaderRow:
    """The host that leads, or led last; None if it let go. `epoch` counts how often the lead has changed hands."""

    host: str | None
    epoch: int
    since_utc: datetime
    until_utc: datetime


@dataclass(frozen=True, slots=True)
class HostTable:
    """All hosts at `now_utc` of the database's clock, by name, and the lanes, by name. `leader` is None if nobody has
    ever led."""

    now_utc: datetime
    hosts: Mapping[str, HostRow] = field(default_factory=dict)
    lanes: Mapping[str, LaneRow] = field(default_factory=dict)
    leader: LeaderRow | None = None

    def lives(self, name: str | None) -> bool:
        """Whether a host of this name lives."""
        host = self.hosts.get(name or "")
        return host is not None and host.lives(self.now_utc)

    @property
    def leads(self) -> HostRow | None:
        """The host that leads now."""
        one = self.leader
        if one is None or one.host is None or self.now_utc >= one.until_utc:
            return None
        return self.hosts.get(one.host)

    @property
    def living(self) -> tuple[HostRow, ...]:
        return tuple(host for host in self.hosts.values() if host.lives(self.now_utc))

    def holder(self, lane: str) -> HostRow | None:
        """The host that took a lane last, whether it lives or not."""
        row = self.lanes.get(lane)
        return self.hosts.get(row.host) if row is not None and row.host else None

    def lanes_of(self, host: str) -> list[LaneRow]:
        return [lane for lane in self.lanes.values() if lane.host == host]


class HostsNow(Part):
    def table(self) -> HostTable | None:
        """All hosts now; None for a ledger that belongs to one host only, where none has registered."""

        def work(connection: Connection) -> HostTable | None:
            hosts = {row.name: HostRow(*row) for row in connection.execute(HOSTS)}
            if not hosts:
                return None
            lanes = {row.name: LaneRow(*row) for row in connection.execute(LANES)}
            leader = connection.execute(LEADERS).one_or_none()
            return HostTable(self._clock.now(), hosts, lanes, LeaderRow(*leader) if leader else None)

        return self._read("read the hosts", work)

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

    def phones(self) -> dict[str, list[PhoneState]]:
        """The states in which phones are, by the host that saw them last; those that no host has seen are left out."""

        def work(connection: Connection) -> dict[str, list[PhoneState]]:
            found: dict[str, list[PhoneState]] = {}
            for host, *state in connection.execute(SEEN.order_by(PHONE.serial)):
                if host is not None:
                    found.setdefault(host, []).append(PhoneState(*state))
            return found

        return self._read("read the phones of hosts", work)
