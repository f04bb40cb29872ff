"""A slow look at the clocks of every zone. It shares nothing with the code under test: it only asks again and again
what time it is."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo, available_timezones

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BETWEEN_CHANGES = 5 * DAY
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Zone:
    """A zone that stands for all whose clocks change alike; `changes` are the first minutes after each change."""

    name: str
    changes: tuple[datetime, ...]

    @property
    def info(self) -> ZoneInfo:
        return ZoneInfo(self.name)


@cache
def all_zones() -> tuple[Zone, ...]:
    """The zones of the tz database, one for each way in which clocks change from 2020 to 2035."""
    alike: dict[object, Zone] = {}
    for name in sorted(available_timezones()):
        info = ZoneInfo(name)
        changes = tuple(_changes(info))
        offsets = tuple(_offset(change, info) for change in (FIRST, *changes))
        alike.setdefault((changes, offsets), Zone(name, changes))
    return tuple(alike.values())


class Clock:
    """What the clocks of a zone showed at some instants, in order."""

    def __init__(self, zone: ZoneInfo, instants: list[datetime]) -> None:
        self._instants = instants
        self._shown = [instant.astimezone(zone).replace(tzinfo=None, fold=0) for instant in instants]
        self._latest = list(accumulate(self._shown, max))

    def first_at_or_past(self, wall: datetime) -> datetime | None:
        """The first of the instants at which the clocks show this time or a later one; None if there is none."""
        place = bisect_left(self._latest, wall)
        return self._instants[place] if 0 < place < len(self._instants) else None

    def times_shown(self, wall: datetime) -> int:
        """How often the clocks showed this time."""
        return self._shown.count(wall)


def instants_around(middle: datetime, reach: timedelta, step: timedelta) -> list[datetime]:
    """Instants at each full step of the hour, and at each minute next to the middle."""
    start = middle.replace(minute=0) - reach
    steps = {start + step * number for number in range(2 * reach // step + 1)}
    return sorted(steps | {middle + MINUTE * number for number in range(-10, 11)})


def _changes(info: ZoneInfo) -> list[datetime]:
    steps = range((LAST - FIRST) // BETWEEN_CHANGES + 1)
    instants = [FIRST + BETWEEN_CHANGES * number for number in steps]
    return [
        _change(before, info)
        for before, after in pairwise(instants)
        if _offset(before, info) != _offset(after, info)
    ]


def _change(start: datetime, info: ZoneInfo) -> datetime:
    """The first minute after the one change that comes after `start`."""
    before = _offset(start, info)
    minutes = range(BETWEEN_CHANGES // MINUTE + 1)
    return start + MINUTE * bisect_left(
        minutes, True, key=lambda n: _offset(start + MINUTE * n, info) != before
    )


def _offset(instant: datetime, info: ZoneInfo) -> timedelta:
    offset = instant.astimezone(info).utcoffset()
    assert offset is not None
    return offset
