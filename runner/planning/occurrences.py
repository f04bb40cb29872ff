"""When rules come due: every promise about daylight saving is kept here.

A rule's moments are found by their instants, so a window that ends inside a changed hour loses and doubles
nothing, and its nominal time names a moment whatever window it was found through.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from runner.planning.rules import Daily, Instant, Once, Rule
from runner.planning.walltime import Fit, resolve

_LONGEST_JUMP = timedelta(days=2)
"""A nominal time comes later than its own day by less than this: zones have jumped over one whole day."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One nominal time of a rule and the instant at which it falls.

    `nominal` is `2026-11-21T09:00[Europe/Stockholm]` for wall-clock rules, `2026-12-01T17:00:00Z` for others.
    """

    nominal: str
    instant_utc: datetime
    rule: Rule
    fit: Fit = Fit.EXACT


def moments(rule: Rule, zone: ZoneInfo, from_utc: datetime, until_utc: datetime) -> Iterator[Moment]:
    """The rule's moments in [from, until), in order.

    A wall-clock time that the clocks jump over comes at the first instant after the jump, one that they show
    twice comes the first time. A daily rule has one moment for each date that the calendar has.
    """
    for moment in _moments(rule, zone, from_utc):
        if moment.instant_utc >= until_utc:
            return
        if moment.instant_utc >= from_utc:
            yield moment


def gather(
    rules: Iterable[Rule], zone: ZoneInfo, from_utc: datetime, until_utc: datetime
) -> Iterator[tuple[Moment, ...]]:
    """The moments of several rules in [from, until), those on the same instant together, in order.

    The first of each group names the occurrence that they merge into: wall-clock names go before instants,
    then the smallest, so that the name depends neither on the order of the rules nor on the window.
    """
    streams = [moments(rule, zone, from_utc, until_utc) for rule in dict.fromkeys(rules)]
    for _, group in groupby(merge(*streams, key=_instant), key=_instant):
        yield tuple(sorted(group, key=_precedence))


_instant = attrgetter("instant_utc")


def _precedence(moment: Moment) -> tuple[bool, str, str]:
    return isinstance(moment.rule, Instant), moment.nominal, moment.rule.written


def _moments(rule: Rule, zone: ZoneInfo, from_utc: datetime) -> Iterator[Moment]:
    """The rule's moments in order, from one that is not after `from_utc`, without an end."""
    match rule:
        case Daily():
            for day in _days((from_utc.astimezone(zone) - _LONGEST_JUMP).date()):
                yield _on_the_wall(datetime.combine(day, rule.at), zone, rule)
        case Once():
            yield _on_the_wall(rule.at, zone, rule)
        case Instant():
            yield Moment(rule.at_utc.isoformat().replace("+00:00", "Z"), rule.at_utc, rule)


def _days(first: date) -> Iterator[date]:
    return (date.fromordinal(ordinal) for ordinal in range(first.toordinal(), date.max.toordinal()))


def _on_the_wall(wall: datetime, zone: ZoneInfo, rule: Rule) -> Moment:
    instant_utc, fit = resolve(wall, zone)
    timespec = "seconds" if wall.second else "minutes"
    return Moment(f"{wall.isoformat(timespec=timespec)}[{zone.key}]", instant_utc, rule, fit)
