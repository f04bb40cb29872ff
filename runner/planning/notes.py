"""What a plan has to tell beside its tasks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from runner.planning.occurrences import Moment
from runner.planning.walltime import Fit
from runner.tasks import Occurrence


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to know, in a sentence; `nominal` is None where it concerns no single occurrence."""

    code: str
    message: str
    campaign: str | None = None
    entry: str | None = None
    nominal: str | None = None


def on_occurrence(occurrence: Occurrence, moments: tuple[Moment, ...], zone: tzinfo) -> Iterator[Note]:
    """What there is to know of an occurrence and the moments that merged into it."""
    place = (occurrence.campaign, occurrence.entry, occurrence.nominal)
    when = _instant_text(occurrence.instant_utc, zone)
    for moment in moments:
        if moment.fit is Fit.SKIPPED:
            yield Note("nonexistent-time", f"the clocks jump over {moment.nominal}: runs at {when}", *place)
        elif moment.fit is Fit.REPEATED:
            yield Note("repeated-time", f"the clocks show {moment.nominal} twice: runs at {when}", *place)
    if len(moments) > 1:
        rules = ", ".join(moment.rule.written for moment in moments)
        message = f"{rules} fall on the same instant: one occurrence, named {occurrence.nominal}"
        yield Note("merged-occurrences", message, *place)


def nothing_due(upcoming: Occurrence | None, zone: tzinfo) -> Note:
    """What comes after a window in which nothing is due."""
    if upcoming is None:
        return Note("nothing-due", "no entry has a start time that lies ahead")
    message = f"the next occurrence comes at {_instant_text(upcoming.instant_utc, zone)}"
    return Note("nothing-due", message, upcoming.campaign, upcoming.entry, upcoming.nominal)


def _instant_text(instant_utc: datetime, zone: tzinfo) -> str:
    """An instant for people: `2026-11-21 09:00 (08:00Z)`, with the UTC date where it is another."""
    local, utc = instant_utc.astimezone(zone), instant_utc.astimezone(UTC)
    utc_text = f"{utc:%H:%MZ}" if utc.date() == local.date() else f"{utc:%Y-%m-%d %H:%MZ}"
    return f"{local:%Y-%m-%d %H:%M} ({utc_text})"
