"""How a task ended, from what the server tells of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from runner.backends.local_api.shapes import ServerStatus, ServerTask, found, ranges
from runner.backends.local_api.work import UNOBSERVED, Work
from runner.errors import ApiError, ApiUnreachable, RunnerError
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome

_RAW_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Ending:
    """The outcome of an attempt, what it means for the effects (None leaves them as they are), and the evidence."""

    outcome: Outcome
    state: EffectState | None = None
    evidence: dict[str, str] = field(default_factory=dict)


def reported(work: Work, tasks: Sequence[ServerTask]) -> Ending:
    """Of a task whose tasks on the server have all ended: one, or one for each account of its device.

    A failure is the server's word that the work was not done, unless it says otherwise; of what was stopped, or
    of what nobody can observe, that is not known once it had begun.
    """
    evidence = {**work.names, "server": found([task.raw for task in tasks], _RAW_LENGTH)}
    failed = [task for task in tasks if task.status is ServerStatus.FAILED]
    if not failed:
        return Ending(Outcome(AttemptOutcome.COMPLETED), EffectState.COMMITTED, evidence)
    what = "; ".join(dict.fromkeys(task.message or "no reason given" for task in failed))
    where = f"task {ranges([task.id for task in failed])} on the server"
    if len(failed) < len(tasks):
        message = f"{len(failed)} of its {len(tasks)} tasks on the server failed: {where}: {what}"
        return Ending(_failed(message, Again.NEVER), EffectState.COMMITTED, evidence)
    if work.by_order:
        told = f"{where} failed: {what}; the server does not tell whose target that was"
        return unknown(work, told, evidence)
    has_begun = work.has_begun or any(task.started_at for task in tasks)
    if work.stopping and not has_begun:
        return Ending(_stopped(work.stopping), EffectState.REFUTED, evidence)
    stopped = work.stopping or (work.was_stopped if has_begun else None)
    if stopped or what.startswith("uncertain"):
        return unknown(work, f"{stopped or where}: {what}", evidence)
    if what.startswith("cancelled"):
        state = EffectState.UNCERTAIN if has_begun else EffectState.REFUTED
        return Ending(Outcome(AttemptOutcome.CANCELLED, f"{where}: {what}"), state, evidence)
    if has_begun and work.task.script in UNOBSERVED:
        message = f"{where} failed: {what}; what it had done until then cannot be observed"
        return Ending(_failed(message, Again.NEVER), EffectState.UNCERTAIN, evidence)
    return Ending(_failed(f"{where} failed: {what}"), EffectState.REFUTED, evidence)


def deleted(work: Work) -> Ending:
    """Of a task that is not on the server any more. What someone else deleted may have been done just before."""
    where = f"task {ranges(work.ids)}"
    if work.was_deleted and not work.has_begun:
        return Ending(_stopped(work.stopping or "deleted"), EffectState.REFUTED, work.names)
    message = f"{where} was deleted on the server by someone else"
    told = unknown(work, message, work.names)
    return Ending(replace(told.outcome, outcome=AttemptOutcome.CANCELLED), told.state, told.evidence)


def unknown(work: Work, message: str, evidence: dict[str, str]) -> Ending:
    """Of a task that may have been done."""
    outcome = Outcome(
        AttemptOutcome.UNCERTAIN, f"{message}; whether the {work.task.title} happened is not known", _SETTLE
    )
    return Ending(outcome, EffectState.UNCERTAIN, evidence)


def not_begun(error: RunnerError, *, has_effects: bool = False) -> Ending:
    """Of a task that was not sent, or surely not carried out. While the server is away it may be tried again."""
    away = isinstance(error, ApiUnreachable) or (isinstance(error, ApiError) and error.sent)
    again = Again.WHEN_BACK if away else Again.NEVER
    state = EffectState.REFUTED if has_effects else None
    evidence = {"refused": error.message} if has_effects else {}
    return Ending(_failed(error.message, again, error.hint), state, evidence)


def left(work: Work) -> Ending:
    """Of a task that our process leaves, since it is about to end."""
    if work.is_waiting:
        return stopped("stopped before it was sent")
    return stopped("it goes on on the server, and is looked up there the next time")


def stopped(message: str) -> Ending:
    """Of a task that ends before anything was sent, or goes on elsewhere."""
    return Ending(_stopped(message))


_SETTLE = "look on the device or the account, then say so with `runner tasks resolve`"


def _failed(message: str, again: Again = Again.RETRY, hint: str | None = None) -> Outcome:
    return Outcome(AttemptOutcome.FAILED, message, hint, again=again)


def _stopped(message: str) -> Outcome:
    return Outcome(AttemptOutcome.STOPPED, message)
