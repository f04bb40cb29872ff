"""Check `merged-occurrences`: two start times of one entry that come at the same instant."""

from collections.abc import Iterator
from datetime import datetime
from itertools import combinations, islice

from runner.checks.calendar import Calendar, shown
from runner.checks.view import CampaignView
from runner.checks.written import Entry, Path, Time
from runner.diagnostics import Diagnostic
from runner.planning.rules import Daily, Rule
from runner.planning.walltime import Fit

CODE = "merged-occurrences"

_MOST_PAIRS = 10_000
"""How many pairs of start times of a campaign are looked at: a file may have thousands."""


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    meetings: dict[tuple[Time, Time], datetime | None] = {}
    told: set[Path] = set()
    pairs = (pair for entry in campaign.entries for pair in combinations(_times(entry), 2))
    for (place, time), (other_place, other) in islice(pairs, _MOST_PAIRS):
        pair = time, other
        if pair not in meetings:
            meetings[pair] = _meeting(campaign.calendar, time, other)
        if other_place not in told and (instant := meetings[pair]):
            told.add(other_place)
            yield _warning(campaign, (place, time), (other_place, other), instant)


def _times(entry: Entry) -> Iterator[tuple[Path, Time]]:
    return ((place, time) for place, time in zip(entry.places, entry.times, strict=True) if time.rule)


def _meeting(calendar: Calendar, one: Time, other: Time) -> datetime | None:
    """The first instant at which both come. Where the clocks change, the plan tells of it."""
    for time, partner in ((one, other), (other, one)):
        if only := calendar.only(time.rule):
            comes = only.fit is Fit.EXACT and _comes_at(calendar, partner.rule, only.instant_utc)
            return only.instant_utc if comes and only.instant_utc >= calendar.horizon.now else None
    daily = [time.rule.times for time in (one, other) if isinstance(time.rule, Daily)]
    if len(daily) == 2 and not set(daily[0]) & set(daily[1]):
        return None
    return min(_exact(calendar, one) & _exact(calendar, other), default=None)


def _comes_at(calendar: Calendar, rule: Rule | None, instant_utc: datetime) -> bool:
    if only := calendar.only(rule):
        return only.instant_utc == instant_utc
    local = calendar.local(instant_utc)
    if isinstance(rule, Daily):
        return not local.fold and local.time() in rule.times and local.weekday() in rule.weekdays
    return rule is not None and calendar.comes_at(rule, instant_utc)


def _exact(calendar: Calendar, time: Time) -> set[datetime]:
    moments = calendar.coming(time).moments
    return {moment.instant_utc for moment in moments if moment.fit is Fit.EXACT}


def _warning(
    campaign: CampaignView, first: tuple[Path, Time], second: tuple[Path, Time], instant: datetime
) -> Diagnostic:
    (place, time), (other_place, other) = first, second
    written = [at.rule.written if at.rule else "" for at in (time, other)]
    when = shown(campaign.calendar.local(instant))
    message = f"{written[1]} comes at the same instant as {written[0]} ({when}): one occurrence, not two"
    if time.rule == other.rule:
        message = f"{written[1]} is named twice: one occurrence, not two"
    related = (campaign.related(place, "the other start time"),)
    return campaign.warning(CODE, other_place, message, "move one, or remove it", related=related)
