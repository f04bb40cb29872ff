"""What was meant by times and durations that are written in another way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.campaign import patterns
from runner.campaign.repairs import repaired

SHAPES = (patterns.TIME_OF_DAY, patterns.HOURS, patterns.DURATION, patterns.DATE, patterns.START_TIME)


@pytest.mark.parametrize(
    ("pattern", "text", "meant"),
    [
        (patterns.TIME_OF_DAY, "9:00", "09:00"),
        (patterns.TIME_OF_DAY, "9.30", "09:30"),
        (patterns.TIME_OF_DAY, "18:30:00", "18:30"),
        (patterns.TIME_OF_DAY, "6pm", "18:00"),
        (patterns.TIME_OF_DAY, "12:15 a.m.", "00:15"),
        (patterns.TIME_OF_DAY, "13pm", None),
        (patterns.TIME_OF_DAY, "9", None),
        (patterns.TIME_OF_DAY, "25:00", None),
        (patterns.HOURS, "9-21", "09:00-21:00"),
        (patterns.HOURS, "9:00 - 21:00", "09:00-21:00"),
        (patterns.HOURS, "9am to 5pm", "09:00-17:00"),
        (patterns.HOURS, "day", None),
        (patterns.DURATION, "2 hours", "2h"),
        (patterns.DURATION, "90 min", "90m"),
        (patterns.DURATION, "1h30m", "90m"),
        (patterns.DURATION, "1.5h", "90m"),
        (patterns.DURATION, "120000s", "2000m"),
        (patterns.DURATION, "2 weeks", None),
        (patterns.DURATION, "90", None),
        (patterns.DATE, "2026-12-1", "2026-12-01"),
        (patterns.DATE, "2026/12/24", "2026-12-24"),
        (patterns.START_TIME, "9:00", "09:00"),
        (patterns.START_TIME, "2026-12-1 9:00", "2026-12-01T09:00"),
        (patterns.START_TIME, "tomorrow", None),
    ],
)
def test_what_was_meant(pattern: str, text: str, meant: str | None) -> None:
    assert repaired(text, pattern) == meant


@given(st.sampled_from(SHAPES), st.text("0123456789:.- apmhsdT/", max_size=45))
def test_it_never_fails(pattern: str, text: str) -> None:
    assert repaired(text, pattern) != ""
