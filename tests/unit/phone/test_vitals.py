"""What is read from what a phone says of itself."""

import pytest

from runner.phone import shell
from runner.phone.vitals import Vitals, parse

SAID = """\
samsung
SM-A536B
14
sv-SE

Physical size: 1080x2400
Override size: 720x1600
--app com.zhiliaoapp.musically
    versionName=39.1.3
    versionName=38.0.0
--app com.instagram.android
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_phone_says_what_it_is(end: str) -> None:
    assert parse(SAID.replace("\n", end)) == Vitals(
        "samsung SM-A536B", "14", "sv-SE", (720, 1600), {"com.zhiliaoapp.musically": "39.1.3"}
    )


def test_a_maker_is_named_once_and_a_language_may_be_built_in() -> None:
    assert parse("OnePlus\nOnePlus 9\n13\n\nen-US\n")[:4] == ("OnePlus 9", "13", "en-US", None)


def test_a_phone_that_says_nothing_is_nothing() -> None:
    assert parse("") == Vitals("", "", "", None, {})


@pytest.mark.parametrize(
    ("output", "percent"),
    [
        ("Current Battery Service state:\n  AC powered: false\n  level: 87\n  scale: 100\n", 87),
        ("  level: 50\r\n  scale: 200\r\n", 25),
        ("  level: 7\n", 7),
        ("  Capacity level: 3\n", None),
        ("Can't find service: battery\n", None),
        ("  level: 3\n  scale: 0\n", None),
    ],
)
def test_the_battery_is_told_in_percent(output: str, percent: int | None) -> None:
    assert shell.battery_level(output) == percent
