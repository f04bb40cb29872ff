"""One task on its way through the server: its states, what the evidence of its effects tells, and how it ends. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf

from runner.backends.local_api.answers import FailureKind, ServerStatus, ServerTask, found
from runner.backends.local_api.server import Newest
from runner.errors import ApiUnreachable, RunnerError, ServerApiError
from runner.journals import Intent
from runner.scripts import SCRIPTS
from runner.targets import account
from runner.tasks import Again, AttemptOutcome, Effect, EffectState, Outcome, Task

UNOBSERVED = ("account_warmup",)
"""Scripts whose effects nobody can see: they count for the most that they can do."""

_RAW_LENGTH = 2000
_RANGE = re.compile(r"(\d+)(?:-(\d+))?")

# States. A task goes down this list and may end at any point of it; only a task that was surely not carried out goes
# back to Unsent. `effects` are the ledger's ids of its open effects.


@dataclass(frozen=True, eq=False, slots=True)
class Unsent:
    """Nothing is on its way. `repeats` is its task on the server that failed in an earlier attempt and can be retried,
    if there is one."""

    task: Task
    repeats: int | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Sending:
    """Its intent is durable, and its call is being made."""

    task: Task
    effects: tuple[int, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Searched:
    """It has been sent, and its task on the server is not known yet.

    Words of the server from before `since` (monotonic seconds) are out of date. `was_stopped` says why an earlier
    process had asked the server to stop it, `stop` why to stop it as soon as it is known there.
    """

    task: Task
    effects: tuple[int, ...]
    search: "Search"
    since: float = 0.0
    was_stopped: str | None = None
    stop: "StopWanted | None" = None

    def found(self, ids: Iterable[int], *, by_order: bool) -> "Followed":
        """The same task, now that its tasks on the server are known."""
        return Followed(
            self.task, self.effects, tuple(ids), by_order, self.since, self.was_stopped, self.stop
        )


@dataclass(frozen=True, eq=False, slots=True)
class Followed:
    """Its tasks on the server are known: `ids`, of which `gone` are there no longer, or name another task by now.

    `by_order`: only their order tells that they are its own. `said` are the server's latest words about it while it
    ran, `stop` is the state of a request to stop it. The others are as in `Searched`.
    """

    task: Task
    effects: tuple[int, ...]
    ids: tuple[int, ...]
    by_order: bool = False
    since: float = 0.0
    was_stopped: str | None = None
    stop: "Stop | None" = None
    gone: frozenset[int] = frozenset()
    has_begun: bool = False
    said: str = ""

    @property
    def names(self) -> dict[str, str]:
        """The evidence by which a later attempt knows it."""
        return {"server_tasks": ranges(self.ids), **({"told_by": "their order"} if self.by_order else {})}


SentTask = Unsent | Sending | Searched | Followed


@dataclass(frozen=True, slots=True)
class StopWanted:
    """Somebody wants a task stopped, and the server has not been asked yet."""

    why: str


@dataclass(frozen=True, slots=True)
class StopAsked:
    """The server has been asked to stop a task (monotonic seconds). `has_deleted`: it only waited, and we have
    deleted it there."""

    why: str
    first_at: float
    last_at: float
    has_deleted: bool = False


Stop = StopWanted | StopAsked


@dataclass(eq=False, slots=True)
class Search:
    """The search after one call, until each of its tasks is found or given up.

    `keys` are those of its tasks, in the order of the call; `why` says what became of its answer. It began at `since`
    (monotonic seconds) and ends after a reading of the whole list that began at `until` or later. It last asked for ids
    of the answer that the list does not show during the reading that began at `asked_at`.
    """

    keys: tuple[str, ...]
    trace: "Trace"
    why: str
    since: float
    until: float
    asked_at: float = -inf


# The evidence in the ledger.


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of a call that makes tasks, from its intent on: the newest task before it, when it was sent
    (our clock), the ids of its answer, and those of this task (`by_order`: as far as their order tells). `retry_of` is
    the id of the task that a retry repeats, `stopping` says why somebody wanted it stopped."""

    newest: Newest
    sent_utc: datetime | None = None
    answered: tuple[int, ...] = ()
    ids: tuple[int, ...] = ()
    retry_of: int | None = None
    by_order: bool = False
    stopping: str | None = None

    @classmethod
    def of(cls, effects: Iterable[Effect]) -> "Trace":
        """The evidence of a task's effects, taken together."""
        evidence: dict[str, str] = {}
        for effect in effects:
            evidence |= effect.evidence
        return cls(
            newest=Newest(int(evidence.get("newest_task", "0")), evidence.get("newest_created_at")),
            sent_utc=datetime.fromisoformat(evidence["sent_utc"]) if "sent_utc" in evidence else None,
            answered=from_ranges(evidence.get("answered", "")),
            ids=from_ranges(evidence.get("server_tasks", "")),
            retry_of=int(evidence["retry_of"]) if "retry_of" in evidence else None,
            by_order="told_by" in evidence,
            stopping=evidence.get("stopping"),
        )

    def intent(self, lane: str) -> dict[str, str]:
        """The evidence to write before the call, for a task of this device or account."""
        evidence = {"lane": lane, "newest_task": str(self.newest.id)}
        if self.newest.created_at:
            evidence["newest_created_at"] = self.newest.created_at
        if self.sent_utc is not None:
            evidence["sent_utc"] = self.sent_utc.isoformat()
        if self.retry_of is not None:
            evidence["retry_of"] = str(self.retry_of)
        return evidence


def kinds(task: Task) -> dict[str, int]:
    """The effects that the task can have, by kind: one, or the most possible ones if nobody can observe them.

    A task that changes nothing has one effect of its script's name, so that it too is sent only once.
    """
    counted = {kind: count for kind, count in SCRIPTS[task.script].effects(task.config).items() if count}
    return counted or {task.script: 1}


def intents(task: Task, evidence: Mapping[str, str]) -> list[Intent]:
    """One for each effect; the first carries the evidence."""
    name = account(task.username) if task.username else None
    each = [kind for kind, count in kinds(task).items() for _ in range(count)]
    return [
        Intent(task.key, kind, task.target, name, evidence if number == 0 else {})
        for number, kind in enumerate(each)
    ]


def surplus(one: Followed) -> list[Intent]:
    """The effects that a call did not announce of a task that turned out to be several on the server, one for each
    account of its device."""
    return (intents(one.task, {}) * len(one.ids))[len(one.effects) :]


def ranges(ids: Sequence[int]) -> str:
    """Ids as text: `101-106,109`."""
    parts: list[list[int]] = []
    for number in sorted(set(ids)):
        if parts and number == parts[-1][-1] + 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    return ",".join("-".join(map(str, part)) for part in parts)


def from_ranges(text: str) -> tuple[int, ...]:
    """The ids of a text that `ranges` made."""
    return tuple(
        number
        for match in _RANGE.finditer(text)
        for number in range(int(match[1]), int(match[2] or match[1]) + 1)
    )


# How it ends.


@dataclass(frozen=True, slots=True)
class ServerTaskEnd:
    """The outcome of an attempt, the state that it gives the effects (None: they stay as they are), and evidence."""

    outcome: Outcome
    state: EffectState | None = None
    evidence: dict[str, str] = field(default_factory=dict)


def reported(one: Followed, tasks: Sequence[ServerTask]) -> ServerTaskEnd:
    """The end of a task whose tasks on the server have all ended: one, or one for each account of its device.

    A failure is the server's word that the work was not done, unless it says otherwise. Of a task that was stopped, or
    that nobody can observe, that is not known once it had begun.
    """
    evidence = {**one.names, "server": found([task.raw for task in tasks], _RAW_LENGTH)}
    failed = [task for task in tasks if task.status is ServerStatus.FAILED]
    if not failed:
        return ServerTaskEnd(Outcome(AttemptOutcome.COMPLETED), EffectState.COMMITTED, evidence)
    what = "; ".join(dict.fromkeys(task.message or "no reason given" for task in failed))
    where = f"task {ranges([task.id for task in failed])} on the server"
    if len(failed) < len(tasks):
        message = f"{len(failed)} of its {len(tasks)} tasks on the server failed: {where}: {what}"
        return ServerTaskEnd(_failed(message, Again.NEVER), EffectState.COMMITTED, evidence)
    if one.by_order:
        message = f"{where} failed: {what}; the server does not tell whose target that was"
        return unknown(one.task, message, evidence)
    has_begun = one.has_begun or any(task.started_at for task in tasks)
    if one.stop and not has_begun:
        return ServerTaskEnd(_stopped(one.stop.why), EffectState.REFUTED, evidence)
    stopped_for = one.stop.why if one.stop else one.was_stopped if has_begun else None
    kind = FailureKind.of(failed[0].message)
    if stopped_for or kind is FailureKind.UNCERTAIN:
        return unknown(one.task, f"{stopped_for or where}: {what}", evidence)
    if kind is FailureKind.CANCELLED:
        state = EffectState.UNCERTAIN if has_begun else EffectState.REFUTED
        return ServerTaskEnd(Outcome(AttemptOutcome.CANCELLED, f"{where}: {what}"), state, evidence)
    if has_begun and one.task.script in UNOBSERVED:
        message = f"{where} failed: {what}; what it had done until then cannot be observed"
        return ServerTaskEnd(_failed(message, Again.NEVER), EffectState.UNCERTAIN, evidence)
    return ServerTaskEnd(_failed(f"{where} failed: {what}"), EffectState.REFUTED, evidence)


def deleted(one: Followed) -> ServerTaskEnd:
    """The end of a task that is gone from the server: one that somebody else deleted may have been done before."""
    if isinstance(one.stop, StopAsked) and one.stop.has_deleted and not one.has_begun:
        return ServerTaskEnd(_stopped(one.stop.why), EffectState.REFUTED, one.names)
    message = f"task {ranges(one.ids)} was deleted on the server by someone else"
    end = unknown(one.task, message, one.names)
    return replace(end, outcome=replace(end.outcome, outcome=AttemptOutcome.CANCELLED))


def unknown(task: Task, message: str, evidence: dict[str, str]) -> ServerTaskEnd:
    """The end of a task that may have been done."""
    outcome = Outcome(AttemptOutcome.UNCERTAIN, f"{message}; whether the {task.title} happened is not known")
    return ServerTaskEnd(outcome, EffectState.UNCERTAIN, evidence)


def not_carried_out(one: Unsent | Sending, error: RunnerError) -> ServerTaskEnd:
    """The end of a task that was not sent, or surely not carried out. It may go again if the server was just away."""
    away = isinstance(error, ApiUnreachable) or (isinstance(error, ServerApiError) and error.sent)
    outcome = _failed(error.message, Again.WHEN_BACK if away else Again.NEVER, error.hint)
    if isinstance(one, Unsent):
        return ServerTaskEnd(outcome)
    return ServerTaskEnd(outcome, EffectState.REFUTED, {"refused": error.message})


def left(one: SentTask) -> ServerTaskEnd:
    """The end of a task that our process leaves to the server, since it is about to end."""
    if isinstance(one, Unsent | Sending):
        return stopped("stopped before it was sent")
    return stopped("it goes on on the server, and is looked up there the next time")


def stopped(message: str) -> ServerTaskEnd:
    """The end of a task before anything was sent, or of one that goes on elsewhere."""
    return ServerTaskEnd(_stopped(message))


def _failed(message: str, again: Again = Again.RETRY, hint: str | None = None) -> Outcome:
    return Outcome(AttemptOutcome.FAILED, message, hint, again=again)


def _stopped(message: str) -> Outcome:
    return Outcome(AttemptOutcome.STOPPED, message)
