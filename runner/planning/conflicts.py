"""Which entries need the same device at the same time, if every task takes as long as expected."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from operator import attrgetter
from typing import NamedTuple

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.coming import coming
from runner.planning.plannable_entry import PlannableEntry, PlannedLane, plannable_entries
from runner.planning.source import Window

Name = tuple[str, str]
"""A campaign and one of its entries."""


class BusySpan(NamedTuple):
    """A device is busy with an occurrence, from its first task until the last one is expected to end."""

    start_utc: datetime
    end_utc: datetime
    campaign: str
    entry: str
    nominal: str

    @property
    def name(self) -> Name:
        return self.campaign, self.entry


@dataclass(slots=True)
class Conflict:
    """Occurrences of two entries, or of one, that overlap on some devices: their first pair, the devices, and how
    often it happens on one device."""

    first: BusySpan
    second: BusySpan
    lanes: list[str]
    times: int


def conflicts(campaigns: Sequence[ResolvedCampaign], window: Window) -> list[Conflict]:
    """Where spans overlap: one conflict for each pair of entries, in order of the first time. The occurrences
    are those that come in the window."""
    found: dict[tuple[Name, Name], Conflict] = {}
    for users, lanes in _groups(campaigns):
        for pair, (first, second, times) in _overlaps(_busy(users, window)).items():
            known = found.setdefault(pair, Conflict(first, second, [], 0))
            known.lanes += lanes
            known.times = max(known.times, times)
            if _start(second) < _start(known.second):
                known.first, known.second = first, second
    return sorted(found.values(), key=lambda conflict: _start(conflict.second))


def spans(campaigns: Sequence[ResolvedCampaign], window: Window) -> dict[str, list[BusySpan]]:
    """When each device, or account where no device is known, is busy, in order."""
    return {lane: list(_busy(users, window)) for users, lanes in _groups(campaigns) for lane in lanes}


_start = attrgetter("start_utc")

_User = tuple[PlannableEntry, PlannedLane]
"""An entry, and one of its devices."""


def _groups(campaigns: Sequence[ResolvedCampaign]) -> Iterator[tuple[list[_User], list[str]]]:
    """The devices with the entries that use them; devices that the same entries use alike are one group, so that a
    thousand of them cost no more than one."""
    users: dict[str, list[_User]] = {}
    for plannable in plannable_entries(campaigns):
        for lane in plannable.lanes if plannable.rules and plannable.targets else ():
            users.setdefault(lane.name, []).append((plannable, lane))
    groups: dict[tuple[object, ...], tuple[list[_User], list[str]]] = {}
    for name, using in users.items():
        # Jitter comes from the task key, which has the device in it: with jitter no two devices are
        # alike.
        key = tuple((id(plannable), name if plannable.jitter_s else lane.share) for plannable, lane in using)
        groups.setdefault(key, (using, []))[1].append(name)
    return iter(groups.values())


def _busy(users: Sequence[_User], window: Window) -> Iterator[BusySpan]:
    return merge(*(_spans(plannable, lane, window) for plannable, lane in users), key=_start)


def _spans(plannable: PlannableEntry, lane: PlannedLane, window: Window) -> Iterator[BusySpan]:
    for one in coming(plannable, window):
        start, end = plannable.busy(one.occurrence, lane)
        yield BusySpan(start, end, *plannable.name, one.occurrence.nominal)


def _overlaps(busy: Iterator[BusySpan]) -> dict[tuple[Name, Name], tuple[BusySpan, BusySpan, int]]:
    """For each pair of entries their first two spans that overlap, and how often they do."""
    found: dict[tuple[Name, Name], tuple[BusySpan, BusySpan, int]] = {}
    open_spans: list[BusySpan] = []
    for span in busy:
        # Spans come by their start, so one that has ended by now can overlap nothing that follows.
        open_spans = [other for other in open_spans if other.end_utc > span.start_utc]
        for other in open_spans:
            if (other.name, other.nominal) == (span.name, span.nominal):
                continue  # several accounts of an entry on one phone: they take turns, as they are meant to
            pair = (min(other.name, span.name), max(other.name, span.name))
            first, second, times = found.get(pair, (other, span, 0))
            found[pair] = first, second, times + 1
        open_spans.append(span)
    return found
