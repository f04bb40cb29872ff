"""Which occurrence a person means by a time, and which ones are the nearest where none is meant."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from runner.errors import UsageError
from runner.planning.coming import Coming, coming, inactive
from runner.planning.occurrences import Moment
from runner.planning.rules import FIRST_YEAR, LAST_YEAR
from runner.planning.source import Window
from runner.planning.walltime import resolve
from runner.planning.work import Work

MINUTE = timedelta(minutes=1)

_LOOK_BACK = tuple(timedelta(days=days) for days in (1, 8, 40, 400, 3000))
_ZONE = re.compile(r"\[([^\]]*)\]$")


@dataclass(frozen=True, slots=True)
class AskedTime:
    """A time as typed, with its zone where that was left out, and the minute of the calendar that it means."""

    written: str
    instant_utc: datetime

    @classmethod
    def read(cls, written: str, zone: tzinfo, now: datetime) -> "AskedTime":
        """`2026-11-21T09:00` and `09:00` (today) on the clocks of `zone`, an instant with its offset, or the
        nominal time of an occurrence as commands print it, with its zone in brackets. Raises UsageError."""
        text, zone = _without_zone(written.strip(), zone)
        try:
            if re.fullmatch(r"\d{1,2}:\d\d(:\d\d)?", text):
                at = datetime.combine(now.astimezone(zone).date(), time.fromisoformat(text.zfill(5)))
            else:
                at = datetime.fromisoformat(text)
        except ValueError:
            raise UsageError(
                f"{written!r} is no time",
                hint="write 09:00 (today), 2026-11-21T09:00, or 2026-11-21T09:00:00+01:00",
            ) from None
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise UsageError(f"{written!r} is not between the years {FIRST_YEAR} and {LAST_YEAR}")
        if at.tzinfo is not None:
            instant = at.astimezone(UTC)
        else:
            written = f"{at.isoformat(timespec='seconds' if at.second else 'minutes')}[{zone}]"
            instant = resolve(at, zone).instant_utc
        return cls(written, instant.replace(second=0, microsecond=0))

    @property
    def window(self) -> Window:
        """The minute that it means."""
        return Window(self.instant_utc, self.instant_utc + MINUTE)


def _without_zone(written: str, zone: tzinfo) -> tuple[str, tzinfo]:
    """A time without the zone that it names in brackets, and that zone; else the one that is given."""
    named = _ZONE.search(written)
    if named is None:
        return written, zone
    try:
        return written[: named.start()], ZoneInfo(named[1])
    except (ZoneInfoNotFoundError, ValueError):
        raise UsageError(
            f"{written!r} names no time zone", hint="write a name such as Europe/Stockholm in the brackets"
        ) from None


def coming_at(work: Work, asked: AskedTime) -> list[Coming]:
    """The occurrences of an entry at a time; if there are none, those whose spread has tasks due then."""
    window = asked.window
    return list(coming(work, window)) or [
        one
        for one in coming(work, Window(window.from_utc - work.reach, window.until_utc))
        if any(window.from_utc <= task.due_utc < window.until_utc for task in one.tasks())
    ]


def inactive_at(work: Work, asked: AskedTime) -> Moment | None:
    """The moment of an entry at a time that does not count, since its campaign is not active then."""
    return next(inactive(work, asked.window), None)


def previous(work: Work, before_utc: datetime) -> Coming | None:
    """The last occurrence before an instant."""
    for length in _LOOK_BACK:
        if found := list(coming(work, Window(before_utc - length, before_utc))):
            return found[-1]
    return None


def following(work: Work, from_utc: datetime) -> Coming | None:
    """The first occurrence at or after an instant."""
    return next(coming(work, Window.after(from_utc)), None)
