"""What follows an attempt: whether its task is over, and if not, when it is taken up again. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from runner.clock import format_instant
from runner.reasons import ReasonKind
from runner.store.task_changes import LOOK_AND_RESOLVE, MAY_HAVE_HAPPENED
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome, Task, TaskState

FIRST_LOOK_S, LONGEST_LOOK_S = 15.0, 60.0
"""When a phone that is away is looked for again, at first and at last."""

FIRST_PROOF_S, LONGEST_PROOF_S = 60.0, 900.0
"""When an app that could not be asked about an effect is asked again, after the first attempt and at last."""

FINAL = {
    AttemptOutcome.COMPLETED: TaskState.COMPLETED,
    AttemptOutcome.UNCERTAIN: TaskState.UNCERTAIN,
    AttemptOutcome.CANCELLED: TaskState.CANCELLED,
}
"""Outcomes after which a task is over, whatever else is known of it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that has ended: `number` counts it, `tries` those before it that failed and count, `effects` are
    the states of all that the task has ever begun, `place` is what must be reached for it. `stopped` is set where a
    person asked to stop this task, `away_since` where its phone was known to be away before."""

    task: Task
    place: str
    number: int
    tries: int
    outcome: Outcome
    effects: Collection[EffectState]
    stopped: bool = False
    away_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """The state in which an attempt leaves its task, and its outcome as the ledger is told.

    A pending task goes on at `again_utc`, for this `reason` (empty: the outcome says it). `away_since` is set
    where its phone has to come back first.
    """

    state: TaskState
    outcome: Outcome
    again_utc: datetime | None = None
    reason: str = ""
    away_since: datetime | None = None


def what_follows(ended: Ended, now: datetime, zone: tzinfo, *, is_manual: bool) -> Next:
    """The decision. A run by hand looks for no phone that is away."""
    outcome = ended.outcome
    if (alone := what_follows_always(outcome)) is not None:
        return alone
    if ended.stopped:
        return _stopped(ended)
    if outcome.outcome is not AttemptOutcome.FAILED or outcome.again is Again.ANEW:
        return Next(TaskState.PENDING, outcome, outcome.not_before)
    if outcome.again is Again.WHEN_BACK and not outcome.needs_person and not is_manual:
        return _away(ended, now, zone)
    if any(effect.is_in_doubt for effect in ended.effects):
        return _in_doubt(ended, now, zone, is_manual=is_manual)
    return _failed(ended, now, zone)


def what_follows_always(outcome: Outcome) -> Next | None:
    """The decision, if it depends on nothing but the outcome."""
    state = FINAL.get(outcome.outcome)
    return Next(state, outcome) if state is not None else None


def away_reason(place: str, since: datetime, message: str, zone: tzinfo) -> str:
    """Why a task waits for a phone, or for the other side of its backend."""
    return f"{place} away since {format_instant(since, zone)}: {message}"


def look_after(looks: int) -> timedelta:
    """How long after so many looks a phone that is away is looked for again."""
    return timedelta(seconds=min(FIRST_LOOK_S * 2 ** min(looks - 1, 8), LONGEST_LOOK_S))


def _stopped(ended: Ended) -> Next:
    """What a person stopped is over; what it may have done before is told."""
    outcome = ended.outcome
    if any(effect.is_unsettled for effect in ended.effects):
        unsure = replace(outcome, message=MAY_HAVE_HAPPENED, hint=LOOK_AND_RESOLVE, kind=ReasonKind.STOPPED)
        return Next(TaskState.UNCERTAIN, unsure)
    if outcome.outcome is AttemptOutcome.FAILED and outcome.again is not Again.ANEW:
        return Next(TaskState.FAILED, outcome)
    stopped = replace(outcome, message="stopped on request", hint=None, kind=ReasonKind.STOPPED)
    return Next(TaskState.CANCELLED, stopped)


def _away(ended: Ended, now: datetime, zone: tzinfo) -> Next:
    """Nothing was begun: the attempt counts as one that was held back."""
    since = ended.away_since or now
    reason = away_reason(ended.place, since, ended.outcome.message, zone)
    held = replace(
        ended.outcome, outcome=AttemptOutcome.HELD_BACK, message=reason, kind=ReasonKind.DEVICE_AWAY
    )
    return Next(TaskState.PENDING, held, now + look_after(1), away_since=since)


def _in_doubt(ended: Ended, now: datetime, zone: tzinfo, *, is_manual: bool) -> Next:
    """A later attempt can still find out what became of what was begun, unless it would fail alike."""
    outcome = ended.outcome
    if is_manual or outcome.needs_person:
        return Next(TaskState.PENDING, outcome)
    if outcome.again is Again.NEVER:
        return Next(TaskState.UNCERTAIN, replace(outcome, hint=outcome.hint or LOOK_AND_RESOLVE))
    again = now + timedelta(seconds=min(FIRST_PROOF_S * 2 ** min(ended.number - 1, 8), LONGEST_PROOF_S))
    return Next(
        TaskState.PENDING,
        outcome,
        again,
        f"{outcome.message}; looked at again at {format_instant(again, zone)}",
    )


def _failed(ended: Ended, now: datetime, zone: tzinfo) -> Next:
    outcome, retry = ended.outcome, ended.task.retry
    nothing_done = all(effect is EffectState.REFUTED for effect in ended.effects)
    may_retry = outcome.again is Again.RETRY and not outcome.needs_person and nothing_done
    if not may_retry or ended.tries >= retry.max:
        return Next(TaskState.FAILED, outcome)
    again = now + timedelta(seconds=retry.delay_s * 2**ended.tries)
    reason = f"attempt {ended.number} failed: {outcome.message}; tried again at {format_instant(again, zone)}"
    return Next(TaskState.PENDING, replace(outcome, kind=ReasonKind.RETRY), again, reason)
