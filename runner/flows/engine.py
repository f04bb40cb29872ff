"""Carries flows out: from the start, or from the effect that an interrupted attempt left."""

from contextlib import suppress

from runner.errors import (
    AdbUnavailable,
    AppMissing,
    ConnectionLost,
    DeviceNotConnected,
    DeviceOffline,
    DeviceUnauthorized,
    HeldBack,
    NeedsPerson,
    PhoneError,
    PhoneTimeout,
    Stopped,
    TaskError,
    Unsupported,
    WrongAccount,
)
from runner.flows.account import has_switched, work_as_account
from runner.flows.flow_run import FlowRun
from runner.flows.made_effects import MadeEffects, OpenEffect
from runner.flows.proof_result import UNDECIDED, Finding, ProofResult, not_looked
from runner.tasks import Again, AttemptOutcome, Effect, EffectState, Outcome

HOPELESS = (AppMissing, Unsupported, WrongAccount)
"""Failures that another attempt would meet again."""

AWAY = (
    AdbUnavailable,
    ConnectionLost,
    DeviceNotConnected,
    DeviceOffline,
    DeviceUnauthorized,
    PhoneTimeout,
)
"""Failures of a phone that is not there, or does not answer."""


def carry_out(attempt: FlowRun, effects: list[Effect]) -> Outcome:
    """Run the attempt's flow; `effects` are those of the task's earlier attempts.

    If nothing was made, or all was refuted, it runs from the start. It never repeats an effect that is committed, and
    skips the rest; a flow that makes several effects goes on behind them. If one is in doubt, its proof decides, if it
    has one, and nothing else is done. If one is uncertain, only a person decides, unless it may stay open.
    """
    left = [effect for effect in effects if effect.state is not EffectState.REFUTED]
    try:
        before = _end_of(attempt, left) if left else None
        if before is not None:
            return before
        attempt.made = MadeEffects(left)
        return _run(attempt)
    except HeldBack as error:
        return _held_back(attempt, error)
    except Stopped:
        return _stopped(attempt)


def _end_of(attempt: FlowRun, left: list[Effect]) -> Outcome | None:
    """The outcome, if what earlier attempts have left is the end of this one; None if the flow goes on behind it."""
    asked = next((one for one in left if one.asks_somebody and not one.state.is_in_doubt), None)
    if asked is not None:
        return _uncertain(OpenEffect.of(asked).words, "an earlier attempt could not tell")
    doubts = [effect for effect in left if effect.state.is_in_doubt]
    if attempt.flow.makes_several:
        return _look_at(attempt, doubts) if doubts else None
    effect = left[-1]
    if effect.state.is_in_doubt:
        return _take_up(attempt, effect)
    made = "may have been made" if effect.is_left_open else "was made"
    what = f"{OpenEffect.of(effect).words} {made} by an attempt that was interrupted; the rest was skipped"
    return Outcome(AttemptOutcome.COMPLETED, what)


def _look_at(attempt: FlowRun, doubts: list[Effect]) -> Outcome:
    """Settle what is in doubt. A look does nothing else: what pauses and limits say of the rest counts again."""
    for effect in doubts:
        outcome = _take_up(attempt, effect)
        assert attempt.effect is not None
        if attempt.effect.asks_somebody:
            return outcome
    message = "what an attempt that was cut off had begun was looked up; the task goes on"
    return Outcome(AttemptOutcome.FAILED, message, again=Again.ANEW)


def _run(attempt: FlowRun) -> Outcome:
    """Run the flow from its first step."""
    try:
        work_as_account(attempt)
        attempt.perform(attempt.flow.steps)
        # A tap that the phone has confirmed is no upload that came through: what it led to is always looked at.
        reason, attempt.finished = attempt.finished, None  # the end of the flow is none of its proof
        attempt.verify_open(at_end=True)
    except TaskError as error:
        return _failed(attempt, error)
    if not attempt.flow.is_repeatable and attempt.effect is not None:
        attempt.settle(EffectState.COMMITTED, {}, at_end=True)
    return Outcome(AttemptOutcome.COMPLETED, reason or "")


def _take_up(attempt: FlowRun, effect: Effect) -> Outcome:
    """Find out what became of the tap of an earlier attempt that ended before its proof. If it led to nothing, the task
    begins anew in its turn, since pauses, limits and other tasks have a say in that."""
    attempt.effect = OpenEffect.of(effect)
    what = attempt.effect.words
    if not attempt.can_look:
        return _unproved(attempt, what, "its attempt was cut off, and the flow cannot verify it")
    # Claims the account too: nobody else works as it while the proof looks.
    attempt.remember("account", effect.evidence.get("account", effect.account or ""))
    finding = attempt.prove()
    # A later task may have switched the phone to another of its accounts.
    if finding.obstacle is not None and has_switched(attempt):
        finding = attempt.prove()
    if finding.obstacle is not None:
        return _unverified(attempt, what, finding.obstacle)
    if finding.verdict is ProofResult.HAPPENED:
        attempt.confirm()
        return Outcome(
            AttemptOutcome.COMPLETED, f"{what} was made by an attempt that was interrupted, as the app shows"
        )
    if finding.verdict is ProofResult.NOT_HAPPENED:
        attempt.settle(EffectState.REFUTED, {"verified": "no"})
        message = (
            f"{what} of an attempt that was cut off did not happen, as the app shows; the task begins anew"
        )
        return Outcome(AttemptOutcome.FAILED, message, again=Again.ANEW)
    return _unproved(attempt, what)


def _failed(attempt: FlowRun, error: TaskError) -> Outcome:
    """The outcome of an attempt in which a step failed. It first verifies an effect that was tapped."""
    effect = attempt.effect
    if effect is None or effect.is_refuted:
        return _nothing_open(attempt, error)
    if not attempt.flow.is_repeatable:
        return _given_up(attempt, error.message, error)
    if effect.state is EffectState.UNCERTAIN and effect.asks_somebody:
        return _uncertain(effect.words, error.message)
    if effect.state.is_in_doubt and (outcome := _prove_late(attempt, effect, error)) is not None:
        return outcome
    if attempt.flow.makes_several:
        return _nothing_open(attempt, error)
    made = "was made, as the app shows" if effect.state is EffectState.COMMITTED else "may have been made"
    message = f"{effect.words} {made}; the rest was skipped: {error.message}"
    return Outcome(AttemptOutcome.COMPLETED, message)


def _prove_late(attempt: FlowRun, effect: OpenEffect, error: TaskError) -> Outcome | None:
    """Prove an effect after a failure, and settle it. None if it happened, or may stay open."""
    finding = _look_after(attempt, error)
    if finding.verdict is ProofResult.HAPPENED:
        attempt.confirm()
        return None
    if finding.verdict is ProofResult.NOT_HAPPENED:
        attempt.settle(EffectState.REFUTED, {"verified": "no"})
        message = f"{effect.words} did not happen, as the app shows: {error.message}"
        return _nothing_open(attempt, error, message)
    if finding.obstacle is not None:
        outcome = _unverified(attempt, effect.words, finding.obstacle)
    else:
        outcome = _unproved(attempt, effect.words)
    return outcome if effect.asks_somebody else None


def _nothing_open(attempt: FlowRun, error: TaskError, message: str = "") -> Outcome:
    """The outcome of a failure that leaves no effect in doubt."""
    is_away = isinstance(error, AWAY) and (not attempt.has_begun or attempt.flow.makes_several)
    again = Again.GO_ON if attempt.flow.makes_several else Again.RETRY
    return _failure(error, message or error.message, Again.WHEN_BACK if is_away and not message else again)


def _look_after(attempt: FlowRun, error: TaskError) -> Finding:
    """What a look at the app finds after a failure."""
    if isinstance(error, NeedsPerson):  # the screen stays as the person is to find it
        return not_looked(error)
    try:
        if isinstance(error, PhoneError):
            attempt.reach()
    except PhoneError as away:
        return not_looked(away)
    return attempt.prove() if attempt.can_look else UNDECIDED


def _unverified(attempt: FlowRun, what: str, error: TaskError) -> Outcome:
    """The outcome if nobody could look at the app yet. The effect stays in doubt: a later attempt can still tell. One
    that may stay open does so, unless the phone is away or a person is needed."""
    with suppress(TaskError):
        attempt.leave(error)
    return Outcome(
        AttemptOutcome.FAILED,
        f"{what} may have been made, and is not verified: {error.message}",
        error.hint,
        needs_person=isinstance(error, NeedsPerson),
        again=Again.WHEN_BACK if isinstance(error, PhoneError) else Again.TO_PROVE,
        phone_failed=_is_of_the_phone(error),
    )


def _unproved(attempt: FlowRun, what: str, why: str = "") -> Outcome:
    assert attempt.effect is not None
    attempt.settle(EffectState.UNCERTAIN, {"verified": why or "cannot tell"})
    if attempt.effect.may_stay_open:
        return Outcome(AttemptOutcome.COMPLETED, f"{what} may have been made, which stays open")
    return _uncertain(what, why or "the app shows neither that it was nor that it was not")


def _held_back(attempt: FlowRun, error: HeldBack) -> Outcome:
    if not attempt.flow.is_repeatable and attempt.effect is not None:
        return _given_up(attempt, error.message)
    return held_back(error)


def held_back(error: HeldBack) -> Outcome:
    """The outcome of an attempt that may go on later, and has begun nothing."""
    return Outcome(
        AttemptOutcome.HELD_BACK, error.message, error.hint, not_before=error.not_before, kind=error.kind
    )


def _given_up(attempt: FlowRun, message: str, error: TaskError | None = None) -> Outcome:
    """The outcome of a flow that does not say what it changes, has begun to work on the phone, and cannot go on."""
    attempt.settle(EffectState.UNCERTAIN, {"ended": message})
    return Outcome(
        AttemptOutcome.FAILED,
        f"{message}. It is not repeated, since the flow {attempt.flow.name} does not say what it changes",
        error.hint if error else "give the flow a `commit` step, or say `effects: none`",
        needs_person=isinstance(error, NeedsPerson),
        again=Again.NEVER,
        phone_failed=_is_of_the_phone(error),
    )


def _stopped(attempt: FlowRun) -> Outcome:
    effect = attempt.effect
    if effect is None or effect.state is EffectState.REFUTED:
        return Outcome(AttemptOutcome.STOPPED, "stopped on request, before anything was made")
    if not attempt.flow.is_repeatable and effect.state is EffectState.COMMITTING:
        return _given_up(attempt, "stopped on request")
    what = effect.words
    if attempt.flow.makes_several and not effect.state.is_in_doubt:
        message = f"stopped on request, after {what}: what is left is done later"
        return Outcome(AttemptOutcome.STOPPED, message)
    if not effect.state.is_in_doubt:
        made = "was made" if effect.state is EffectState.COMMITTED else "may have been made"
        return Outcome(
            AttemptOutcome.COMPLETED, f"{what} {made}; then stopped on request, the rest was skipped"
        )
    return Outcome(
        AttemptOutcome.STOPPED,
        f"stopped on request; {what} may have been made: the next attempt verifies it first",
    )


def _failure(error: TaskError, message: str, again: Again = Again.RETRY) -> Outcome:
    return Outcome(
        AttemptOutcome.FAILED,
        message,
        error.hint,
        needs_person=isinstance(error, NeedsPerson),
        again=Again.NEVER if isinstance(error, HOPELESS) else again,
        phone_failed=_is_of_the_phone(error),
    )


def _is_of_the_phone(error: TaskError | None) -> bool:
    """Whether a phone on which an attempt has worked is what failed: an adb server fails all phones at once."""
    return isinstance(error, PhoneError) and not isinstance(error, AdbUnavailable)


def _uncertain(what: str, why: str) -> Outcome:
    return Outcome(AttemptOutcome.UNCERTAIN, f"{what} may or may not have been made: {why}")
