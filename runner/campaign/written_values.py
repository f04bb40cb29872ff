"""The single values of a campaign file: names, serials, days and times, each with what is said if it does not fit."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from runner.campaign import patterns


def explained(sentence: str) -> dict[str, Any]:
    """What editors, and our own diagnostics, say when text does not fit a pattern."""
    return {"patternErrorMessage": sentence}


def _require_date(text: str) -> str:
    date.fromisoformat(text)
    return text


Key = Annotated[
    str,
    StringConstraints(pattern=patterns.KEY, max_length=64),
    Field(
        json_schema_extra=explained(
            "a name has at most 64 letters, digits, hyphens and underscores; a letter or digit comes first"
        )
    ),
]
CampaignName = Annotated[
    str,
    StringConstraints(pattern=patterns.NAME, max_length=64),
    Field(json_schema_extra=explained("a campaign's name has small letters, digits and hyphens only")),
]
Day = Annotated[
    str,
    StringConstraints(pattern=patterns.DATE),
    AfterValidator(_require_date),
    Field(json_schema_extra=explained("a day is YYYY-MM-DD: 2026-12-24") | {"format": "date"}),
]
Clock = Annotated[
    str,
    StringConstraints(pattern=patterns.TIME_OF_DAY),
    Field(
        examples=["18:30"],
        json_schema_extra=explained("a time of day is HH:MM, from 00:00 to 23:59"),
    ),
]
Serial = Annotated[
    str,
    StringConstraints(min_length=1, max_length=128, pattern=patterns.SERIAL),
    Field(
        description="A phone's `ro.serialno`, as `adb devices` shows it for a phone on USB.",
        json_schema_extra=explained("a serial has no blanks in it; `adb devices` shows it"),
    ),
]
Tag = Annotated[
    str,
    StringConstraints(pattern=patterns.KEY, max_length=64),
    Field(
        description="A tag that phones have in `devices.yaml`.",
        examples=["studio"],
        json_schema_extra=explained("a tag has letters, digits, hyphens and underscores only"),
    ),
]
VersionRanges = Annotated[
    str,
    StringConstraints(max_length=128, pattern=patterns.VERSIONS),
    Field(
        description="A range of versions, with commas between its sides.",
        examples=[">=34.1,<36", "==34.*"],
        json_schema_extra=explained(
            "a range of versions is written as in `>=34.1`, `>=34.1,<36` or `==34.*`"
        ),
    ),
]
Host = Annotated[
    str,
    StringConstraints(max_length=255, pattern=patterns.HOST),
    Field(
        description="The address of an adb server.",
        examples=["10.0.0.5:5037"],
        json_schema_extra=explained("an adb server's address is HOST:PORT: 10.0.0.5:5037"),
    ),
]
SerialOrName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=128, pattern=patterns.SERIAL),
    Field(
        description="A phone: its `ro.serialno`, as `adb devices` shows it for a phone on USB, or its name in "
        "`devices.yaml`.",
        json_schema_extra=explained("a serial has no blanks in it; `adb devices` shows it"),
    ),
]
Username = Annotated[
    str,
    StringConstraints(min_length=1, max_length=128, pattern=patterns.SERIAL),
    Field(
        description="An account's name, with or without the @.",
        examples=["@brand_se"],
        json_schema_extra=explained("a username has no blanks in it"),
    ),
]
GroupOrSerial = Annotated[
    str,
    StringConstraints(min_length=1, max_length=128, pattern=patterns.SERIAL),
    Field(
        description="A group from `devices:`, an account from `accounts:`, a phone from `devices.yaml`, or a serial.",
        json_schema_extra=explained("groups, accounts and serials have no blanks in them"),
    ),
]
Weekday = Annotated[
    Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], Field(description="A day of the week.")
]
Weekdays = Annotated[list[Weekday], Field(min_length=1)]
StartTimeText = Annotated[
    str,
    StringConstraints(pattern=patterns.START_TIME),
    Field(
        json_schema_extra=explained(
            "a start time is HH:MM for every day, or a date and time for once: 2026-12-01T18:00, with an "
            "offset if it is not in the campaign's time zone: 2026-12-01T18:00+01:00"
        ),
    ),
]
