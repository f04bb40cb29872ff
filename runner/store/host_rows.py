"""Hosts, lanes and the leader, as callers read them from the ledger. Instants are aware, in UTC, and on the database's
clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple


class HostRow(NamedTuple):
    """A host. `process` has its name; it `is_alive` while its lease goes on. One that has stopped says why.
    `clock_ahead_us` is by how many microseconds its clock was surely ahead of the database's, negative if behind."""

    name: str
    epoch: int
    process: str
    machine: str
    version: str
    is_daemon: bool
    url: str | None
    artifacts: str | None
    started_utc: datetime
    seen_utc: datetime
    until_utc: datetime
    stopped_utc: datetime | None
    stop_reason: str
    clock_ahead_us: int
    is_alive: bool

    @property
    def skew(self) -> timedelta:
        return timedelta(microseconds=self.clock_ahead_us)


class LaneRow(NamedTuple):
    """A lane, and the `host` that has taken it last, at `since_utc`; None once that has given it back. It `is_held`
    while that life of the host goes on. `wanted_by` is another host that sees its phone, since `wanted_utc`."""

    name: str
    host: str | None
    epoch: int
    since_utc: datetime
    wanted_by: str | None
    wanted_utc: datetime | None
    is_held: bool


class LeaderRow(NamedTuple):
    """Who leads, since when; it `is_alive` while its lease goes on. `host` is None once it has given the lead back."""

    host: str | None
    epoch: int
    since_utc: datetime
    until_utc: datetime
    is_alive: bool


@dataclass(frozen=True, slots=True)
class HostTable:
    """All hosts at `now_utc` of the database's clock, by name, and the lanes, by name. `leader` is None if nobody has
    ever led. `skew` is by how much the clock of this process is surely ahead of the database's, negative if behind."""

    now_utc: datetime
    hosts: Mapping[str, HostRow] = field(default_factory=dict)
    lanes: Mapping[str, LaneRow] = field(default_factory=dict)
    leader: LeaderRow | None = None
    skew: timedelta = timedelta()

    @property
    def leads(self) -> HostRow | None:
        """The host that leads now."""
        one = self.leader
        return self.hosts.get(one.host) if one is not None and one.host and one.is_alive else None

    @property
    def living(self) -> tuple[HostRow, ...]:
        return tuple(host for host in self.hosts.values() if host.is_alive)

    def of_process(self, process: str) -> HostRow | None:
        """The host whose process has this name (`Ledger.executor`)."""
        return next((host for host in self.hosts.values() if host.process == process), None)

    def holds(self, lane: str) -> HostRow | None:
        """The host that has a lane now."""
        row = self.lanes.get(lane)
        return self.hosts.get(row.host) if row is not None and row.host and row.is_held else None

    def keeper(self, lane: str) -> HostRow | None:
        """The host that has a lane now, or is gone with it. One that was started anew without it keeps it no more."""
        row = self.lanes.get(lane)
        host = self.hosts.get(row.host) if row is not None and row.host else None
        return host if host is not None and row is not None and row.is_held == host.is_alive else None

    def lanes_of(self, host: str) -> list[LaneRow]:
        """The lanes that a host has, or is gone with."""
        return [lane for lane in self.lanes.values() if lane.host == host and self.keeper(lane.name)]
