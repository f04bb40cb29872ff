from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from runner.planning.occurrences import Moment, gather, moments
from runner.planning.rules import Daily, Rule, parse
from runner.planning.walltime import Fit

STOCKHOLM = ZoneInfo("Europe/Stockholm")
ZONES = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Havana",
    "America/Santiago",
    "America/St_Johns",
    "Antarctica/Casey",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Europe/Stockholm",
    "Pacific/Apia",
    "Pacific/Chatham",
)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def found(rules: list[str], zone: ZoneInfo, start: str, end: str) -> list[list[str]]:
    streams = (moments(parse(text), zone, at(start), at(end)) for text in dict.fromkeys(rules))
    groups = gather(streams)
    return [[f"{moment.instant_utc:%dT%H:%M} {moment.nominal}" for moment in group] for group in groups]


def test_a_daily_rule_has_a_moment_a_day_named_by_its_date() -> None:
    assert found(["09:00"], STOCKHOLM, "2026-11-21T08:00", "2026-11-23T08:00") == [
        ["21T08:00 2026-11-21T09:00[Europe/Stockholm]"],
        ["22T08:00 2026-11-22T09:00[Europe/Stockholm]"],
    ]


def test_a_wall_clock_time_and_an_instant_come_once() -> None:
    rules = ["2026-12-01T18:00", "2026-12-01T19:30:00+01:00"]

    assert found(rules, STOCKHOLM, "2026-11-30T00:00", "2026-12-10T00:00") == [
        ["01T17:00 2026-12-01T18:00[Europe/Stockholm]"],
        ["01T18:30 2026-12-01T18:30:00Z"],
    ]


def test_a_window_holds_its_beginning_and_not_its_end() -> None:
    assert len(found(["2026-12-01T17:00Z"], STOCKHOLM, "2026-12-01T17:00", "2026-12-01T17:01")) == 1
    assert not found(["2026-12-01T17:00Z"], STOCKHOLM, "2026-12-01T16:00", "2026-12-01T17:00")


def test_a_time_that_the_clocks_jump_over_may_come_on_the_next_day() -> None:
    cairo = ZoneInfo("Africa/Cairo")
    [moment] = moments(parse("2026-04-24T00:30"), cairo, at("2026-04-23T00:00"), at("2026-04-25T00:00"))

    assert moment.nominal == "2026-04-24T00:30[Africa/Cairo]"
    assert moment.instant_utc.astimezone(cairo) == datetime(2026, 4, 24, 1, tzinfo=cairo)
    assert moment.fit is Fit.SKIPPED


def test_a_day_that_the_calendar_of_a_zone_left_out_comes_with_the_next() -> None:
    apia = ZoneInfo("Pacific/Apia")

    assert found(["23:30"], apia, "2011-12-30T00:00", "2012-01-01T00:00") == [
        ["30T09:30 2011-12-29T23:30[Pacific/Apia]"],
        ["30T10:00 2011-12-30T23:30[Pacific/Apia]"],
        ["31T09:30 2011-12-31T23:30[Pacific/Apia]"],
    ]


def test_moments_of_one_entry_on_the_same_instant_are_one_group() -> None:
    rules = ["02:30", "03:00", "2026-03-29T01:00Z"]

    assert found(rules, STOCKHOLM, "2026-03-29T00:00", "2026-03-29T12:00") == [
        [
            "29T01:00 2026-03-29T02:30[Europe/Stockholm]",
            "29T01:00 2026-03-29T03:00[Europe/Stockholm]",
            "29T01:00 2026-03-29T01:00:00Z",
        ]
    ]


@given(st.permutations(["2026-03-29T01:00Z", "02:30", "2026-03-29T02:30", "02:00", "03:00"]))
@settings(max_examples=30, deadline=None)
def test_the_name_of_merged_moments_does_not_depend_on_the_order_of_the_rules(rules: list[str]) -> None:
    [group] = found(rules, STOCKHOLM, "2026-03-29T00:30", "2026-03-29T02:00")

    assert group[0] == "29T01:00 2026-03-29T02:00[Europe/Stockholm]"


def changes(zone: ZoneInfo) -> list[datetime]:
    """Days in whose course the clocks of a zone change, 2020 to 2035."""
    days = [datetime(2020, 1, 1, tzinfo=UTC) + DAY * number for number in range(16 * 366)]
    return [
        first
        for first, second in pairwise(days)
        if first.astimezone(zone).utcoffset() != second.astimezone(zone).utcoffset()
    ]


CHANGES = {name: changes(ZoneInfo(name)) for name in ZONES}


@st.composite
def windows(draw: st.DrawFn) -> tuple[str, datetime, datetime]:
    zone = draw(st.sampled_from(ZONES))
    day = draw(st.sampled_from(CHANGES[zone] or [datetime(2026, 11, 21, tzinfo=UTC)]))
    start = day + MINUTE * draw(st.integers(-2 * 24 * 60, 2 * 24 * 60))
    return zone, start, start + MINUTE * draw(st.integers(0, 60 * 60))


def times_of_day() -> st.SearchStrategy[time]:
    critical = [time(0), time(0, 30), time(1, 30), time(2), time(2, 30), time(3), time(23, 30), time(23, 59)]
    return st.sampled_from(critical) | st.builds(time, st.integers(0, 23), st.integers(0, 59))


def oracle(day: date, at_time: time, zone: ZoneInfo) -> datetime:
    """Look at the clocks of the zone minute by minute until they show the time, or a later one."""
    wall = datetime.combine(day, at_time)
    instant = wall.replace(tzinfo=UTC) - timedelta(hours=15)
    while instant.astimezone(zone).replace(tzinfo=None) < wall:
        instant += MINUTE
    return instant


@given(windows(), times_of_day())
@example(("Pacific/Apia", at("2011-12-29T00:00"), at("2012-01-01T00:00")), time(12))
@settings(max_examples=300, deadline=None)
def test_a_daily_rule_agrees_with_a_look_at_the_clocks(
    window: tuple[str, datetime, datetime], at_time: time
) -> None:
    name, start, end = window
    zone = ZoneInfo(name)
    days = [start.date() + DAY * number for number in range(-3, (end - start).days + 4)]
    expected = [(f"{day}T{at_time:%H:%M}[{name}]", oracle(day, at_time, zone)) for day in days]

    computed = moments(Daily("daily", (at_time,)), zone, start, end)

    assert [(moment.nominal, moment.instant_utc) for moment in computed] == [
        (nominal, instant) for nominal, instant in expected if start <= instant < end
    ]


@given(windows(), times_of_day(), st.integers(0, 60 * 60))
@settings(max_examples=200, deadline=None)
def test_windows_that_meet_lose_and_double_nothing(
    window: tuple[str, datetime, datetime], at_time: time, minutes: int
) -> None:
    name, start, end = window
    middle = min(end, start + MINUTE * minutes)

    def between(first: datetime, last: datetime) -> list[Moment]:
        rule: Rule = Daily("daily", (at_time,))
        return list(moments(rule, ZoneInfo(name), first, last))

    assert between(start, middle) + between(middle, end) == between(start, end)
