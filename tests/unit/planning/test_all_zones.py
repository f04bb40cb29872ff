"""Every promise about daylight saving, in every zone of the tz database, against a slow look at clocks."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from clocks import DAY, HOUR, MINUTE, Clock, Zone, all_zones, instants_around

from runner.planning.occurrences import Moment, moments
from runner.planning.rules import Daily, Rule, parse
from runner.planning.walltime import Fit

pytestmark = pytest.mark.xdist_group("all zones")

TIMES = (time(0), time(0, 30), time(1, 30), time(2), time(2, 30), time(3), time(23, 30))
AROUND = 26 * HOUR
STEP = 5 * MINUTE
"""How closely one looks, save next to a change; with `--thorough` at each minute."""


@dataclass(frozen=True)
class Case:
    """Two days of a zone, with what its clocks showed on them and a little before and after."""

    zone: ZoneInfo
    from_utc: datetime
    until_utc: datetime
    clock: Clock

    def found(self, rule: Rule) -> list[Moment]:
        return list(moments(rule, self.zone, self.from_utc, self.until_utc))

    def holds(self, instant: datetime | None) -> bool:
        return instant is not None and self.from_utc <= instant < self.until_utc

    def walls(self, times: tuple[time, ...]) -> Iterator[tuple[datetime, datetime]]:
        """Every wall-clock time of these that comes on the days, and when it does."""
        day = self.from_utc.astimezone(self.zone).date() - DAY
        while day <= self.until_utc.astimezone(self.zone).date() + DAY:
            for wall in (datetime.combine(day, at) for at in times):
                instant = self.clock.first_at_or_past(wall)
                if instant is not None and self.holds(instant):
                    yield wall, instant
            day += DAY


@pytest.fixture(scope="module")
def zones() -> tuple[Zone, ...]:
    return all_zones()


@pytest.fixture
def is_thorough(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--thorough"))


@pytest.fixture
def cases(zones: tuple[Zone, ...], is_thorough: bool) -> Iterator[Case]:
    """The days near each change of the clocks of each zone, and a sample of the others."""
    return make_cases(zones, is_thorough)


@pytest.fixture
def some_cases(zones: tuple[Zone, ...], is_thorough: bool) -> Iterator[Case]:
    """The same, but of each zone only the last changes; all with `--thorough`."""
    few = tuple(Zone(zone.name, zone.changes[-2:]) for zone in zones)
    return make_cases(zones if is_thorough else few, is_thorough)


def make_cases(zones: tuple[Zone, ...], is_thorough: bool) -> Iterator[Case]:
    step, others = (MINUTE, 50) if is_thorough else (STEP, 1)
    chance = random.Random(20261121)

    for zone in zones:
        days = [datetime(2020, 1, 3, tzinfo=UTC) + DAY * chance.randrange(5840) for _ in range(others)]
        for instant in (*zone.changes, *days):
            clock = Clock(zone.info, instants_around(instant, AROUND + 3 * HOUR, step))
            yield Case(zone.info, instant - AROUND, instant + AROUND, clock)


def test_there_are_zones_of_all_kinds(zones: tuple[Zone, ...]) -> None:
    jumps = {
        change.astimezone(zone.info).utcoffset() - (change - MINUTE).astimezone(zone.info).utcoffset()
        for zone in zones
        for change in zone.changes
    }

    assert len(zones) > 60
    assert sum(len(zone.changes) for zone in zones) > 1000
    assert jumps >= {HOUR, -HOUR, HOUR / 2, -HOUR / 2, 2 * HOUR, -2 * HOUR}


def test_a_daily_rule_has_one_moment_for_each_date(cases: Iterator[Case]) -> None:
    fits = {0: Fit.SKIPPED, 1: Fit.EXACT, 2: Fit.REPEATED}
    for case in cases:
        expected = [
            (f"{wall:%Y-%m-%dT%H:%M}[{case.zone.key}]", instant, fits[case.clock.times_shown(wall)])
            for wall, instant in case.walls(TIMES)
        ]
        found = case.found(Daily("daily", TIMES))

        assert [(one.nominal, one.instant_utc, one.fit) for one in found] == expected, case.zone.key
        assert len(expected) >= 2 * len(TIMES)


@pytest.mark.parametrize(
    ("expression", "minutes"),
    [
        ("*/15 * * * *", tuple(time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45))),
        ("30 * * * *", tuple(time(hour, 30) for hour in range(24))),
        ("0,30 0-3,23 * * *", tuple(time(hour, minute) for hour in (0, 1, 2, 3, 23) for minute in (0, 30))),
    ],
)
def test_a_cron_rule_comes_once_for_each_minute_of_the_wall_clock(
    expression: str, minutes: tuple[time, ...], some_cases: Iterator[Case]
) -> None:
    for case in some_cases:
        found = [(one.nominal[:16], one.instant_utc) for one in case.found(parse({"cron": expression}))]

        assert found == [(f"{wall:%Y-%m-%dT%H:%M}", when) for wall, when in case.walls(minutes)], (
            case.zone.key
        )


def test_every_counts_elapsed_time_from_the_opening_of_its_window(some_cases: Iterator[Case]) -> None:
    length, opens, closes = 45 * MINUTE, time(23, 30), time(3)
    rule = parse({"every": "45m", "between": "23:30-03:00"})
    windows = 0
    for case in some_cases:
        found = [one.instant_utc for one in case.found(rule)]
        for wall, opening in case.walls((opens,)):
            closing = case.clock.first_at_or_past(datetime.combine(wall.date() + DAY, closes))
            if closing is not None and case.holds(closing):
                inside = [instant for instant in found if opening <= instant <= closing]
                assert inside == [opening + length * n for n in range((closing - opening) // length + 1)]
                windows += 1
    assert windows > 100
