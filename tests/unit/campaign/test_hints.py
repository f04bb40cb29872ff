"""Hints that lead to what was meant."""

import pytest

from runner.campaign.loader import load_text
from runner.diagnostics import Diagnostic

FILE = """\
version: 1
name: a
timezone: UTC
backend: local_api
devices: {{studio: {serials}}}
scripts:
  publish:
    script: post
    devices: studio
    config: {{material_list: [a.mp4], origin_sound_volume: {volume}}}
    start_times: {{at: "09:00", days: {days}}}
  warm:
    script: account_warmup
    devices: studio
    config: {{like_probable: {probable}}}
"""
SOUND = {"serials": "[A1]", "volume": "50", "days": "[mon]", "probable": "30"}


def problem(**changes: str) -> Diagnostic:
    (found,) = load_text(FILE.format(**{**SOUND, **changes}), "a.yaml").diagnostics
    return found


def test_the_file_is_sound() -> None:
    assert not load_text(FILE.format(**SOUND), "a.yaml").diagnostics


@pytest.mark.parametrize(
    ("days", "hint"),
    [
        ("mon-fri", "write a list: [mon, tue, wed, thu, fri]"),
        ("Mon - Fri", "write a list: [mon, tue, wed, thu, fri]"),
        ("monday to friday", "write a list: [mon, tue, wed, thu, fri]"),
        ("mon\u2013wed", "did you mean `mon-wed`?"),
        ("fri-mon", "write a list: [fri, sat, sun, mon]"),
        ("Monday", "write a list: [mon]"),
        ("mondays", "write a list: [mon]"),
        ("mon", "write a list: [mon]"),
        ('"mon, Wed"', "write a list: [mon, wed]"),
        ("mo-fr", "write a list: [mon, tue, wed, thu, fri]"),
        ("weekdays", "write a list: [mon, tue, wed, thu, fri]"),
        ("weekend", "write a list: [sat, sun]"),
        ("daily", "leave it out: without `days` it is every day"),
        ("someday", "it is a list of `mon`, `tue`, `wed`, `thu`, `fri`, `sat` and `sun`"),
        ("[mon-fri]", "write each day: [mon, tue, wed, thu, fri]"),
    ],
)
def test_days_of_the_week(days: str, hint: str) -> None:
    assert problem(days=days).hint == hint


@pytest.mark.parametrize("written", ["Monday", "monday", "MON", "Mondays", "mo", "mon."])
def test_one_day_of_the_week(written: str) -> None:
    found = problem(days=f"[{written}]")
    assert found.hint == "did you mean `mon`?"
    assert found.fix is not None
    assert found.fix.text == "mon"


@pytest.mark.parametrize(
    ("volume", "hint", "fixed"),
    [
        ("50%", "write it without the %: 50", "50"),
        ("'50 %'", "write it without the %: 50", "50"),
        ("0.5", "it is from 0 to 100: did you mean 50?", None),
        ("'0.5'", "it is from 0 to 100: did you mean 50?", None),
        (".25", "it is from 0 to 100: did you mean 25?", None),
        ("50.5", "write a whole number, such as 50", None),
        ("'50.5'", "write a whole number, such as 50", None),
        ("loud", "it is a number from 0 to 100", None),
    ],
)
def test_volumes(volume: str, hint: str, fixed: str | None) -> None:
    found = problem(volume=volume)
    assert found.hint == hint
    assert (found.fix.text if found.fix else None) == fixed


def test_probabilities_are_numbers_too() -> None:
    assert problem(probable="30%").hint == "write it without the %: 30"
    assert problem(probable="2.5 %").hint == "write it without the %: 2.5"


@pytest.mark.parametrize(
    ("serials", "hint"),
    [
        ("A1", "write a list: [A1]"),
        ('"A1, B2"', "write a list: [A1, B2]"),
        ('"A1 , 123"', 'write a list: [A1, "123"]'),
    ],
)
def test_several_in_one_text_are_a_list(serials: str, hint: str) -> None:
    assert problem(serials=serials).hint == hint
