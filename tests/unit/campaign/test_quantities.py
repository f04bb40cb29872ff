"""Durations, times and hours: typed, and printed back as written."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from runner.campaign.quantities import Duration, Hours, TimeOfDay


@pytest.mark.parametrize(
    ("text", "delta"),
    [
        ("0s", timedelta(0)),
        ("500ms", timedelta(milliseconds=500)),
        ("90s", timedelta(seconds=90)),
        ("10m", timedelta(minutes=10)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("99999d", timedelta(days=99_999)),
    ],
)
def test_durations(text: str, delta: timedelta) -> None:
    duration = Duration.parse(text)
    assert (duration.delta, duration.seconds, str(duration)) == (delta, delta.total_seconds(), text)


@pytest.mark.parametrize("text", ["", "90", "1.5h", "-1s", "01s", "1 h", "1w", "100000s", "90s\n", "٣s"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="a duration is a whole number of at most 5 digits and a unit"):
        Duration.parse(text)


def test_times_of_day() -> None:
    assert TimeOfDay.parse("00:00").time == time(0)
    assert str(TimeOfDay.parse("23:59")) == "23:59"
    for text in ("24:00", "9:00", "09:60", "09:00:00", "0900"):
        with pytest.raises(ValueError, match="a time of day is HH:MM"):
            TimeOfDay.parse(text)


@pytest.mark.parametrize(
    ("text", "length", "inside", "outside"),
    [
        ("08:00-22:00", 14, ["08:00", "21:59"], ["07:59", "22:00", "00:00"]),
        ("22:00-02:00", 4, ["22:00", "23:59", "00:00", "01:59"], ["21:59", "02:00", "12:00"]),
        ("20:00-24:00", 4, ["20:00", "23:59"], ["00:00", "19:59"]),
        ("00:00-24:00", 24, ["00:00", "12:00", "23:59"], []),
        ("09:00-09:00", 24, ["09:00", "08:59"], []),
    ],
)
def test_hours(text: str, length: int, inside: list[str], outside: list[str]) -> None:
    hours = Hours.parse(text)
    assert (str(hours), hours.length) == (text, timedelta(hours=length))
    assert all(hours.holds(time.fromisoformat(moment)) for moment in inside)
    assert not any(hours.holds(time.fromisoformat(moment)) for moment in outside)


@pytest.mark.parametrize("text", ["8:00-22:00", "08:00", "24:00-08:00", "08:00 - 22:00", "08:00-22:00-23:00"])
def test_what_is_no_hours(text: str) -> None:
    with pytest.raises(ValueError, match="hours are HH:MM-HH:MM"):
        Hours.parse(text)


@given(st.one_of(st.text(max_size=8), st.from_regex(r"[0-9]{1,6}(ms|s|m|h|d)?", fullmatch=True)))
def test_the_schema_and_the_type_agree(text: str) -> None:
    adapter = TypeAdapter(Duration)
    try:
        duration = Duration.parse(text)
    except ValueError:
        with pytest.raises(ValidationError):
            adapter.validate_python(text)
    else:
        assert adapter.validate_python(text) == duration
        assert adapter.dump_python(duration, mode="json") == text
