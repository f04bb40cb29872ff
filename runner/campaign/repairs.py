"""The legal form of a time, a date or a duration that is written in another way."""

import re
from collections.abc import Iterator
from itertools import chain

_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::00)?\s*([ap])?\.?(?:m\.?)?", re.IGNORECASE)
_HOURS = re.compile(r"(.+?)\s*(?:-|\u2013|to|\.\.)\s*(.+)")
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(.*)", re.DOTALL)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_DURATION = re.compile(rf"(?:{_PART.pattern}[\s,]*)+", re.IGNORECASE)
_MILLISECONDS = {
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 1),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1000),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60_000),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3_600_000),
    **dict.fromkeys(("d", "day", "days"), 86_400_000),
}
_UNITS = ("d", "h", "m", "s", "ms")
_LONGEST = 40


def repaired(text: str, pattern: str) -> str | None:
    """The text in the shape that `pattern` asks for, if it is clear what it means: `9:00` is `09:00`,
    `2 hours` is `2h`."""
    if len(text) > _LONGEST:
        return None
    candidates = chain(_clock(text), _hours(text), _date(text), _duration(text))
    return next((candidate for candidate in candidates if re.search(pattern, candidate)), None)


def _clock(text: str) -> Iterator[str]:
    match = _CLOCK.fullmatch(text.strip())
    # A number alone may be an hour or anything else.
    if match is None or not (match[2] or match[3]):
        return
    hour, half = int(match[1]), (match[3] or "").lower()
    if half and not 1 <= hour <= 12:
        return
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    yield f"{hour:02}:{match[2] or '00'}"


def _hours(text: str) -> Iterator[str]:
    match = _HOURS.fullmatch(text.strip())
    if match is None:
        return
    sides = [next(_clock(f"{side}:00" if side.isdigit() else side), None) for side in match.groups()]
    if all(sides):
        yield "-".join(filter(None, sides))


def _date(text: str) -> Iterator[str]:
    match = _DATE.fullmatch(text.strip())
    if match is not None:
        year, month, day, rest = match.groups()
        clock = next(_clock(rest.lstrip("Tt ")), None)
        yield f"{year}-{int(month):02}-{int(day):02}" + (f"T{clock}" if clock else rest)


def _duration(text: str) -> Iterator[str]:
    if _DURATION.fullmatch(text.strip()) is None:
        return
    parts = [(float(number), _MILLISECONDS.get(unit.lower())) for number, unit in _PART.findall(text)]
    if any(unit is None for _, unit in parts):
        return
    total = sum(number * (unit or 0) for number, unit in parts)
    for unit in _UNITS:
        if total >= _MILLISECONDS[unit] and total % _MILLISECONDS[unit] == 0:
            yield f"{int(total // _MILLISECONDS[unit])}{unit}"
