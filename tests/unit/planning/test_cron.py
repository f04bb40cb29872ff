import re
from datetime import datetime
from itertools import islice

import pytest

from runner.planning.cron import NICKNAMES, minutes, read

START = datetime.fromisoformat("2026-11-21T00:00")


def first(expression: str, count: int = 3) -> list[str]:
    return [f"{minute:%a %Y-%m-%d %H:%M}" for minute in islice(minutes(expression, START), count)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 9 1 */3 *", ["Fri 2027-01-01 09:00", "Thu 2027-04-01 09:00", "Thu 2027-07-01 09:00"]),
        ("30 8 * * 0", ["Sun 2026-11-22 08:30", "Sun 2026-11-29 08:30", "Sun 2026-12-06 08:30"]),
        ("30 8 * * 7", ["Sun 2026-11-22 08:30", "Sun 2026-11-29 08:30", "Sun 2026-12-06 08:30"]),
        ("30 8 * * sun", ["Sun 2026-11-22 08:30", "Sun 2026-11-29 08:30", "Sun 2026-12-06 08:30"]),
        ("0 0 * * 1", ["Mon 2026-11-23 00:00", "Mon 2026-11-30 00:00", "Mon 2026-12-07 00:00"]),
        ("0 0 * * 5-7", ["Sun 2026-11-22 00:00", "Fri 2026-11-27 00:00", "Sat 2026-11-28 00:00"]),
        ("0 12 24 dec *", ["Thu 2026-12-24 12:00", "Fri 2027-12-24 12:00", "Sun 2028-12-24 12:00"]),
        ("0 12 24 * mon", ["Mon 2026-11-23 12:00", "Tue 2026-11-24 12:00", "Mon 2026-11-30 12:00"]),
        ("0 0 29 2 *", ["Tue 2028-02-29 00:00", "Sun 2032-02-29 00:00", "Fri 2036-02-29 00:00"]),
        ("*/20 10-11 * * *", ["Sat 2026-11-21 10:00", "Sat 2026-11-21 10:20", "Sat 2026-11-21 10:40"]),
        ("@weekly", ["Sun 2026-11-22 00:00", "Sun 2026-11-29 00:00", "Sun 2026-12-06 00:00"]),
    ],
)
def test_an_expression_means_what_crontab_says(expression: str, expected: list[str]) -> None:
    assert first(expression) == expected


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        (
            "0 9 * *",
            "'0 9 * *' has 4 fields; cron has five: minute, hour, day of the month, month, day of the week",
        ),
        ("0 0 9 * * *", "'0 0 9 * * *' has 6 fields"),
        ("60 9 * * *", "'60 9 * * *': '60' is no minute: 0-59"),
        ("0 25 * * *", "'25' is no hour: 0-23"),
        ("0 9 0 * *", "'0' is no day of the month: 1-31"),
        ("0 9 * 13 *", "'13' is no month: 1-12 or jan-dec"),
        ("0 9 * * 8", "'8' is no day of the week: 0-7 (0 and 7 are Sunday) or mon-sun"),
        ("0 9 * * montag", "'montag' is no day of the week"),
        ("*/0 9 * * *", "'*/0' is no minute"),
        ("5-1 9 * * *", "'5-1' is no minute"),
        ("0 9 31 2,4 *", "'0 9 31 2,4 *' never comes: no month of it has such a day"),
        ("@reboot", "'@reboot' has 1 fields"),
        ("", "'' has 0 fields"),
        ("9" * 5000 + " 9 * * *", "is no minute"),
        ("² 9 * * *", "'²' is no minute"),
    ],
)
def test_what_is_no_expression_is_refused_with_a_sentence(expression: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)) as caught:
        read(expression)

    assert len(str(caught.value)) < 500


def test_an_expression_that_never_comes_ends() -> None:
    assert list(minutes("0 0 */31 2 mon#2", START)) == []


@pytest.mark.parametrize("nickname", sorted(NICKNAMES))
def test_nicknames_are_read_in_any_case(nickname: str) -> None:
    assert read(nickname) == read(nickname.upper()) == NICKNAMES[nickname]
