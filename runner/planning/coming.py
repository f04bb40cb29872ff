"""Which occurrences come: the rules of an entry, held against the days on which its campaign is active."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from heapq import merge
from operator import attrgetter

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.occurrences import Moment, gather, moments, named_in
from runner.planning.plannable_entry import PlannableEntry, plannable_entries
from runner.planning.source import Window
from runner.planning.walltime import resolve
from runner.tasks import Occurrence, Task

_TO_SPARE = timedelta(days=3)
"""Every moment of a day comes within this time after the day began: windows may pass midnight, and clocks change."""


@dataclass(frozen=True, slots=True)
class Coming:
    """An occurrence of an entry that comes, and the moments that merged into it, the naming one first."""

    plannable: PlannableEntry
    occurrence: Occurrence
    moments: tuple[Moment, ...]

    def tasks(self) -> list[Task]:
        """Its tasks by due instant, then as declared; built at each call."""
        return self.plannable.tasks(self.occurrence)


def due(campaigns: Iterable[ResolvedCampaign], window: Window) -> Iterator[Coming]:
    """The occurrences of the window, by instant, then as declared (campaigns, entries); each is made when asked for."""
    return merge(*(coming(plannable, window) for plannable in plannable_entries(campaigns)), key=_instant)


def coming(plannable: PlannableEntry, window: Window) -> Iterator[Coming]:
    """The occurrences of one entry in the window, in order."""
    window = _while_active(plannable, window)
    streams = (_active_moments(plannable, rule_moments) for rule_moments in _moments(plannable, window))
    for group in gather(streams):
        named = group[0]
        yield Coming(
            plannable, plannable.occurrence(named.nominal, named.rule.written, named.instant_utc), group
        )


def inactive(plannable: PlannableEntry, window: Window) -> Iterator[Moment]:
    """The moments of an entry in the window that do not count, since the campaign is not active then."""
    if plannable.campaign.active is not None:
        for rule_moments in _moments(plannable, window):
            yield from (moment for moment in rule_moments if not _is_active(plannable.campaign, moment.day))


def next_occurrence(campaigns: Iterable[ResolvedCampaign], from_utc: datetime) -> Occurrence | None:
    """The first occurrence at or after an instant, or None if no start time lies there."""
    ahead = Window.after(from_utc)
    firsts = (next(coming(plannable, ahead), None) for plannable in plannable_entries(campaigns))
    return min((first.occurrence for first in firsts if first), key=attrgetter("instant_utc"), default=None)


def _instant(one: Coming) -> datetime:
    return one.occurrence.instant_utc


def _moments(plannable: PlannableEntry, window: Window) -> Sequence[Iterator[Moment]]:
    zone = plannable.zone
    found = [moments(rule, zone, window.from_utc, window.until_utc) for rule in plannable.rules]
    # An entry whose groups are in several zones has an occurrence for each, and one name for two of them
    # would make them one occurrence: instants bear the zone too.
    return [map(partial(named_in, zone), stream) for stream in found] if plannable.is_elsewhere else found


def _active_moments(plannable: PlannableEntry, stream: Iterator[Moment]) -> Iterator[Moment]:
    if plannable.campaign.active is None:
        return stream
    return (moment for moment in stream if _is_active(plannable.campaign, moment.day))


def _is_active(campaign: ResolvedCampaign, day: date) -> bool:
    active = campaign.active
    if active is None:
        return True
    return (active.from_day or day) <= day <= (active.until_day or day)


def _while_active(plannable: PlannableEntry, window: Window) -> Window:
    """The part of the window in which moments of active days can come; the rest need not be searched."""
    active, zone = plannable.campaign.active, plannable.zone
    first, last = window.from_utc, window.until_utc
    if active and active.from_day:
        first = max(first, resolve(datetime.combine(active.from_day, time()), zone).instant_utc)
    if active and active.until_day:
        ends = resolve(datetime.combine(active.until_day, time()), zone).instant_utc
        last = min(last, ends + _TO_SPARE)
    return Window(first, last)
