from datetime import UTC, datetime, time, timedelta

import pytest

from runner.planning.rules import EVERY_DAY, Cron, Daily, Every, Instant, Once, Rule, needs_zone, parse, read


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("09:00", Daily("09:00", (time(9),))),
        ("2026-12-01T18:00", Once("2026-12-01T18:00", datetime.fromisoformat("2026-12-01T18:00"))),
        ("2026-12-01 18:00:30", Once("2026-12-01 18:00:30", datetime.fromisoformat("2026-12-01T18:00:30"))),
        (
            "2026-12-01T18:00:00+01:00",
            Instant("2026-12-01T18:00:00+01:00", datetime(2026, 12, 1, 17, tzinfo=UTC)),
        ),
        ("2026-12-01T17:00Z", Instant("2026-12-01T17:00Z", datetime(2026, 12, 1, 17, tzinfo=UTC))),
        ({"at": "18:30"}, Daily("18:30", (time(18, 30),))),
        (
            {"at": ["18:30", "09:00"], "days": ["fri", "mon"]},
            Daily("18:30, 09:00 on mon, fri", (time(9), time(18, 30)), frozenset({0, 4})),
        ),
        (
            {"every": "2h", "between": "22:00-02:00"},
            Every("every 2h between 22:00-02:00", timedelta(hours=2), time(22), time(2), EVERY_DAY),
        ),
        (
            {"every": "90s", "between": "09:00-24:00", "days": ["sun"]},
            Every(
                "every 90s between 09:00-24:00 on sun",
                timedelta(seconds=90),
                time(9),
                time(0),
                frozenset({6}),
            ),
        ),
        ({"cron": "0 9 1 */3 *"}, Cron("cron 0 9 1 */3 *", "0 9 1 */3 *")),
    ],
)
def test_a_start_time_becomes_a_rule(written: object, rule: Rule) -> None:
    assert parse(written) == rule  # type: ignore[arg-type]
    assert read(rule.written) == rule


@pytest.mark.parametrize("written", ["2026-02-30T09:00", "24:00", "2026-12-01T18:00+25:00", "soon"])
def test_a_time_that_no_calendar_holds_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"is no time"):
        parse(written)


@pytest.mark.parametrize("written", ["0001-01-01T00:00+05:00", "9999-12-31T23:59-05:00"])
def test_the_ends_of_the_calendar_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not between the years"):
        parse(written)


@pytest.mark.parametrize("every", ["0s", "59s", "500ms"])
def test_more_often_than_each_minute_is_refused(every: str) -> None:
    with pytest.raises(ValueError, match=rf"^every {every} is too often: a minute \(1m\) is the least$"):
        parse({"every": every, "between": "09:00-21:00"})


def test_only_an_instant_means_something_without_a_zone() -> None:
    written = ["09:00", "2026-12-01T18:00", {"cron": "0 * * * *"}, "2026-12-01T18:00Z"]

    assert [needs_zone(parse(text)) for text in written] == [True, True, True, False]
