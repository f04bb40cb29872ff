"""Carries flows out: from the start, or from the effect that an interrupted attempt left."""

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
from runner.flows.flow_run import FlowRun, OpenEffect
from runner.flows.proof_result import HAPPENED, Finding, ProofResult, not_looked
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
    skips the rest. If one is in doubt, the flow's verification decides, if there is one, and nothing else is done. If
    one is uncertain, only a person decides.
    """
    left = [effect for effect in effects if effect.state is not EffectState.REFUTED]
    if not left:
        return run(attempt)
    effect = left[-1]
    what = _words(effect.kind, effect.target)
    if any(effect.state is EffectState.UNCERTAIN for effect in left):
        return _uncertain(what, "an earlier attempt could not tell")
    if effect.state is EffectState.COMMITTED:
        return Outcome(
            AttemptOutcome.COMPLETED,
            f"{what} was made by an attempt that was interrupted; the rest was skipped",
        )
    try:
        return _take_up(attempt, effect)
    except HeldBack as error:
        return _held_back(attempt, error)
    except Stopped:
        return _stopped(attempt)


def run(attempt: FlowRun) -> Outcome:
    """Run the flow from its first step."""
    try:
        try:
            work_as_account(attempt)
            attempt.perform(attempt.flow.steps)
            # A tap that the phone has confirmed is no upload that came through: what it led to is always looked at.
            if attempt.effect is not None and attempt.effect.state is EffectState.MADE:
                reason, attempt.finished = attempt.finished, None  # the end of the flow is none of its proof
                attempt.verify()
                attempt.finished = reason
        except TaskError as error:
            return _failed(attempt, error)
        if not attempt.flow.is_repeatable and attempt.effect is not None:
            attempt.settle(EffectState.COMMITTED, {})
    except HeldBack as error:
        return _held_back(attempt, error)
    except Stopped:
        return _stopped(attempt)
    return Outcome(AttemptOutcome.COMPLETED, attempt.finished or "")


def _take_up(attempt: FlowRun, effect: Effect) -> Outcome:
    """Find out what became of the tap of an earlier attempt that ended before its proof. If it led to nothing, the task
    begins anew in its turn, since pauses, limits and other tasks have a say in that."""
    attempt.effect = OpenEffect(effect.id, effect.kind, effect.state, effect.evidence)
    what = _words(effect.kind, effect.target)
    if attempt.flow.verification is None:
        return _unproved(attempt, what, "its attempt was cut off, and the flow cannot verify it")
    # Claims the account too: nobody else works as it while the proof looks.
    attempt.remember("account", effect.evidence.get("account", ""))
    finding = attempt.prove()
    # A later task may have switched the phone to another of its accounts.
    if finding.obstacle is not None and has_switched(attempt):
        finding = attempt.prove()
    if finding.obstacle is not None:
        return _unverified(what, finding.obstacle)
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
    if effect is None or effect.state is EffectState.REFUTED:
        is_away = isinstance(error, AWAY) and not attempt.has_begun
        return _failure(error, error.message, Again.WHEN_BACK if is_away else Again.RETRY)
    if not attempt.flow.is_repeatable:
        return _given_up(attempt, error.message, error)
    what = _words(effect.kind, attempt.target)
    if effect.state is EffectState.UNCERTAIN:
        return _uncertain(what, error.message)
    finding = _prove_after(attempt, error)
    if finding.verdict is ProofResult.HAPPENED:
        attempt.confirm()
        return Outcome(
            AttemptOutcome.COMPLETED,
            f"{what} was made, as the app shows; the rest was skipped: {error.message}",
        )
    if finding.verdict is ProofResult.NOT_HAPPENED:
        attempt.settle(EffectState.REFUTED, {"verified": "no"})
        return _failure(error, f"{what} did not happen, as the app shows: {error.message}")
    if finding.obstacle is None:
        return _unproved(attempt, what)
    return _unverified(what, finding.obstacle)


def _prove_after(attempt: FlowRun, error: TaskError) -> Finding:
    """What a look at the app finds after a failure."""
    assert attempt.effect is not None
    if attempt.effect.proved:  # a step after the proof has failed, which takes nothing back
        return HAPPENED
    if isinstance(error, NeedsPerson):  # the screen stays as the person is to find it
        return not_looked(error)
    try:
        if isinstance(error, PhoneError):
            attempt.reach()
    except PhoneError as away:
        return not_looked(away)
    return attempt.prove()


def _unverified(what: str, error: TaskError) -> Outcome:
    """The outcome if nobody could look at the app yet. The effect stays in doubt: a later attempt can still tell."""
    return Outcome(
        AttemptOutcome.FAILED,
        f"{what} may have been made, and is not verified: {error.message}",
        error.hint,
        needs_person=isinstance(error, NeedsPerson),
        again=Again.WHEN_BACK if isinstance(error, PhoneError) else Again.TO_PROVE,
    )


def _unproved(attempt: FlowRun, what: str, why: str = "") -> Outcome:
    attempt.settle(EffectState.UNCERTAIN, {"verified": why or "cannot tell"})
    return _uncertain(what, why or "the app shows neither that it was nor that it was not")


def _held_back(attempt: FlowRun, error: HeldBack) -> Outcome:
    if not attempt.flow.is_repeatable and attempt.effect is not None:
        return _given_up(attempt, error.message)
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
    )


def _stopped(attempt: FlowRun) -> Outcome:
    effect = attempt.effect
    if effect is None or effect.state is EffectState.REFUTED:
        return Outcome(AttemptOutcome.STOPPED, "stopped on request, before anything was made")
    if not attempt.flow.is_repeatable and effect.state is EffectState.COMMITTING:
        return _given_up(attempt, "stopped on request")
    what = _words(effect.kind, attempt.target)
    if effect.state is EffectState.COMMITTED:
        return Outcome(
            AttemptOutcome.COMPLETED, f"{what} was made; then stopped on request, the rest was skipped"
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
    )


def _uncertain(what: str, why: str) -> Outcome:
    return Outcome(
        AttemptOutcome.UNCERTAIN,
        f"{what} may or may not have been made: {why}",
        "look at the app on the phone, then settle it with `runner tasks resolve`",
    )


def _words(kind: str, target: str | None) -> str:
    return f"the {kind} of {target}" if target else f"the {kind}"
