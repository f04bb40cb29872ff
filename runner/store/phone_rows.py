"""Phones, as callers write them to the ledger and read them: what holds them, and how they were.

Instants are aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """A device that runs nothing until a person has looked at it; `released_utc` is None while it waits."""

    id: int
    device: str
    reason: str
    task_key: str | None
    placed_utc: datetime
    released_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """What a phone said of itself, empty where it did not: its maker's name for it, its version of Android, its
    language, the width and height of its screen in pixels, and the versions of its apps, by profile."""

    model: str = ""
    android: str = ""
    language: str = ""
    size: tuple[int, int] | None = None
    apps: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """A phone that the ledger knows; `seen_utc` is when its facts were read, None if nobody has read them yet."""

    serial: str
    facts: PhoneFacts
    seen_utc: datetime | None


READY, AWAY = "device", "away"
"""The states of a phone that can be used, which is adb's word, and of one that adb does not list."""


@dataclass(frozen=True, slots=True)
class PhoneState:
    """How a phone is from `at_utc` on: adb's word, or AWAY; its battery in percent, None if nobody has read it; what is
    wrong with it, if anything."""

    serial: str
    state: str
    battery: int | None
    problem: str
    at_utc: datetime
