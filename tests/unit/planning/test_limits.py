import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.planning.limits import (
    CAUTIOUS,
    DEFAULT_MIN_GAP,
    NEVER_UTC,
    Allowed,
    CautiousCap,
    LimitAnswer,
    NotBefore,
    Usage,
    effective_limits,
    limit_answer,
)

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 11, 21, 17, tzinfo=UTC)
DOCS = Path(__file__).parents[3] / "docs" / "limits.md"


Named = dict[str, object]


def limits(
    per_device: object = {}, per_account: object = {}, min_gap: str = "0s", working_hours: str | None = None
) -> Named:
    hours = {"working_hours": working_hours} if working_hours else {}
    return {"per_device": per_device, "per_account": per_account, "min_gap": min_gap} | hours


def ask(
    named: Named, usage: Usage, kind: str = "post", now: datetime = NOW, zone: ZoneInfo | None = None
) -> LimitAnswer:
    limits = effective_limits(named, zone)
    return limit_answer(limits, usage, kind, "R58M123ABC", "@brand_se", now, STOCKHOLM)


def minutes_ago(*minutes: float) -> tuple[datetime, ...]:
    return tuple(NOW - timedelta(minutes=ago) for ago in minutes)


def test_nothing_done_allows_everything() -> None:
    assert ask(limits(), Usage()) == Allowed()


def test_a_full_day_holds_back_until_midnight_of_the_zone() -> None:
    usage = Usage(device={"post": minutes_ago(100, 200, 300)})

    assert ask(limits(per_device={"per_day": {"post": 3}}), usage) == NotBefore(
        datetime(2026, 11, 21, 23, tzinfo=UTC),
        "3 of 3 posts on R58M123ABC today in Europe/Stockholm; next at 2026-11-22 00:00:00+01:00 "
        "(limits.per_device.per_day.post)",
        "limits.per_device.per_day.post",
    )


@pytest.mark.parametrize(
    ("made", "cap", "words"),
    [
        (1, 1, "1 of 1 post on R58M123ABC today in Europe/Stockholm;"),
        (5, 5, "5 of 5 posts on R58M123ABC today in Europe/Stockholm;"),
        (6, 5, "6 posts on R58M123ABC today in Europe/Stockholm, and 5 allowed;"),
    ],
)
def test_counts_are_words_that_are_true(made: int, cap: int, words: str) -> None:
    usage = Usage(device={"post": minutes_ago(*range(100, 100 + made))})
    answer = ask(limits(per_device={"per_day": {"post": cap}}), usage)
    assert isinstance(answer, NotBefore)
    assert answer.reason.startswith(words)


def test_what_a_campaign_names_is_on_its_clocks_and_what_is_built_in_on_those_of_the_fleet() -> None:
    new_york = ZoneInfo("America/New_York")
    before_midnight_there = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)
    named = limits(per_device={"per_day": {"post": 1}, "per_hour": {"post": 9}})
    usage = Usage(device={"post": (before_midnight_there,)})

    assert ask(named, usage, zone=new_york) == Allowed()
    assert ask(named, usage) == NotBefore(
        datetime(2026, 11, 21, 23, tzinfo=UTC),
        "1 of 1 post on R58M123ABC today in Europe/Stockholm; next at 2026-11-22 00:00:00+01:00 "
        "(limits.per_device.per_day.post)",
        "limits.per_device.per_day.post",
    )
    usage = Usage(device={"post": (before_midnight_there,) * 5})
    answer = ask(limits(), usage, zone=new_york)
    assert isinstance(answer, NotBefore)
    assert "5 of 5 posts on R58M123ABC today in Europe/Stockholm" in answer.reason


def test_the_day_before_does_not_count() -> None:
    before_midnight = datetime(2026, 11, 20, 22, 59, tzinfo=UTC)
    named = limits(per_device={"per_day": {"post": 1}})

    assert ask(named, Usage(device={"post": (before_midnight,)})) == Allowed()
    assert ask(named, Usage(device={"post": (before_midnight + timedelta(minutes=1),)})) != Allowed()


def test_a_full_hour_holds_back_until_enough_of_it_is_an_hour_old() -> None:
    usage = Usage(device={"follow": minutes_ago(70, 50, 40, 10)})

    assert ask(limits(per_device={"per_hour": {"follow": 2}}), usage, "follow") == NotBefore(
        NOW + timedelta(minutes=20),
        "3 follows on R58M123ABC in the last 60 minutes, and 2 allowed; next at 2026-11-21 18:20:00+01:00 "
        "(limits.per_device.per_hour.follow)",
        "limits.per_device.per_hour.follow",
    )


def test_an_account_is_counted_on_whatever_device() -> None:
    usage = Usage(account={"post": minutes_ago(90)})
    answer = ask(limits(per_account={"per_day": {"post": 1}}), usage)

    assert isinstance(answer, NotBefore)
    assert answer.reason.startswith("1 of 1 post by @brand_se today")


def test_an_unknown_account_has_no_caps() -> None:
    usage = Usage(account={"post": minutes_ago(90)})
    effective = effective_limits(limits(per_account={"per_day": {"post": 1}}))

    assert limit_answer(effective, usage, "post", "R58M123ABC", None, NOW, STOCKHOLM) == Allowed()


def test_built_in_caps_hold_until_a_campaign_names_its_own() -> None:
    usage = Usage(device={"post": minutes_ago(5, 10, 15)})
    answer = ask(limits(per_device={"per_day": {"post": 9}}), usage)

    assert isinstance(answer, NotBefore)
    assert answer.reason.endswith("(built-in per_device.per_hour.post)")
    assert ask(limits(per_device={"per_hour": {"post": 9}}), usage) == Allowed()


def test_one_kind_does_not_use_up_another() -> None:
    usage = Usage(device={"follow": minutes_ago(*range(1, 50))})

    assert ask(limits(), usage, "post") == Allowed()


def test_the_gap_is_between_effects_of_any_kind_on_one_device() -> None:
    usage = Usage(device={"follow": minutes_ago(1)}, account={"post": minutes_ago(0)})

    assert ask(limits(min_gap="90s"), usage) == NotBefore(
        NOW + timedelta(seconds=30),
        "the last effect on R58M123ABC was at 2026-11-21 17:59:00+01:00; next at 2026-11-21 18:00:30+01:00 "
        "(limits.min_gap)",
        "limits.min_gap",
    )
    assert ask(limits(min_gap="60s"), usage) == Allowed()


def test_an_effect_dated_ahead_of_a_clock_that_stepped_back_opens_no_gap() -> None:
    usage = Usage(device={"follow": minutes_ago(-300)})

    assert ask(limits(min_gap="90s"), usage) == Allowed()


def test_a_gap_without_measure_still_has_an_instant() -> None:
    answer = ask(limits(min_gap="99999d"), Usage(device={"post": minutes_ago(1)}))

    assert isinstance(answer, NotBefore)


def test_a_cap_of_zero_is_a_prohibition() -> None:
    answer = ask(limits(per_account={"per_day": {"post": 0}}), Usage())

    assert answer == NotBefore(
        NEVER_UTC,
        "no posts by @brand_se are allowed (limits.per_account.per_day.post is 0)",
        "limits.per_account.per_day.post",
    )


def test_of_several_refusals_the_one_that_lasts_longest_is_told() -> None:
    usage = Usage(device={"post": minutes_ago(0.1)})
    answer = ask(limits(per_device={"per_day": {"post": 1}}, min_gap="90s"), usage)

    assert isinstance(answer, NotBefore)
    assert "today" in answer.reason


@given(
    st.lists(st.integers(0, 3 * 24 * 60 * 60), max_size=12),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.sampled_from(["0s", "90s", "45m", "30h"]),
    st.sampled_from([None, "08:00-22:00", "22:00-02:30", "02:30-03:00", "00:00-24:00"]),
    st.sampled_from([None, ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")]),
    st.builds(
        lambda day, second: datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(seconds=second),
        st.sampled_from(["2026-03-29", "2026-10-25", "2026-11-21"]),
        st.integers(-24 * 60 * 60, 48 * 60 * 60),
    ),
)
@settings(max_examples=200, deadline=None)
def test_the_instant_told_is_the_first_that_is_allowed(
    seconds_ago: list[int],
    caps: tuple[int, int],
    min_gap: str,
    hours: str | None,
    zone: ZoneInfo | None,
    now: datetime,
) -> None:
    named = limits(
        {"per_day": {"post": caps[0]}, "per_hour": {"post": caps[1]}}, min_gap=min_gap, working_hours=hours
    )
    usage = Usage(device={"post": tuple(now - timedelta(seconds=ago) for ago in seconds_ago)})

    answer = ask(named, usage, now=now, zone=zone)

    if isinstance(answer, NotBefore):
        assert answer.instant_utc > now
        assert ask(named, usage, now=answer.instant_utc, zone=zone) == Allowed()
        earlier = answer.instant_utc - timedelta.resolution
        assert ask(named, usage, now=earlier, zone=zone) != Allowed()


@pytest.mark.parametrize(
    ("hours", "now", "again"),
    [
        ("08:00-22:00", "2026-11-21T21:00", "2026-11-22T07:00"),
        ("08:00-22:00", "2026-11-21T06:59", "2026-11-21T07:00"),
        ("22:00-06:00", "2026-11-21T05:00", "2026-11-21T21:00"),
        ("22:00-06:00", "2026-11-21T04:59", None),
        ("08:00-22:00", "2026-11-21T07:00", None),
        ("02:30-02:45", "2026-03-28T23:00", "2026-03-30T00:30"),
        ("02:30-04:00", "2026-03-28T23:00", "2026-03-29T01:00"),
        ("02:30-04:00", "2026-10-25T01:15", None),
    ],
)
def test_nothing_is_done_outside_of_working_hours(hours: str, now: str, again: str | None) -> None:
    answer = ask(limits(working_hours=hours), Usage(), now=datetime.fromisoformat(now).replace(tzinfo=UTC))

    if again is None:
        assert answer == Allowed()
    else:
        assert isinstance(answer, NotBefore)
        assert answer.instant_utc == datetime.fromisoformat(again).replace(tzinfo=UTC)
        assert answer.limit == "limits.working_hours"


def test_what_another_limit_holds_back_waits_for_working_hours_too() -> None:
    usage = Usage(device={"post": minutes_ago(100)})
    named = limits(per_device={"per_day": {"post": 1}}, working_hours="08:00-22:00")

    assert ask(named, usage) == NotBefore(
        datetime(2026, 11, 22, 7, tzinfo=UTC),
        "1 of 1 post on R58M123ABC today in Europe/Stockholm; next at 2026-11-22 08:00:00+01:00 "
        "(limits.per_device.per_day.post)",
        "limits.per_device.per_day.post",
    )


def test_the_documented_caps_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| (\w+) \| (\d+) \| (\d+) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)

    assert {kind: CautiousCap(int(day), int(hour)) for kind, day, hour in rows} == CAUTIOUS


def test_the_documented_gap_and_reason_are_those_of_the_code() -> None:
    text = DOCS.read_text(encoding="utf-8")
    answer = ask(
        limits(per_device={"per_day": {"post": 3}}), Usage(device={"post": minutes_ago(100, 200, 300)})
    )

    assert isinstance(answer, NotBefore)
    assert answer.reason in text
    assert f"on one phone is {DEFAULT_MIN_GAP}." in text
    outside = ask(
        limits(working_hours="08:00-22:00"), Usage(), now=datetime(2026, 11, 21, 21, 15, tzinfo=UTC)
    )
    assert isinstance(outside, NotBefore)
    assert outside.reason in text
