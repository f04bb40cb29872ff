"""Check `merged-occurrences`: two start times of one entry come at the same instant."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import combinations, islice
from typing import NamedTuple

from runner.checks.calendar import MOST_ZONES, Calendar, shown
from runner.checks.view import CampaignView
from runner.checks.written import Time, WrittenEntry
from runner.diagnostics import Diagnostic
from runner.planning.rules import Daily, Rule
from runner.planning.walltime import Fit

CODE = "merged-occurrences"

_MOST_PAIRS = 10_000
"""How many pairs of start times of an entry are compared: a file may have thousands."""


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    known: dict[tuple[Calendar, tuple[Time, ...]], tuple[_Meeting, ...]] = {}
    for entry in campaign.entries:
        told: set[tuple[int, int]] = set()
        for calendar in map(campaign.calendar_in, campaign.zones_of(entry)[:MOST_ZONES]):
            key = calendar, entry.times
            if key not in known:
                known[key] = tuple(_meetings(calendar, entry.times))
            for meeting in known[key]:
                if meeting[:2] not in told:
                    yield _warning(campaign, calendar, entry, meeting)
                told.add(meeting[:2])


class _Meeting(NamedTuple):
    """Two start times by their numbers in an entry, and the first instant at which both come."""

    first: int
    second: int
    instant_utc: datetime


def _meetings(calendar: Calendar, times: Sequence[Time]) -> Iterator[_Meeting]:
    """For each start time the first that it meets. Where times meet only by a change of clocks, the plan tells it."""
    if len(times) < 2:
        return
    met: set[int] = set()
    taken: dict[datetime, int] = {}
    for number, time in enumerate(times):
        for instant in _instants(calendar, time):
            other = taken.setdefault(instant, number)
            if other != number and number not in met:
                met.add(number)
                yield _Meeting(other, number, instant)
    for first, second in islice(combinations(range(len(times)), 2), _MOST_PAIRS):
        if second not in met and (instant_utc := _meet_later(calendar, times[first], times[second])):
            met.add(second)
            yield _Meeting(first, second, instant_utc)


def _instants(calendar: Calendar, time: Time) -> Iterator[datetime]:
    """The instants of a start time in the days ahead; at any time, if it comes once."""
    only = calendar.only(time.rule)
    if only is None:
        moments = calendar.coming(time).moments
        yield from (moment.instant_utc for moment in moments if moment.fit is Fit.EXACT)
    elif only.fit is Fit.EXACT and only.instant_utc >= calendar.horizon.now:
        yield only.instant_utc


def _meet_later(calendar: Calendar, one: Time, other: Time) -> datetime | None:
    """When a start time that comes once, after the days ahead, meets a recurring one."""
    for time, partner in ((one, other), (other, one)):
        only = calendar.only(time.rule)
        if only and only.instant_utc >= calendar.horizon.until and only.fit is Fit.EXACT:
            return only.instant_utc if _comes_at(calendar, partner.rule, only.instant_utc) else None
    return None


def _comes_at(calendar: Calendar, rule: Rule | None, instant_utc: datetime) -> bool:
    """Whether a recurring rule comes at an instant."""
    if rule is None or calendar.only(rule):
        return False
    local = calendar.local(instant_utc)
    # Without looking for its moments, which takes long for thousands of pairs. A repeated hour counts the
    # first time.
    if isinstance(rule, Daily):
        return not local.fold and local.time() in rule.times and local.weekday() in rule.weekdays
    return calendar.comes_at(rule, instant_utc)


def _warning(
    campaign: CampaignView, calendar: Calendar, entry: WrittenEntry, meeting: _Meeting
) -> Diagnostic:
    first, second = (entry.times[number].rule for number in meeting[:2])
    assert first and second, "what comes has a rule"
    when = shown(calendar.local(meeting.instant_utc))
    message = (
        f"{second.written} comes at the same instant as {first.written} ({when}): one occurrence, not two"
    )
    if first == second:
        message = f"{second.written} is named twice: one occurrence, not two"
    related = (campaign.related(entry.places[meeting.first], "the other start time"),)
    place = entry.places[meeting.second]
    return campaign.warning(CODE, place, message, "move one, or remove it", related=related)
