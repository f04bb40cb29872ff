"""The bands of a timeline: stretches of time in which something kept tasks from starting, or spread them out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from runner.campaign.quantities import Hours
from runner.campaign.resolve import ResolvedCampaign
from runner.planning.plannable_entry import PlannableEntry
from runner.planning.walltime import open_hours
from runner.queries.down_times import gaps
from runner.queries.host_words import ended_utc
from runner.queries.timeline_lanes import TimelineLanes
from runner.store.host_rows import HostTable
from runner.store.instants import EPOCH
from runner.store.ledger import Ledger
from runner.store.request_rows import PauseRow, PauseScope
from runner.store.rows import SpanRow

MOST_SPANS = 1000
"""How many of the newest lives of daemons are looked at."""

LEAST_DOWN = timedelta(seconds=30)
"""A shorter time without a daemon is none that anybody sees: a restart, or the time between two heartbeats."""

LONGEST_HOURS = timedelta(days=45)
"""In a longer window working hours are thinner than a line."""


class BandKind(StrEnum):
    BEFORE = "before"
    DOWN = "down"
    PAUSE = "pause"
    HOLD = "hold"
    CLOSED = "closed"
    SPREAD = "spread"


@dataclass(frozen=True, slots=True)
class Band:
    """`until_utc` is None while it lasts; `lanes` are numbers, None for all; `reason` says what it is, without times;
    `subject` is the device or campaign that is paused or on hold, if it is one."""

    kind: BandKind
    from_utc: datetime
    until_utc: datetime | None
    lanes: tuple[int, ...] | None
    reason: str
    subject: str | None = None


class _Stretch(NamedTuple):
    from_utc: datetime
    until_utc: datetime


def past_bands(
    ledger: Ledger, lanes: TimelineLanes, from_utc: datetime, until_utc: datetime, now: datetime
) -> Iterator[Band]:
    """Down-times, pauses and holds that touch the window."""
    yield from _down_times(ledger.spans.newest(MOST_SPANS), from_utc, min(until_utc, now))
    for pause in ledger.pauses.between(from_utc, until_utc):
        yield _pause(pause, lanes)
    for hold in ledger.holds.between(from_utc, until_utc):
        if on := lanes.of_device(hold.device):
            said = f"{hold.device} was on hold: {hold.reason}"
            yield Band(BandKind.HOLD, hold.placed_utc, hold.released_utc, tuple(on), said, hold.device)
    if table := ledger.hosts_now.table():
        yield from _gone_hosts(table, lanes, until_utc)


def _gone_hosts(table: HostTable, lanes: TimelineLanes, until_utc: datetime) -> Iterator[Band]:
    """Since when phones wait for a host that is gone with them."""
    for host in table.hosts.values():
        on = [number for lane in table.lanes_of(host.name) for number in lanes.of_device(lane.name)]
        if not host.is_alive and on and (since := ended_utc(host)) < until_utc:
            how = f"it stopped: {host.stop_reason}" if host.stopped_utc else "it died"
            yield Band(BandKind.DOWN, since, None, tuple(on), f"the host {host.name} is gone ({how})")


def _down_times(spans: Iterable[SpanRow], from_utc: datetime, until_utc: datetime) -> Iterator[Band]:
    """The times in which no daemon lived, whole; the last one is open. Before the first one none was missing."""
    for last, began in gaps(spans):
        ended = last.until_utc if last is not None else EPOCH
        if (
            ended + LEAST_DOWN < (began or until_utc)
            and ended < until_utc
            and (began or until_utc) > from_utc
        ):
            kind = BandKind.BEFORE if last is None else BandKind.DOWN
            yield Band(kind, ended, began, None, _why_down(last))


def _why_down(last: SpanRow | None) -> str:
    if last is None:
        return "no daemon had run on this ledger yet"
    how = f"it stopped: {last.stop_reason}" if last.stopped_utc else "it died"
    return f"the daemon was down ({how})"


def _pause(pause: PauseRow, lanes: TimelineLanes) -> Band:
    on: list[int] | None = None
    if pause.scope is not PauseScope.ALL:
        of = lanes.of_campaign if pause.scope is PauseScope.CAMPAIGN else lanes.of_device
        on = of(pause.subject or "")
    said = f"{pause.subject or 'everything'} was paused by {pause.by}"
    lanes_on = None if on is None else tuple(on)
    return Band(BandKind.PAUSE, pause.since_utc, pause.ended_utc, lanes_on, said, pause.subject)


def closed_hours(
    lanes: TimelineLanes,
    campaigns: Mapping[str, ResolvedCampaign],
    from_utc: datetime,
    until_utc: datetime,
    fleet_zone: tzinfo,
) -> Iterator[Band]:
    """The times outside of the working hours of every campaign of a lane, as they are in force now, on its clocks."""
    if until_utc - from_utc > LONGEST_HOURS:
        return
    rules: dict[int, set[tuple[str, str]]] = {}
    always: set[int] = set()
    for plannable in lanes.plannables:
        hours = plannable.campaign.limits.get("working_hours")
        for lane, number in lanes.names_of(plannable).items():
            if hours is None:
                always.add(number)
            else:
                zone = plannable.campaign.timezone_of(plannable.entry.name, lane.doer)
                rules.setdefault(number, set()).add((str(hours), zone or ""))
    alike: dict[frozenset[tuple[str, str]], list[int]] = {}
    for number, its in rules.items():
        if number not in always:
            alike.setdefault(frozenset(its), []).append(number)
    for written, numbers in alike.items():
        named = [
            (Hours.parse(text), ZoneInfo(zone) if zone else fleet_zone) for text, zone in sorted(written)
        ]
        said = "it is outside of the working hours " + " and ".join(
            f"{hours} in {zone}" for hours, zone in named
        )
        opened = [one for hours, zone in named for one in _opened(hours, zone, from_utc, until_utc)]
        for closed in _between(sorted(opened), from_utc, until_utc):
            yield Band(BandKind.CLOSED, *closed, tuple(numbers), said)


def _opened(hours: Hours, zone: tzinfo, from_utc: datetime, until_utc: datetime) -> Iterator[_Stretch]:
    day = from_utc.astimezone(zone).date() - timedelta(days=1)
    last = until_utc.astimezone(zone).date()
    while day <= last:
        yield _Stretch(*open_hours(hours.opens, hours.closes, day, zone))
        day += timedelta(days=1)


def _between(opened: Iterable[_Stretch], from_utc: datetime, until_utc: datetime) -> Iterator[_Stretch]:
    """What is left of the window between these, which are in order."""
    at = from_utc
    for one in opened:
        if at < min(one.from_utc, until_utc):
            yield _Stretch(at, min(one.from_utc, until_utc))
        at = max(at, one.until_utc)
    if at < until_utc:
        yield _Stretch(at, until_utc)


def spread_band(lanes: TimelineLanes, plannable: PlannableEntry, instant_utc: datetime) -> Band | None:
    """The time over which an occurrence's tasks are spread out; None if they are not."""
    if not plannable.reach:
        return None
    campaign, entry = plannable.name
    over = f"over {plannable.entry.spread}" if plannable.entry.spread else "by its jitter"
    said = f"{campaign}/{entry} is spread out {over}"
    on = tuple(dict.fromkeys(lanes.names_of(plannable).values()))
    return Band(BandKind.SPREAD, instant_utc, instant_utc + plannable.reach, on, said)
