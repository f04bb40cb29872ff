"""Phones, as callers write them to the ledger and read them: what holds them, and how they were.

Instants are aware and in UTC.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class Hold(NamedTuple):
    """A device that runs nothing until a person has looked at it; `released_utc` is None while it waits.

    With `until_utc` nobody has to look: the phone has failed several times in a row, and gets another try then.
    """

    id: int
    device: str
    reason: str
    task_key: str | None
    placed_utc: datetime
    released_utc: datetime | None = None
    until_utc: datetime | None = None

    @property
    def ends_by_itself(self) -> bool:
        return self.until_utc is not None


def by_device(holds: Iterable[Hold]) -> dict[str, Hold]:
    """The hold of each device that is to be told: of several one that waits for a person, and the oldest of those."""
    ranked = sorted(holds, key=lambda hold: (hold.ends_by_itself, hold.id), reverse=True)
    return {hold.device: hold for hold in ranked}


LEAST_MB = 1000
"""With less space than this, long videos may not find room, and Android slows down."""

WARM_C = 45
"""Above it batteries age fast, and phones slow down or switch off."""


@dataclass(frozen=True, slots=True)
class PhoneCondition:
    """How a phone was when it was asked last, None or empty where it did not say: the temperature of its battery in
    whole degrees Celsius; the space that is free, in steps of 100 MB; its screen (`on`, `off` or `locked`); the version
    of uiautomator2's server on it."""

    temperature_c: int | None = None
    free_mb: int | None = None
    screen: str = ""
    u2: str = ""

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with that, in words."""
        found = []
        if self.free_mb is not None and self.free_mb < LEAST_MB:
            found.append(f"{self.free_mb} MB are free")
        if self.temperature_c is not None and self.temperature_c > WARM_C:
            found.append(f"the battery has {self.temperature_c} °C")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """What a phone said of itself, empty where it did not: its maker's name for it, its version of Android, its
    language, the width and height of its screen in pixels, and the versions of its apps, by profile. `address` is where
    it was reached over the network, if it was, and `condition` how it was last."""

    model: str = ""
    android: str = ""
    language: str = ""
    size: tuple[int, int] | None = None
    apps: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    condition: PhoneCondition = PhoneCondition()


class PhoneRow(NamedTuple):
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
