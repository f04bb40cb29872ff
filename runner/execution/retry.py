"""What follows an attempt: whether its task is over, and if not, when the executor takes it up again. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from runner.clock import format_instant
from runner.reasons import ReasonKind
from runner.store.task_changes import LOOK_AND_RESOLVE, MAY_HAVE_HAPPENED
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome, Task, TaskState

FIRST_LOOK_S, LONGEST_LOOK_S = 15.0, 60.0
"""The waits between two looks for a phone that is away: the first, and the longest."""

FIRST_PROOF_S, LONGEST_PROOF_S = 60.0, 900.0
"""The waits before an app is asked again about an effect: after the first attempt, and the longest."""

FINAL = {
    AttemptOutcome.COMPLETED: TaskState.COMPLETED,
    AttemptOutcome.UNCERTAIN: TaskState.UNCERTAIN,
    AttemptOutcome.CANCELLED: TaskState.CANCELLED,
}
"""Outcomes after which a task is over, whatever else is known of it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that has ended: `number` counts it, `tries` those before it that failed and count, `effects` are
    the states of all that the task has ever begun, `place` is what must be reachable for it. `stopped` is set if a
    person asked to stop this task, `away_since` if its phone was away before."""

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
    """The state in which an attempt leaves its task, and its outcome as the ledger keeps it.

    A pending task goes on at `again_utc`, for this `reason` (empty: the outcome says it). `away_since` is set if its
    phone has to come back first.
    """

    state: TaskState
    outcome: Outcome
    again_utc: datetime | None = None
    reason: str = ""
    away_since: datetime | None = None


def what_follows(ended: Ended, now: datetime, zone: tzinfo, *, is_manual: bool) -> Next:
    """The decision. A run by hand looks for no phone that is away."""
    # The order matters: a stop by a person wins over a phone that is away, and that over what is in doubt, which
    # nobody can look at before the phone is back.
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
    """A task that a person stopped is over; its state tells what it may have done before."""
    outcome = ended.outcome
    if any(effect.is_unsettled for effect in ended.effects):
        unsure = replace(outcome, message=MAY_HAVE_HAPPENED, hint=LOOK_AND_RESOLVE, kind=ReasonKind.STOPPED)
        return Next(TaskState.UNCERTAIN, unsure)
    if outcome.outcome is AttemptOutcome.FAILED and outcome.again is not Again.ANEW:
        return Next(TaskState.FAILED, outcome)
    stopped = replace(outcome, message="stopped on request", hint=None, kind=ReasonKind.STOPPED)
    return Next(TaskState.CANCELLED, stopped)


def _away(ended: Ended, now: datetime, zone: tzinfo) -> Next:
    """The attempt began nothing, so it counts as held back, and costs no retry."""
    since = ended.away_since or now
    reason = away_reason(ended.place, since, ended.outcome.message, zone)
    held = replace(
        ended.outcome, outcome=AttemptOutcome.HELD_BACK, message=reason, kind=ReasonKind.DEVICE_AWAY
    )
    return Next(TaskState.PENDING, held, now + look_after(1), away_since=since)


def _in_doubt(ended: Ended, now: datetime, zone: tzinfo, *, is_manual: bool) -> Next:
    """A later attempt can still find out what became of the effects, unless it would fail in the same way."""
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
    # Only what was surely not done is done again: an effect that may have happened would happen twice. An attempt that
    # goes on skips what was made, but must know of all of it whether it was.
    nothing_done = all(effect is EffectState.REFUTED for effect in ended.effects)
    all_is_known = not any(effect.is_unsettled for effect in ended.effects)
    is_safe = nothing_done if outcome.again is Again.RETRY else outcome.again is Again.GO_ON and all_is_known
    if not is_safe or outcome.needs_person or ended.tries >= retry.max:
        return Next(TaskState.FAILED, outcome)
    again = now + timedelta(seconds=retry.delay_s * 2**ended.tries)
    reason = f"attempt {ended.number} failed: {outcome.message}; tried again at {format_instant(again, zone)}"
    return Next(TaskState.PENDING, replace(outcome, kind=ReasonKind.RETRY), again, reason)
