"""Wall-clock times and the instants at which they come, across changes of a zone's clocks."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Fit(StrEnum):
    """How a wall-clock time falls: once, not at all (the clocks jump over it), or twice."""

    EXACT = "exact"
    SKIPPED = "skipped"
    REPEATED = "repeated"


class Resolved(NamedTuple):
    """The instant (UTC) at which a wall-clock time comes, and how it falls."""

    instant_utc: datetime
    fit: Fit


def resolve(wall: datetime, zone: tzinfo) -> Resolved:
    """The first instant at which the clocks of the zone show `wall` (naive), or have jumped over it."""
    # PEP 495: in a repeated hour fold=0 is the first of the two instants; in a gap fold=0 uses the offset
    # from before the jump and fold=1 the one from after it, so there the two come in reverse order.
    local = wall.replace(tzinfo=zone, fold=0)
    first_utc = local.astimezone(UTC)
    if local.utcoffset() == local.replace(fold=1).utcoffset():
        return Resolved(first_utc, Fit.EXACT)
    second_utc = local.replace(fold=1).astimezone(UTC)
    if first_utc < second_utc:
        return Resolved(first_utc, Fit.REPEATED)
    return Resolved(_jump(wall, zone, second_utc, first_utc), Fit.SKIPPED)


@lru_cache(maxsize=4096)
def open_hours(opens: time, closes: time, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """The instants at which hours open on a day and then close, on the next day if they pass midnight.

    From a time to itself is a whole day.
    """
    last_day = day + timedelta(days=1) if closes <= opens else day
    opening = resolve(datetime.combine(day, opens), zone).instant_utc
    return opening, resolve(datetime.combine(last_day, closes), zone).instant_utc


def shown_before(instant_utc: datetime, zone: tzinfo) -> datetime:
    """What the clocks show right before an instant. Later wall-clock times come at that instant or after it, except
    those that the clocks had shown before they went back."""
    return (instant_utc - timedelta.resolution).astimezone(zone).replace(tzinfo=None, fold=0)


def _jump(wall: datetime, zone: tzinfo, before_utc: datetime, after_utc: datetime) -> datetime:
    """The instant between these two at which the clocks jump over `wall`, to the second."""

    def is_past(second: int) -> bool:
        return (before_utc + timedelta(seconds=second)).astimezone(zone).replace(tzinfo=None) > wall

    # zoneinfo does not tell when its transitions are: bisection over the seconds needs a dozen looks.
    seconds = range(int((after_utc - before_utc).total_seconds()) + 1)
    return before_utc + timedelta(seconds=bisect_left(seconds, True, key=is_past))
