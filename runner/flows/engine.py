"""Carries flows out: from the start, or from where an interrupted attempt left its effect."""

from runner.errors import HeldBack, NeedsPerson, PhoneError, Stopped, TaskError
from runner.flows.attempt import Attempt, OpenEffect, Verdict
from runner.tasks import AttemptOutcome, Effect, EffectState, Outcome


def carry_out(attempt: Attempt, effects: list[Effect]) -> Outcome:
    """Run the attempt's flow; `effects` are those of the task's earlier attempts.

    Nothing made, or all refuted: from the start. Committed: never again, the rest is skipped. Committing: the
    flow's verification decides. Uncertain: only a person does.
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
    except Stopped:
        return _stopped(attempt)


def run(attempt: Attempt) -> Outcome:
    """Run the flow from its first step."""
    try:
        try:
            attempt.perform(attempt.flow.steps)
        except TaskError as error:
            return _failed(attempt, error)
    except HeldBack as error:
        return Outcome(AttemptOutcome.HELD_BACK, error.message, error.hint, not_before=error.not_before)
    except Stopped:
        return _stopped(attempt)
    return Outcome(AttemptOutcome.COMPLETED, attempt.finished or "")


def _take_up(attempt: Attempt, effect: Effect) -> Outcome:
    """An earlier attempt ended between `committing` and `committed`: find out what became of its tap."""
    attempt.effect = OpenEffect(effect.id, effect.kind, effect.state, effect.evidence)
    attempt.variables["account"] = effect.evidence.get("account", "")
    what = _words(effect.kind, effect.target)
    try:
        verdict = attempt.prove()
    except PhoneError as error:  # the effect stays `committing`, so that a later attempt can still tell
        return Outcome(
            AttemptOutcome.FAILED,
            f"{what} may have been made before, and is not verified: {error.message}",
            error.hint,
        )
    except TaskError as error:
        return _unproved(attempt, what, error)
    if verdict is Verdict.HAPPENED:
        attempt.confirm()
        return Outcome(
            AttemptOutcome.COMPLETED, f"{what} was made by an attempt that was interrupted, as the app shows"
        )
    if verdict is Verdict.NOT_HAPPENED:
        attempt.settle(EffectState.REFUTED, {"verified": "no"})
        attempt.effect = None
        return run(attempt)
    return _unproved(attempt, what, None)


def _failed(attempt: Attempt, error: TaskError) -> Outcome:
    """The outcome of an attempt in which a step failed. What was tapped is verified first."""
    effect = attempt.effect
    if effect is None or effect.state is EffectState.REFUTED:
        return _failure(error, error.message)
    what = _words(effect.kind, attempt.target)
    if effect.state is EffectState.UNCERTAIN:
        return _uncertain(what, error.message)
    verdict, why = _prove_after(attempt, error)
    if verdict is Verdict.HAPPENED:
        attempt.confirm()
        return Outcome(
            AttemptOutcome.COMPLETED,
            f"{what} was made, as the app shows; the rest was skipped: {error.message}",
        )
    if verdict is Verdict.NOT_HAPPENED:
        attempt.settle(EffectState.REFUTED, {"verified": "no"})
        return _failure(error, f"{what} did not happen, as the app shows: {error.message}")
    if effect.state is EffectState.COMMITTING:
        return _unproved(attempt, what, why)
    return _failure(
        error,
        f"{what} was tapped and the phone confirmed the tap, but the rest failed and the app could not be "
        f"asked: {why.message}. It is not repeated",
    )


def _prove_after(attempt: Attempt, error: TaskError) -> tuple[Verdict, TaskError]:
    """What the verification says after a failure, and the failure that explains why it says no more."""
    assert attempt.effect is not None
    if attempt.effect.proved:
        return Verdict.HAPPENED, error
    if isinstance(error, NeedsPerson):
        return Verdict.UNKNOWN, error
    try:
        if isinstance(error, PhoneError):
            attempt.reach()
        return attempt.prove(), error
    except TaskError as later:
        return Verdict.UNKNOWN, later


def _unproved(attempt: Attempt, what: str, error: TaskError | None) -> Outcome:
    attempt.settle(EffectState.UNCERTAIN, {"verified": error.message if error else "cannot tell"})
    outcome = _uncertain(
        what, error.message if error else "the app shows neither that it was nor that it was not"
    )
    if isinstance(error, NeedsPerson):
        return Outcome(outcome.outcome, outcome.message, outcome.hint, needs_person=True)
    return outcome


def _stopped(attempt: Attempt) -> Outcome:
    effect = attempt.effect
    if effect is None or effect.state is EffectState.REFUTED:
        return Outcome(AttemptOutcome.STOPPED, "stopped on request, before anything was made")
    what = _words(effect.kind, attempt.target)
    if effect.state is EffectState.COMMITTED:
        return Outcome(
            AttemptOutcome.COMPLETED, f"{what} was made; then stopped on request, the rest was skipped"
        )
    return Outcome(
        AttemptOutcome.STOPPED,
        f"stopped on request; {what} may have been made: the next attempt verifies it first",
    )


def _failure(error: TaskError, message: str) -> Outcome:
    needs_person = isinstance(error, NeedsPerson)
    return Outcome(AttemptOutcome.FAILED, message, error.hint, needs_person=needs_person)


def _uncertain(what: str, why: str) -> Outcome:
    return Outcome(
        AttemptOutcome.UNCERTAIN,
        f"{what} may or may not have been made: {why}",
        "look at the app on the phone, then settle it with `runner tasks resolve`",
    )


def _words(kind: str, target: str | None) -> str:
    return f"the {kind} of {target}" if target else f"the {kind}"
