"""Hosts, lanes and the leader, as callers read them from the ledger. Instants are aware, in UTC, and on the database's
clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class HostRow:
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


@dataclass(frozen=True, slots=True)
class LaneRow:
    """A lane, and the `host` that has taken it last, at `since_utc`; None once that has given it back. It `is_held`
    while that life of the host goes on. `wanted_by` is another host that sees its phone, since `wanted_utc`."""

    name: str
    host: str | None
    epoch: int
    since_utc: datetime
    wanted_by: str | None
    wanted_utc: datetime | None
    is_held: bool


@dataclass(frozen=True, slots=True)
class LeaderRow:
    """Who leads, since when; it `is_alive` while its lease goes on. `host` is None once it has given the lead back."""

    host: str | None
    epoch: int
    since_utc: datetime
    until_utc: datetime
    is_alive: bool
