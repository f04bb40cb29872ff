"""Start times as written, and the typed rules that they stand for."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time

FIRST_YEAR, LAST_YEAR = 1970, 2999
"""Start times outside these years are slips; and the ends of the calendar cannot be moved between zones."""

_DAILY = re.compile(r"[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day at one wall-clock time of the campaign's zone."""

    written: str
    at: time


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


Rule = Daily | Once | Instant
"""A start time, typed; `written` is how the file has it. `occurrences.moments` computes each of them."""


def parse(written: str) -> Rule:
    """The rule of a start time: `09:00`, `2026-12-01T18:00` or `2026-12-01T18:00:00+01:00`.

    Raises ValueError, with a sentence for the author of the file, for a time that no calendar holds.
    """
    try:
        if _DAILY.fullmatch(written):
            return Daily(written, time.fromisoformat(written))
        at = datetime.fromisoformat(written)
    except ValueError as error:
        raise ValueError(f"{written!r} is no time: {error}") from None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"{written!r} is not between the years {FIRST_YEAR} and {LAST_YEAR}")
    return Once(written, at) if at.tzinfo is None else Instant(written, at.astimezone(UTC))


def needs_zone(rule: Rule) -> bool:
    """Whether the rule means nothing without the campaign's time zone."""
    return not isinstance(rule, Instant)
