"""Wall-clock times and the instants at which they come, over changes of a zone's clocks."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple


class Fit(StrEnum):
    """How a wall-clock time falls: once, not at all (the clocks jump over it), or twice."""

    EXACT = "exact"
    SKIPPED = "skipped"
    REPEATED = "repeated"


class Resolved(NamedTuple):
    """The instant (UTC) at which a wall-clock time counts as come."""

    instant_utc: datetime
    fit: Fit


def resolve(wall: datetime, zone: tzinfo) -> Resolved:
    """The first instant at which the clocks of the zone show `wall` (naive) or have jumped over it."""
    first_utc = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second_utc = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first_utc == second_utc:
        return Resolved(first_utc, Fit.EXACT)
    if first_utc < second_utc:
        return Resolved(first_utc, Fit.REPEATED)
    return Resolved(_jump(wall, zone, second_utc, first_utc), Fit.SKIPPED)


def _jump(wall: datetime, zone: tzinfo, before_utc: datetime, after_utc: datetime) -> datetime:
    """The instant between these two at which the clocks jump over `wall`, to the second."""

    def is_past(second: int) -> bool:
        return (before_utc + timedelta(seconds=second)).astimezone(zone).replace(tzinfo=None) > wall

    seconds = range(int((after_utc - before_utc).total_seconds()) + 1)
    return before_utc + timedelta(seconds=bisect_left(seconds, True, key=is_past))
