"""What becomes of an occurrence that has come: started, missed, skipped or merged, and why. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache

from runner.clock import format_instant
from runner.planning.coming import Coming
from runner.reasons import ReasonKind
from runner.store.rows import Decision, OccurrenceState

PROMPT = timedelta(seconds=10)
"""How late an occurrence may be found and still be on time: a living daemon looks every 5 s at least."""


class Cause(StrEnum):
    """Why nobody looked at the clock for a while."""

    DOWN = "the daemon was down"
    ASLEEP = "the machine slept, or its clock stepped forward,"
    HELD_UP = "the daemon was held up"
    RESTORED = "an older copy of the ledger was put back, which knows nothing of what was done"

    @property
    def kind(self) -> ReasonKind:
        return _KINDS[self]


_KINDS = {
    Cause.DOWN: ReasonKind.DAEMON_WAS_DOWN,
    Cause.ASLEEP: ReasonKind.CLOCK_STEPPED,
    Cause.HELD_UP: ReasonKind.HELD_UP,
    Cause.RESTORED: ReasonKind.LEDGER_PUT_BACK,
}


@dataclass(frozen=True, slots=True)
class Gap:
    """The time since somebody last looked at the clock, and why that is more than a few seconds, if it is."""

    cause: Cause
    from_utc: datetime
    until_utc: datetime

    @lru_cache(maxsize=64)  # noqa: B019 - gaps are few and small
    def worded(self, zone: tzinfo) -> str:
        """`the daemon was down from 2026-11-21 08:50:00+01:00 to 2026-11-21 09:40:00+01:00`."""
        return f"{self.cause} from {format_instant(self.from_utc, zone)} to {format_instant(self.until_utc, zone)}"


@dataclass(frozen=True, slots=True)
class Found:
    """An occurrence whose instant has come, and what is known of it.

    `is_newest` says that no later one of its entry has come with it. `known` are the names of its moments that the
    ledger has already, `running` is an earlier occurrence of its entry with tasks that have not ended.
    """

    coming: Coming
    is_newest: bool
    known: frozenset[str] = frozenset()
    running: str | None = None


def decide(found: Found, gap: Gap, version_id: int | None) -> Iterator[Decision]:
    """What becomes of an occurrence at the end of the gap in which its instant lies, and of the moments that merge
    into it. What the ledger has already is left alone."""
    one = found.coming
    # Backwards, so that of two moments with one name the first one counts.
    names = {moment.nominal: moment for moment in reversed(one.moments)}
    into = next((name for name in reversed(names) if name in found.known), one.occurrence.nominal)
    if not found.known:
        state, reason = _state_and_reason(found, gap)
        tasks = one.tasks() if state is OccurrenceState.STARTED else ()
        kind = gap.cause.kind if state is OccurrenceState.MISSED else None
        yield Decision(one.occurrence, state, reason, version_id, tasks, kind)
    for name, moment in names.items():
        if name != into and name not in found.known:
            merged = one.plannable.occurrence(name, moment.rule.written, moment.instant_utc)
            reason = f"merged into {into}, which comes at the same instant"
            yield Decision(merged, OccurrenceState.MERGED, reason, version_id)


def is_prompt(instant: datetime, gap: Gap) -> bool:
    """Whether what is due at an instant is on time at the end of the gap."""
    return gap.cause not in (Cause.DOWN, Cause.RESTORED) and gap.until_utc - instant <= PROMPT


def expired_reason(gap: Gap, grace_s: float, zone: tzinfo) -> str:
    """Why a task was missed whose grace ended while nobody looked at the clock."""
    return f"{gap.worded(zone)}, and its grace of {length(timedelta(seconds=grace_s))} ended meanwhile"


def length(duration: timedelta) -> str:
    """`2d 3h`, `1h 30m`, `45s`: the two largest units."""
    seconds = max(0, round(duration.total_seconds()))
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"


def _state_and_reason(found: Found, gap: Gap) -> tuple[OccurrenceState, str]:
    plannable, occurrence = found.coming.plannable, found.coming.occurrence
    entry, late = plannable.entry, gap.until_utc - occurrence.instant_utc
    reason = ""
    if not is_prompt(occurrence.instant_utc, gap):
        why = gap.worded(plannable.zone)
        # Before grace and on_missed: nobody knows what was done since the copy, and to guess would do it twice.
        if gap.cause is Cause.RESTORED:
            return OccurrenceState.MISSED, why
        if entry.on_missed == "skip":
            return OccurrenceState.MISSED, f"{why} (on_missed: skip)"
        if late > plannable.reach + entry.grace.delta:
            return OccurrenceState.MISSED, f"{why}; {length(late)} late, past its grace of {entry.grace}"
        if entry.on_missed == "run_once" and not found.is_newest:
            return OccurrenceState.MISSED, f"{why}; only the newest is made up for (on_missed: run_once)"
        reason = f"{length(late)} late: {why}"
    if entry.overlap == "skip" and found.running is not None:
        before = f"the occurrence before it ({found.running}) was still running"
        return OccurrenceState.SKIPPED, f"{before} (overlap: skip)"
    if plannable.why_nobody:
        return OccurrenceState.SKIPPED, plannable.why_nobody
    return OccurrenceState.STARTED, reason
