"""Start times as written, and the typed rules that they stand for."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time

FIRST_YEAR, LAST_YEAR = 1970, 2999
"""Start times outside these years are refused: they are slips, and the ends of the calendar cannot be converted
between time zones."""

_DAILY = re.compile(r"[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day at one wall-clock time of the campaign's zone."""

    at: time


@dataclass(frozen=True, slots=True)
class Once:
    """Once, at a wall-clock time of the campaign's zone (naive)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Instant:
    """Once, at an instant (aware, in UTC): the zone plays no part."""

    at_utc: datetime


Rule = Daily | Once | Instant
"""A start time, typed. `occurrences.moments` knows each of them."""


def parse(text: str) -> Rule:
    """The rule that a start time stands for: `09:00`, `2026-12-01T18:00`, `2026-12-01T18:00:00+01:00`.

    Raises ValueError, with a sentence for the author of the file, for a time that no calendar holds.
    """
    if _DAILY.fullmatch(text):
        return Daily(_read(time.fromisoformat, text))
    at = _read(datetime.fromisoformat, text)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"the year of {text!r} is not between {FIRST_YEAR} and {LAST_YEAR}")
    return Once(at) if at.tzinfo is None else Instant(at.astimezone(UTC))


def needs_zone(rule: Rule) -> bool:
    """Whether the rule means nothing without the campaign's time zone."""
    return not isinstance(rule, Instant)


def _read[T](read, text: str) -> T:
    raise NotImplementedError
