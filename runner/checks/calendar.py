"""When the start times of a campaign come: the part of the dry plan that needs no devices.

Everything is bounded: `validate` has to stay quick for any file, and the first days show most problems.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from runner.checks.written import Time
from runner.planning.occurrences import Moment, moments
from runner.planning.rules import Instant, Once, Rule, needs_zone
from runner.planning.walltime import Fit, Resolved, resolve

AHEAD = timedelta(days=7)
"""How far checks look."""

MOST_MOMENTS = 10_000
"""How many moments of a campaign checks look at."""

MOST_ZONES = 20
"""In how many zones of an entry checks look."""

_UTC = ZoneInfo("UTC")
_RAREST = timedelta(days=8 * 366)
"""Every rule comes within this time: the rarest comes on each 29 February, and from 2096 to 2104 that takes eight
years."""

Tick = float
"""The instant of a moment, in seconds of the epoch."""


@dataclass(frozen=True, slots=True)
class ActiveDays:
    """The days on which a campaign is active, the last included; None leaves a side open."""

    first: date | None = None
    last: date | None = None

    @classmethod
    def read(cls, active: Mapping[str, Any]) -> "ActiveDays":
        """`active:` as written; an invalid day is no bound."""
        return cls(_day(active.get("from")), _day(active.get("until")))

    @property
    def are_reversed(self) -> bool:
        """Whether there is no active day, since the last is before the first."""
        return self.first is not None and self.last is not None and self.last < self.first

    def holds(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


class ExpectedOccurrence(NamedTuple):
    """The moments of a start time in the days ahead, in order; and as ticks, which are quicker to compare."""

    moments: tuple[Moment, ...] = ()
    ticks: tuple[Tick, ...] = ()

    @classmethod
    def of(cls, found: tuple[Moment, ...]) -> "ExpectedOccurrence":
        return cls(found, tuple(one.instant_utc.timestamp() for one in found))


class Horizon:
    """The days ahead, and what comes in them, computed once for all campaigns with the same rules. `fleet_zone` is the
    zone of what spans campaigns, and of campaigns that name none."""

    def __init__(self, now: datetime, fleet_zone: tzinfo = UTC) -> None:
        self.now = now
        self.fleet_zone = fleet_zone
        self.until = now + AHEAD
        self._coming: dict[tuple[Rule, str], ExpectedOccurrence] = {}

    def coming(self, rule: Rule, zone: ZoneInfo, at_most: int) -> ExpectedOccurrence:
        """The moments of a rule in the days ahead, at most so many."""
        key = rule, zone.key
        found = self._coming.get(key)
        if found is None:
            ahead = islice(moments(rule, zone, self.now, self.until), at_most)
            found = self._coming[key] = ExpectedOccurrence.of(tuple(ahead))
        return found if len(found.ticks) <= at_most else ExpectedOccurrence.of(found.moments[:at_most])


@dataclass(slots=True)
class Budget:
    """How many moments checks may still look at, in all calendars of a campaign together."""

    left: int = MOST_MOMENTS


class Calendar:
    """One campaign's active days, and the days ahead, in a zone; None if it names none that exists."""

    def __init__(self, zone: ZoneInfo | None, active: ActiveDays, horizon: Horizon, budget: Budget) -> None:
        self.zone = zone
        self.active = active
        self.horizon = horizon
        self._budget = budget
        self._coming: dict[Time, ExpectedOccurrence] = {}

    @property
    def working_zone(self) -> tzinfo:
        """The zone of working hours, and of the days of limits that the campaign names."""
        return self.zone or self.horizon.fleet_zone

    @property
    def is_over(self) -> bool:
        """Whether the last active day has passed."""
        return self.active.last is not None and self.active.last < self.local(self.horizon.now).date()

    def coming(self, start: Time) -> ExpectedOccurrence:
        """The moments of a start time in the days ahead that are on active days."""
        found = self._coming.get(start)
        if found is None and not self._budget.left:
            return ExpectedOccurrence()
        if found is None:
            found = self._coming[start] = self._coming_by(start.rule)
            self._budget.left -= len(found.ticks)
        return found

    def only(self, rule: Rule | None) -> Resolved | None:
        """When a rule comes that comes once; None for other rules."""
        if isinstance(rule, Instant):
            return Resolved(rule.at_utc, Fit.EXACT)
        if isinstance(rule, Once) and self.zone is not None:
            return resolve(rule.at, self.zone)
        return None

    def local(self, instant_utc: datetime) -> datetime:
        """An instant on the clocks of the zone."""
        return instant_utc.astimezone(self.zone or UTC)

    def comes_at(self, rule: Rule, instant_utc: datetime) -> bool:
        """Whether a moment of the rule falls on an instant."""
        return any(moments(rule, self.zone or _UTC, instant_utc, instant_utc + timedelta.resolution))

    def ever_comes(self, start: Time) -> bool:
        """Whether a recurring start time ever comes on an active day."""
        first, last = self.active.first, self.active.last
        if self.coming(start).ticks or first is None or last is None or last - first > _RAREST:
            return True
        if start.rule is None or self.zone is None:
            return True
        since, until = (datetime.combine(day, time(), UTC) for day in (first, last))
        # Days of a zone begin up to 14 hours before and 12 hours after those of UTC, and a day's window
        # may pass midnight: with days to spare, the moment's own day decides.
        around = moments(start.rule, self.zone, since - timedelta(days=2), until + timedelta(days=3))
        return any(self.active.holds(moment.day) for moment in around)

    def _coming_by(self, rule: Rule | None) -> ExpectedOccurrence:
        if rule is None or (self.zone is None and needs_zone(rule)):
            return ExpectedOccurrence()
        found = self.horizon.coming(rule, self.zone or _UTC, self._budget.left)
        kept = tuple(moment for moment in found.moments if self.active.holds(moment.day))
        return found if len(kept) == len(found.moments) else ExpectedOccurrence.of(kept)


def shown(local: datetime) -> str:
    """A local time for people: `2026-11-23 09:00`."""
    return f"{local:%Y-%m-%d %H:%M}"


_OF_THIS_MACHINE = ("localtime", "posix", "right/", "Factory")
"""Names in the tz databases of some systems that mean another zone, or none, elsewhere."""


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo | None:
    """The zone of a name, if every machine has it."""
    try:
        return None if name.startswith(_OF_THIS_MACHINE) else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
