"""Start times as written, and the typed rules they stand for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from runner.campaign.quantities import Duration, Hours, TimeOfDay
from runner.planning import cron

FIRST_YEAR, LAST_YEAR = 1970, 2999
"""Start times outside these years are slips of the pen; besides, the ends of the calendar cannot be moved between
zones."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As `days` names them, in the order of `date.weekday()`."""

EVERY_DAY = frozenset(range(7))

SHORTEST_EVERY = timedelta(minutes=1)

_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Daily:
    """At wall-clock times of the campaign's zone (in order), every day or on some weekdays (0 is Monday)."""

    written: str
    times: tuple[time, ...]
    weekdays: frozenset[int] = EVERY_DAY


@dataclass(frozen=True, slots=True)
class Once:
    """Once, at a wall-clock time of the campaign's zone (`at` is naive)."""

    written: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Instant:
    """Once, at an instant; the zone plays no part."""

    written: str
    at_utc: datetime


@dataclass(frozen=True, slots=True)
class Every:
    """Each time `every` has elapsed since the window of a day opened, the opening and the end included.

    The window may pass midnight; `weekdays` are those on which it opens.
    """

    written: str
    every: timedelta
    opens: time
    closes: time
    weekdays: frozenset[int] = EVERY_DAY


@dataclass(frozen=True, slots=True)
class Cron:
    """At the wall-clock minutes of the campaign's zone that a crontab(5) expression names."""

    written: str
    expression: str


Rule = Daily | Once | Instant | Every | Cron
"""A start time, typed; `written` is how a person says it. `occurrences.moments` computes each of them."""


def parse(value: str | Mapping[str, Any]) -> Rule:
    """The rule of a start time: a text (`09:00`, `2026-12-01T18:00`, `2026-12-01T18:00:00+01:00`), or a
    mapping with `at`, with `every` and `between`, or with `cron`, whose structure is valid.

    Raises ValueError, with a sentence for the author of the file, for a time that never can be.
    """
    if isinstance(value, str):
        return _text(value)
    if "cron" in value:
        return _cron(value["cron"])
    days = tuple(value.get("days", WEEKDAYS))
    if "every" in value:
        return _every(value["every"], value["between"], days)
    at = value["at"]
    return _daily((at,) if isinstance(at, str) else tuple(at), days)


def read(written: str) -> Rule:
    """The rule that is written so: `read(rule.written) == rule`. Raises ValueError for a text that no rule has."""
    what, on, names = written.partition(" on ")
    days = tuple(names.split(", ")) if on else WEEKDAYS
    if written.startswith("cron "):
        return _cron(written.removeprefix("cron "))
    if what.startswith("every "):
        every, _, between = what.removeprefix("every ").partition(" between ")
        return _every(every, between, days)
    return _daily(tuple(what.split(", ")), days) if on or ", " in what else _text(written)


def needs_zone(rule: Rule) -> bool:
    """Whether the rule means nothing without the campaign's time zone."""
    return not isinstance(rule, Instant)


@lru_cache(maxsize=4096)
def _text(written: str) -> Rule:
    try:
        # `time.fromisoformat` takes more forms than HH:MM.
        if _TIME.fullmatch(written):
            return Daily(written, (time.fromisoformat(written),))
        at = datetime.fromisoformat(written)
    except ValueError as error:
        raise ValueError(f"{written!r} is no time: {error}") from None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"{written!r} is not between the years {FIRST_YEAR} and {LAST_YEAR}")
    return Once(written, at) if at.tzinfo is None else Instant(written, at.astimezone(UTC))


@lru_cache(maxsize=4096)
def _daily(at: tuple[str, ...], days: tuple[str, ...]) -> Daily:
    times = tuple(sorted({TimeOfDay.parse(text).time for text in at}))
    weekdays = frozenset(map(WEEKDAYS.index, days))
    return Daily(", ".join(at) + _on(weekdays), times, weekdays)


@lru_cache(maxsize=4096)
def _every(every: str, between: str, days: tuple[str, ...]) -> Every:
    length, hours = Duration.parse(every).delta, Hours.parse(between)
    weekdays = frozenset(map(WEEKDAYS.index, days))
    if length < SHORTEST_EVERY:
        raise ValueError(f"every {every} is too often: a minute (1m) is the least")
    written = f"every {every} between {between}{_on(weekdays)}"
    return Every(written, length, hours.opens, hours.closes, weekdays)


@lru_cache(maxsize=4096)
def _cron(expression: str) -> Cron:
    cron.read(expression)
    return Cron(f"cron {expression}", expression)


def _on(weekdays: frozenset[int]) -> str:
    """The end of a rule's text: on which weekdays it comes, if not on all."""
    if weekdays == EVERY_DAY:
        return ""
    return " on " + ", ".join(WEEKDAYS[number] for number in sorted(weekdays))
