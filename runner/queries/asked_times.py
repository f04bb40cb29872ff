"""The occurrence that a person means by a time, and the nearest ones if there is none."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from runner.campaign.nearest import legal_names
from runner.campaign.resolve import ResolvedCampaign
from runner.errors import UsageError
from runner.planning.coming import Coming, coming, inactive
from runner.planning.occurrences import Moment
from runner.planning.plannable_entry import PlannableEntry, plannable_entries
from runner.planning.rules import FIRST_YEAR, LAST_YEAR
from runner.planning.source import Window
from runner.planning.walltime import resolve

MINUTE = timedelta(minutes=1)

_LOOK_BACK = tuple(timedelta(days=days) for days in (1, 8, 40, 400, 3000))
"""Rules yield occurrences only forwards, so the last one is searched in windows that grow: a day, a week, a month, a
year, and as long as a rule for one month in some years needs."""

_ZONE = re.compile(r"\[([^\]]*)\]$")


class TypedTime(NamedTuple):
    """A time as a person types it: `at` is naive if it is on the clocks of `zone`; `is_named` says whether the time
    itself names that zone."""

    at: datetime
    zone: tzinfo
    is_named: bool

    @classmethod
    def read(cls, written: str, zone: tzinfo, now: datetime) -> "TypedTime":
        """Read `2026-11-21T09:00`, `2026-11-21` (its midnight) or `09:00` (today), on the clocks of `zone` or of the
        zone in brackets behind it, or an instant with its offset. Raises UsageError."""
        text, named = _without_zone(written.strip())
        zone = named or zone
        try:
            if re.fullmatch(r"\d{1,2}:\d\d(:\d\d)?", text):
                # Filled up, since Python reads 09:00 and not 9:00.
                at = datetime.combine(now.astimezone(zone).date(), time.fromisoformat(text.zfill(5)))
            else:
                at = datetime.fromisoformat(text)
        except ValueError:
            raise UsageError(
                f"{written!r} is no time",
                hint="write 09:00 (today), 2026-11-21T09:00, or 2026-11-21T09:00:00+01:00",
            ) from None
        # The ends of the calendar cannot be moved between zones.
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise UsageError(f"{written!r} is not between the years {FIRST_YEAR} and {LAST_YEAR}")
        return cls(at, zone, named is not None)

    @property
    def instant_utc(self) -> datetime:
        return resolve(self.at, self.zone).instant_utc if self.at.tzinfo is None else self.at.astimezone(UTC)


class AskedTime(NamedTuple):
    """A time as typed, with its zone if that was left out, and the minute that it means.

    `zone` is the one on whose clocks it is, None for an instant; `is_named` says whether the time itself names it.
    """

    written: str
    instant_utc: datetime
    zone: tzinfo | None
    is_named: bool

    @classmethod
    def read(cls, written: str, zone: tzinfo, now: datetime) -> "AskedTime":
        """Read a typed time, on the clocks of `zone` if it names no other; it may be an occurrence's nominal time, as
        commands print it. Raises UsageError."""
        typed = TypedTime.read(written, zone, now)
        instant = typed.instant_utc.replace(second=0, microsecond=0)
        if typed.at.tzinfo is not None and not typed.is_named:
            return cls(written, instant, None, is_named=False)
        if typed.at.tzinfo is None:
            clock = typed.at.isoformat(timespec="seconds" if typed.at.second else "minutes")
            written = f"{clock}[{typed.zone}]"
        return cls(written, instant, typed.zone, typed.is_named)

    @property
    def window(self) -> Window:
        """The minute that it means."""
        return Window(self.instant_utc, self.instant_utc + MINUTE)


def asked_of(
    plannables: Iterable[PlannableEntry], written: str, now: datetime
) -> list[tuple[PlannableEntry, AskedTime]]:
    """The parts of entries about which a typed time asks, each with the minute that it means on its clocks. If the time
    names a zone and some parts are there, only those. Raises UsageError."""
    asked = [(plannable, AskedTime.read(written, plannable.zone, now)) for plannable in plannables]
    named = [(plannable, one) for plannable, one in asked if one.is_named and one.zone == plannable.zone]
    return named or asked


def _without_zone(written: str) -> tuple[str, ZoneInfo | None]:
    """A time without the zone that it names in brackets, and that zone."""
    named = _ZONE.search(written)
    if named is None:
        return written, None
    try:
        return written[: named.start()], ZoneInfo(named[1])
    except (ZoneInfoNotFoundError, ValueError):
        raise UsageError(
            f"{written!r} names no time zone", hint="write a name such as Europe/Stockholm in the brackets"
        ) from None


def coming_at(plannable: PlannableEntry, asked: AskedTime) -> list[Coming]:
    """The occurrences of an entry at a time; if there are none, those that spread a task to that time."""
    window = asked.window
    return list(coming(plannable, window)) or [
        one
        for one in coming(plannable, Window(window.from_utc - plannable.reach, window.until_utc))
        if any(window.from_utc <= task.due_utc < window.until_utc for task in one.tasks())
    ]


def inactive_at(plannable: PlannableEntry, asked: AskedTime) -> Moment | None:
    """The moment of an entry at a time when its campaign is not active, so that it does not count."""
    return next(inactive(plannable, asked.window), None)


def previous(plannable: PlannableEntry, before_utc: datetime) -> Coming | None:
    """The last occurrence before an instant."""
    for length in _LOOK_BACK:
        if found := list(coming(plannable, Window(before_utc - length, before_utc))):
            return found[-1]
    return None


def following(plannable: PlannableEntry, from_utc: datetime) -> Coming | None:
    """The first occurrence at or after an instant."""
    return next(coming(plannable, Window.after(from_utc)), None)


def alone(campaign: ResolvedCampaign, entry: str | None) -> ResolvedCampaign:
    """The campaign with one of its entries (None: all). Raises UsageError if it has no such entry."""
    if entry is None:
        return campaign
    entries = tuple(one for one in campaign.entries if one.name == entry)
    if not entries:
        names = [one.name for one in campaign.entries]
        raise UsageError(f"{campaign.name} has no entry {entry}", hint=legal_names(entry, names))
    return replace(campaign, entries=entries)


def scheduled_at(campaign: ResolvedCampaign, at: str, now: datetime) -> list[Coming]:
    """The occurrences of a typed time; if it names no zone, on the clocks of each zone that entries are in. Raises
    UsageError if none falls on it."""
    asked = asked_of(plannable_entries([campaign]), at, now)
    found = [one for plannable, when in asked for one in coming(plannable, when.window)]
    if not found:
        written = " or ".join(dict.fromkeys(when.written for _, when in asked)) or at
        raise UsageError(f"no start time of {campaign.name} falls on {written}", hint=_nearest(asked))
    return found


def _nearest(asked: Sequence[tuple[PlannableEntry, AskedTime]]) -> str:
    """The occurrences right before and after a time, of any entry, or why the one at that time does not count."""
    for plannable, when in asked:
        if moment := inactive_at(plannable, when):
            return f"{plannable.entry.name} has one at {moment.nominal}, but the campaign is not active on that day"
    before = [one for plannable, when in asked if (one := previous(plannable, when.window.from_utc))]
    after = [one for plannable, when in asked if (one := following(plannable, when.window.until_utc))]
    near = [max(before, key=_instant)] if before else []
    near += [min(after, key=_instant)] if after else []
    names = [f"{one.occurrence.nominal} ({one.occurrence.entry})" for one in near]
    return f"the nearest are {' and '.join(names)}" if names else "its entries have no start times"


def _instant(one: Coming) -> datetime:
    return one.occurrence.instant_utc
