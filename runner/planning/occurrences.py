"""When rules come due: this file keeps every promise about daylight saving.

A rule's moments are found by their instants, so a window that ends within a changed hour loses and doubles nothing,
and a moment has the same nominal time whatever window finds it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from runner.planning import cron
from runner.planning.rules import Cron, Daily, Every, Instant, Once, Rule
from runner.planning.walltime import Fit, open_hours, resolve, shown_before

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """One nominal time of a rule and the instant at which it falls.

    `nominal` is `2026-11-21T09:00[Europe/Stockholm]` for a wall-clock time, and `2026-12-01T17:00:00Z` for an
    instant and for what counts elapsed time. `day` is the date to which it belongs.
    """

    nominal: str
    instant_utc: datetime
    rule: Rule
    day: date
    fit: Fit = Fit.EXACT


def moments(rule: Rule, zone: ZoneInfo, from_utc: datetime, until_utc: datetime) -> Iterator[Moment]:
    """The rule's moments in [from, until), in order.

    A wall-clock time that the clocks jump over comes at the first instant after the jump, one that they show
    twice comes the first time. A daily rule has one moment for each date that the calendar has, a cron rule
    one at most for each minute of the wall clock.
    """
    # The first moments may lie before the window, see `shown_before`.
    for moment in _moments(rule, zone, from_utc):
        if moment.instant_utc >= until_utc:
            return
        if moment.instant_utc >= from_utc:
            yield moment


def named_in(zone: ZoneInfo, moment: Moment) -> Moment:
    """The moment with the zone in its name, whatever its rule: `2026-12-01T17:00:00Z[America/New_York]`."""
    return moment if zone_in(moment.nominal) else replace(moment, nominal=f"{moment.nominal}[{zone.key}]")


def zone_in(nominal: str) -> ZoneInfo | None:
    """The zone that a nominal time names, if it names one."""
    _, _, name = nominal.rstrip("]").partition("[")
    return ZoneInfo(name) if name else None


def gather(streams: Iterable[Iterator[Moment]]) -> Iterator[tuple[Moment, ...]]:
    """The moments of several rules in order, those on the same instant together.

    The first of each group names the occurrence that they merge into: wall-clock names go before instants,
    then the smallest, so that the name depends neither on the order of the rules nor on the window.
    """
    for _, group in groupby(merge(*streams, key=_instant), key=_instant):
        yield tuple(sorted(group, key=_precedence))


_instant = attrgetter("instant_utc")


def _precedence(moment: Moment) -> tuple[bool, str, str]:
    return isinstance(moment.rule, Instant | Every), moment.nominal, moment.rule.written


def _moments(rule: Rule, zone: ZoneInfo, from_utc: datetime) -> Iterator[Moment]:
    """The rule's moments in order, from one that is not after `from_utc`, without an end."""
    match rule:
        case Daily():
            for day in _days(shown_before(from_utc, zone).date(), rule.weekdays):
                for at in rule.times:
                    yield _on_the_wall(datetime.combine(day, at), zone, rule)
        case Cron():
            for wall in cron.minutes(rule.expression, shown_before(from_utc, zone)):
                yield _on_the_wall(wall, zone, rule)
        case Every():
            yield from _elapsed(rule, zone, from_utc)
        case Once():
            yield _on_the_wall(rule.at, zone, rule)
        case Instant():
            yield _at_instant(rule.at_utc, rule, rule.at_utc.astimezone(zone).date())


def _elapsed(rule: Every, zone: ZoneInfo, from_utc: datetime) -> Iterator[Moment]:
    """The opening of each day's window, and what follows it at the rule's distance."""
    # A window that passes midnight opened the day before.
    for day in _days(shown_before(from_utc, zone).date() - _DAY, rule.weekdays):
        instant, last = _window(rule, day, zone)
        # Skips to the first step at or after `from_utc`: floor division of the negated difference rounds
        # up. Counting in UTC is what makes it elapsed time.
        instant += max(0, -((instant - from_utc) // rule.every)) * rule.every
        while instant <= last:
            yield _at_instant(instant, rule, day)
            instant += rule.every


def _window(rule: Every, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first and the last instant of the window that opens on a day; where it ends as that of the next
    day opens, the instant belongs to the next."""
    opens, closes = open_hours(rule.opens, rule.closes, day, zone)
    next_day = day + _DAY
    if next_day.weekday() in rule.weekdays:
        next_opens, _ = open_hours(rule.opens, rule.closes, next_day, zone)
        closes = min(closes, next_opens - timedelta.resolution)
    return opens, closes


def _days(first: date, weekdays: frozenset[int]) -> Iterator[date]:
    # The end stays two days short of `date.max`, where the next day and other zones would overflow.
    days = (date.fromordinal(ordinal) for ordinal in range(first.toordinal(), date.max.toordinal() - 1))
    return (day for day in days if day.weekday() in weekdays)


def _on_the_wall(wall: datetime, zone: ZoneInfo, rule: Rule) -> Moment:
    instant_utc, fit = resolve(wall, zone)
    timespec = "seconds" if wall.second else "minutes"
    return Moment(f"{wall.isoformat(timespec=timespec)}[{zone.key}]", instant_utc, rule, wall.date(), fit)


def _at_instant(instant_utc: datetime, rule: Rule, day: date) -> Moment:
    return Moment(f"{instant_utc.replace(tzinfo=None).isoformat()}Z", instant_utc, rule, day)
