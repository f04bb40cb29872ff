"""Unquoted values mean what YAML 1.2's core schema says."""

import math

import pytest

from runner.campaign.scalars import plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("True", True),
        ("FALSE", False),
        ("0", 0),
        ("-12", -12),
        ("+3", 3),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.5", 1.5),
        (".5", 0.5),
        ("5.", 5),
        ("1e3", 1000),
        ("1.0", 1),
        ("-1.25e-1", -0.125),
    ],
)
def test_values_that_are_no_text(text: str, value: object) -> None:
    assert plain(text) == value
    assert type(plain(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        *("no", "on", "y", "nul", "tRue", "14:30", "12:30:45", "2026-12-01", "https://x.se/a", "<<", "="),
        *("012", "-012", "00.5", "1_000", "0b1", "0x", "0o8", "1e", "-", ".", "+.5."),
    ],
)
def test_text_stays_text(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize("text", [".inf", "+.Inf", "1e999", "9" * 301, "0x" + "f" * 301])
def test_numbers_without_bounds_are_infinite(text: str) -> None:
    assert plain(text) == math.inf


def test_not_a_number() -> None:
    value = plain(".NaN")
    assert isinstance(value, float)
    assert math.isnan(value)
