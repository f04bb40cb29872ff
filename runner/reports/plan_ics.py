"""A plan as a calendar (RFC 5545): one event for each occurrence, in UTC."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import blake2b

from runner.planning.coming import Coming
from runner.planning.notes import Note
from runner.planning.plan import Plan
from runner.reports.content import content_words
from runner.reports.shown import visible
from runner.tasks import Occurrence, Task

_OCTETS = 75
_MOST_NAMES = 20
_UTC_ZONE = (
    *("BEGIN:VTIMEZONE", "TZID:Etc/UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000"),
    *("TZOFFSETFROM:+0000", "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE"),
)
"""A calendar must have at least one component (RFC 5545, 3.6), even if nothing is due."""


def render(plan: Plan, notes: Iterable[Note]) -> Iterator[str]:
    """The plan as the lines of a calendar, each with its carriage return; a calendar has no place for notes.

    The same plan gives the same text: events are stamped with the beginning of the plan's window.
    """
    stamp = _instant(plan.window.from_utc)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//campaign-runner//runner plan//EN", *_UTC_ZONE]
    yield from map(_folded, lines)
    for one in plan.coming():
        if one.tasks:
            yield from map(_folded, _event(one.coming, one.tasks, stamp))
    yield _folded("END:VCALENDAR")


def _event(one: Coming, tasks: Sequence[Task], stamp: str) -> Iterator[str]:
    occurrence = one.occurrence
    busy = [one.plannable.busy(occurrence, lane) for lane in one.plannable.lanes]
    count = "1 task" if len(tasks) == 1 else f"{len(tasks)} tasks"
    yield "BEGIN:VEVENT"
    yield f"UID:{_uid(occurrence)}"
    yield f"DTSTAMP:{stamp}"
    yield f"DTSTART:{_instant(min(start for start, _ in busy))}"
    yield f"DTEND:{_instant(max(end for _, end in busy))}"
    yield f"SUMMARY:{_text(f'{occurrence.campaign}/{occurrence.entry}: {tasks[0].work}, {count}')}"
    yield f"DESCRIPTION:{_text(_description(one, tasks))}"
    yield f"CATEGORIES:{_text(occurrence.campaign)},{_text(tasks[0].script)}"
    yield "END:VEVENT"


def _description(one: Coming, tasks: Sequence[Task]) -> str:
    lines = [
        f"start time: {one.occurrence.rule}",
        f"occurrence: {one.occurrence.nominal}",
        f"devices: {_some([lane.shown for lane in one.plannable.lanes])}",
    ]
    if targets := [target for target in one.plannable.targets if target]:
        lines.append(f"targets: {_some(targets)}")
    contents = [f"{task.lane}: {', '.join(words)}" for task in tasks if (words := content_words(task))]
    lines += contents[:_MOST_NAMES]
    if len(contents) > _MOST_NAMES:
        lines.append(f"and {len(contents) - _MOST_NAMES} more")
    if one.plannable.campaign.commit:
        lines.append(f"commit: {one.plannable.campaign.commit}")
    return "\n".join(lines)


def _uid(occurrence: Occurrence) -> str:
    """An id that an occurrence keeps for ever, and that no other one anywhere has: calendars that import a plan again
    replace its events."""
    identity = "\n".join((occurrence.campaign, occurrence.entry, occurrence.nominal))
    return f"{blake2b(identity.encode(), digest_size=16).hexdigest()}@campaign-runner"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown} and {len(names) - _MOST_NAMES} more"


def _text(text: str) -> str:
    """A value of type TEXT (RFC 5545, 3.3.11), which may have no control characters except line ends."""
    text = "\n".join(map(visible, text.split("\n")))
    # The backslash first, or it would escape those of the others again.
    for character in ("\\", ";", ","):
        text = text.replace(character, "\\" + character)
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """A content line of at most 75 octets a piece (RFC 5545, 3.1); no character is cut in two."""
    pieces, piece, octets = [], "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > _OCTETS:
            pieces.append(piece)
            # A line that begins with a blank continues the one before; the blank counts.
            piece, octets = " ", 1
        piece, octets = piece + character, octets + size
    return "\r\n".join((*pieces, piece)) + "\r"
