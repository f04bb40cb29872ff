"""The hosts that share a ledger: what each does, holds and carries out, and what is wrong between them."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from runner.backend_registry import declared
from runner.campaign.resolve import ResolvedCampaign
from runner.queries.advice import Action, StartDaemon, StartHost
from runner.queries.host_words import (
    SILENT,
    SKEW,
    Time,
    ended_utc,
    how_gone,
    no_leader,
    skew_words,
    some,
    wanted,
)
from runner.queries.phones import devices_of
from runner.queries.situation import Situation
from runner.queries.why_host import lane_of
from runner.store.asked.file import whole
from runner.store.asked.ledger import AskedLedger
from runner.store.host_rows import HostRow, HostTable, LaneRow
from runner.store.leases import backend_lane
from runner.store.phone_rows import READY, PhoneState
from runner.store.rows import TaskRow


class HostState(StrEnum):
    """What a host is, in one word. `leads`: its daemon decides start times; `standby`: its daemon takes over if the one
    that leads is gone; `works`: a worker; each of them carries out the lanes that it holds. `died`: its lease is over;
    `stopped`: it ended in good order."""

    LEADS = "leads"
    STANDBY = "standby"
    WORKS = "works"
    DIED = "died"
    STOPPED = "stopped"

    @property
    def lives(self) -> bool:
        return self not in (HostState.DIED, HostState.STOPPED)


@dataclass(frozen=True, slots=True)
class HostLine:
    """A host. `since_utc` is when it began to do what its state says, or ended; `how_ended` is empty while it lives.
    `lanes` are those that it holds, or held when it ended; `phones` are how theirs were
    last seen; `waiting` counts the pending tasks of its lanes."""

    row: HostRow
    state: HostState
    since_utc: datetime
    how_ended: str
    lanes: tuple[LaneRow, ...]
    phones: tuple[PhoneState, ...]
    running: tuple[TaskRow, ...]
    waiting: int

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def ready(self) -> int:
        """How many of its phones can be used."""
        return sum(one.state == READY for one in self.phones)

    @property
    def adb_problem(self) -> str:
        """What is wrong with all of its phones alike, such as an adb server that is gone; empty if nothing is."""
        problems = {one.problem for one in self.phones}
        return problems.pop() if len(problems) == 1 else ""


class HostTroubleKind(StrEnum):
    """What is wrong between hosts, the most pressing first."""

    NO_LEADER = "no-leader"
    GONE = "gone"
    UNSEEN = "unseen"
    SILENT = "silent"
    WANTED = "wanted"
    VERSIONS = "versions"
    CLOCK = "clock"

    @property
    def stops_tasks(self) -> bool:
        """Whether tasks are not carried out until that is mended."""
        return self in (HostTroubleKind.NO_LEADER, HostTroubleKind.GONE, HostTroubleKind.UNSEEN)


@dataclass(frozen=True, slots=True)
class HostTrouble:
    """`subject` is the host, phone or lane that it is about; `said` a sentence without a full stop; `advice` what one
    command can do about it, if any."""

    kind: HostTroubleKind
    subject: str
    said: str
    advice: Action | None = None


@dataclass(frozen=True, slots=True)
class Hosts:
    """All hosts at `now_utc` of the database's clock. `skew` is by how much the clock of the process that asks is
    surely ahead of that; `unseen` are phones of campaigns in force that no host sees."""

    now_utc: datetime
    skew: timedelta
    lines: tuple[HostLine, ...]
    unseen: tuple[str, ...]
    troubles: tuple[HostTrouble, ...]

    @property
    def leads(self) -> HostLine | None:
        return next((line for line in self.lines if line.state is HostState.LEADS), None)


def hosts(ledger: AskedLedger, situation: Situation, campaigns: Sequence[ResolvedCampaign]) -> Hosts | None:
    """The hosts, by name; None if the ledger belongs to one only. `campaigns` are those in force."""
    table = situation.hosts
    if table is None:
        return None
    running, waiting, phones = (
        running_by_host(ledger, table),
        waiting_by_host(ledger, table),
        whole(ledger).phones.latest(),
    )
    lines = [
        _line(table, row, phones, running.get(name, []), waiting[name], situation.time)
        for name, row in table.hosts.items()
    ]
    unseen = unseen_phones(table, campaigns)
    needed = {table.keeper(device) for device in devices_of(campaigns)}
    idle = {line.name for line in lines if not line.waiting and not line.running and line.row not in needed}
    found = tuple(troubles(table, situation.time, unseen, idle))
    return Hosts(table.now_utc, table.skew, tuple(lines), unseen, found)


def unseen_phones(table: HostTable, campaigns: Sequence[ResolvedCampaign]) -> tuple[str, ...]:
    """The phones on which campaigns work, and that no host sees."""
    devices = devices_of(one for one in campaigns if not declared(one.backend).takes_batches)
    return tuple(device for device in devices if table.keeper(device) is None)


def state_of(table: HostTable, row: HostRow) -> HostState:
    if not row.is_alive:
        return HostState.DIED if row.stopped_utc is None else HostState.STOPPED
    if table.leads == row:
        return HostState.LEADS
    return HostState.STANDBY if row.is_daemon else HostState.WORKS


def troubles(
    table: HostTable,
    time: Time,
    unseen: Sequence[str] = (),
    idle: Collection[str] = (),
) -> Iterator[HostTrouble]:
    """What is wrong between the hosts, the most pressing first. `unseen` are phones of campaigns that no host sees.
    Of the hosts in `idle` nothing is wanted: nobody misses one that was stopped."""
    if table.leads is None:
        said = f"{no_leader(table, time)}: nobody decides start times"
        standby = [row.name for row in table.living if row.is_daemon]
        said += f"; {some(standby)} may take over at any moment" if standby else ""
        yield HostTrouble(HostTroubleKind.NO_LEADER, "", said, None if standby else StartDaemon())
    for row in table.hosts.values():
        if row.is_alive or (row.stopped_utc is not None and row.name in idle):
            continue
        if lanes := table.lanes_of(row.name):
            names = some([lane.name for lane in lanes])
            said = f"host {row.name} {how_gone(row, time)}: what is to be done on {names} waits for it"
            yield HostTrouble(HostTroubleKind.GONE, row.name, said, StartHost(row.name, row.is_daemon))
    if unseen:
        said = f"no host sees {some(list(unseen))}, where campaigns work"
        yield HostTrouble(HostTroubleKind.UNSEEN, unseen[0], said)
    for row in table.living:
        if (silent := table.now_utc - row.seen_utc) > SILENT:
            ends = f"its lease ends at {time(row.until_utc)}"
            said = f"host {row.name} has not been heard of for {silent.total_seconds():.0f} s; {ends}"
            yield HostTrouble(HostTroubleKind.SILENT, row.name, said)
    for lane in table.lanes.values():
        other = table.hosts.get(lane.wanted_by or "")
        if lane.is_held and other is not None and other.is_alive and other.name != lane.host:
            yield HostTrouble(HostTroubleKind.WANTED, lane.name, wanted(lane, time))
    yield from _versions(table)
    yield from _clocks(table)


def _clocks(table: HostTable) -> Iterator[HostTrouble]:
    wrong = [row for row in table.living if abs(row.skew) > SKEW]
    for row in wrong:
        yield HostTrouble(HostTroubleKind.CLOCK, row.name, skew_words(f"host {row.name}", row.skew))
    is_told = any(abs(row.skew - table.skew) < SKEW for row in wrong)  # who asks is on that host's machine
    if abs(table.skew) > SKEW and not is_told:
        yield HostTrouble(HostTroubleKind.CLOCK, "", skew_words("this machine", table.skew))


def _versions(table: HostTable) -> Iterator[HostTrouble]:
    by_version: dict[str, list[str]] = {}
    for row in table.living:
        by_version.setdefault(row.version, []).append(row.name)
    if len(by_version) > 1:
        each = "; ".join(f"{version} on {some(names)}" for version, names in sorted(by_version.items()))
        yield HostTrouble(HostTroubleKind.VERSIONS, "", f"versions differ: {each}")


def _line(
    table: HostTable,
    row: HostRow,
    phones: Mapping[str, PhoneState],
    running: Sequence[TaskRow],
    waiting: int,
    time: Time,
) -> HostLine:
    state = state_of(table, row)
    since_utc = row.started_utc if state.lives else ended_utc(row)
    if state is HostState.LEADS and table.leader is not None:
        since_utc = table.leader.since_utc
    lanes = table.lanes_of(row.name)
    return HostLine(
        row=row,
        state=state,
        since_utc=since_utc,
        how_ended="" if state.lives else how_gone(row, time),
        lanes=tuple(lanes),
        phones=tuple(phones[lane.name] for lane in lanes if lane.name in phones),
        running=tuple(running),
        waiting=waiting,
    )


def running_by_host(ledger: AskedLedger, table: HostTable) -> Mapping[str, list[TaskRow]]:
    """The tasks that run, by host: the one that began the attempt, else the one that holds the lane."""
    every, found = whole(ledger), dict[str, list[TaskRow]]()
    begun = every.hosts_now.running()
    for task in every.lanes_now.running():
        holder = table.keeper(lane_of(task.task))
        if name := begun.get(task.id) or (holder.name if holder else None):
            found.setdefault(name, []).append(task)
    return found


def waiting_by_host(ledger: AskedLedger, table: HostTable) -> Mapping[str, int]:
    """How many tasks are pending in the lanes of each host; 0 for one that is not named."""
    found: Counter[str] = Counter()
    for device, backend, count in whole(ledger).hosts_now.waiting():
        lane = backend_lane(backend) if declared(backend).takes_batches else device or ""
        if holder := table.keeper(lane):
            found[holder.name] += count
    return found
