"""Offers time zones to authors who write how far their clocks are from UTC."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from runner.campaign.nearest import enumeration

_OFFSET = re.compile(r"(?:UTC|GMT|Z)?\s*([+\-\N{MINUS SIGN}])\s*(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_WELL_KNOWN = (
    *("Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Phoenix", "America/Denver"),
    *("America/Chicago", "America/Mexico_City", "America/New_York", "America/Bogota", "America/Halifax"),
    *(
        "America/Sao_Paulo",
        "America/Argentina/Buenos_Aires",
        "Europe/London",
        "Africa/Lagos",
        "Europe/Berlin",
    ),
    *("Europe/Stockholm", "Africa/Johannesburg", "Europe/Athens", "Europe/Istanbul", "Africa/Nairobi"),
    *("Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka", "Asia/Bangkok", "Asia/Jakarta"),
    *("Asia/Shanghai", "Asia/Singapore", "Australia/Perth", "Asia/Tokyo", "Asia/Seoul", "Australia/Brisbane"),
    *("Australia/Sydney", "Pacific/Noumea", "Pacific/Auckland"),
)
"""Zones that are offered before others of the same offset."""
_MOST = 3
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def offset_hint(written: str, now: datetime) -> str | None:
    """What to write for `UTC+7` or `-05:00`: zones with that offset outside of summer time, and the one that always has
    it. None if the text is no offset, or one that no zone has."""
    found = _OFFSET.fullmatch(written.strip())
    if found is None:
        return None
    sign = 1 if found[1] == "+" else -1
    offset = sign * timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    fixed = _fixed(offset)
    names = enumeration(zones) if (zones := _zones(offset, now)[:_MOST]) else None
    always = fixed and f"`{fixed}` is always that far from UTC (the sign in its name is the other way round)"
    said = [names and f"{_shown(offset)} is the standard time of {names}", always]
    return "; ".join(filter(None, said)) or None


def _zones(offset: timedelta, now: datetime) -> list[str]:
    """The well-known zones, or else all, that have the offset as their standard time."""
    places = [name for name in available_timezones() if "/" in name and not name.startswith("Etc/")]
    known = [name for name in _WELL_KNOWN if _standard(name, now) == offset]
    return known or sorted(name for name in places if _standard(name, now) == offset)


def _standard(name: str, now: datetime) -> timedelta:
    local = now.astimezone(ZoneInfo(name))
    return (local.utcoffset() or timedelta()) - (local.dst() or timedelta())


def _fixed(offset: timedelta) -> str | None:
    """The zone that has the offset in summer too, if any. By POSIX its sign is reversed: `Etc/GMT-7` is UTC+7."""
    hours, _ = divmod(abs(offset), timedelta(hours=1))
    name = f"Etc/GMT{'-' if offset > timedelta() else '+'}{hours}"
    return name if offset and name in available_timezones() and _standard(name, _ANY_TIME) == offset else None


def _shown(offset: timedelta) -> str:
    sign = "-" if offset < timedelta() else "+"
    hours, rest = divmod(abs(offset), timedelta(hours=1))
    minutes = rest // timedelta(minutes=1)
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")
