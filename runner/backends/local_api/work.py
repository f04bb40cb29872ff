"""A task on its way through the server, and what its effects' evidence tells of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import inf

from runner.backends.local_api.shapes import from_ranges, ranges
from runner.backends.local_api.view import Newest
from runner.scripts import SCRIPTS
from runner.targets import account
from runner.tasks import Effect, Intent, Task

UNOBSERVED = ("account_warmup",)
"""Scripts of which nobody sees what they have done: they count for the most that they can do."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of a call that makes tasks, from its intent on: the newest task before it, when it was sent
    (our clock), the ids that it answered with, and those that are this task's (`by_order`: as far as one can tell
    by their order); `retry_of` is the id of the task that a retry repeats, `stopping` says why it was to be stopped."""

    newest: Newest
    sent_utc: datetime | None = None
    answered: tuple[int, ...] = ()
    ids: tuple[int, ...] = ()
    retry_of: int | None = None
    by_order: bool = False
    stopping: str | None = None

    @classmethod
    def of(cls, effects: Iterable[Effect]) -> "Trace":
        """What the evidence of a task's effects tells together."""
        told: dict[str, str] = {}
        for effect in effects:
            told |= effect.evidence
        return cls(
            newest=Newest(int(told.get("newest_task", "0")), told.get("newest_created_at")),
            sent_utc=datetime.fromisoformat(told["sent_utc"]) if "sent_utc" in told else None,
            answered=from_ranges(told.get("answered", "")),
            ids=from_ranges(told.get("server_tasks", "")),
            retry_of=int(told["retry_of"]) if "retry_of" in told else None,
            by_order="told_by" in told,
            stopping=told.get("stopping"),
        )

    def intent(self, lane: str) -> dict[str, str]:
        """The evidence that is written before the call, for a task of this device or account."""
        told = {"lane": lane, "newest_task": str(self.newest.id)}
        if self.newest.created_at:
            told["newest_created_at"] = self.newest.created_at
        if self.sent_utc is not None:
            told["sent_utc"] = self.sent_utc.isoformat()
        if self.retry_of is not None:
            told["retry_of"] = str(self.retry_of)
        return told


@dataclass(eq=False, slots=True)
class Lot:
    """The tasks of one POST, from its intent on until each is found on the server or given up.

    `why` says what became of the answer. The search began at `since` (monotonic seconds) and ends when the whole
    list has been read that was begun at `until` or later.
    """

    trace: Trace
    why: str
    since: float
    until: float
    works: "list[Work]" = field(default_factory=list)
    asked_at: float = -inf


@dataclass(eq=False, slots=True)
class Work:
    """One task of a batch: `effects` are those that are open, `ids` its tasks on the server.

    `gone` are the ids that are on the server no more, or name another task by now. What the server told before
    `since` (monotonic seconds) is out of date. `repeats` is its task there that failed in an earlier attempt.
    `said` is what the server last said of it while it went on.
    `stopping` says why it is being stopped, `stopped_at` when that was first asked for (monotonic seconds) and
    `stop_at` when it is asked for again; `was_stopped` says why a process before ours had asked for it, and
    `was_deleted` is set where we deleted it while it only waited.
    """

    task: Task
    effects: list[int] = field(default_factory=list)
    repeats: int | None = None
    lot: Lot | None = None
    ids: tuple[int, ...] = ()
    by_order: bool = False
    gone: set[int] = field(default_factory=set)
    since: float = 0.0
    has_begun: bool = False
    stopping: str | None = None
    was_stopped: str | None = None
    was_deleted: bool = False
    said: str = ""
    stop_at: float = 0.0
    stopped_at: float = inf

    @property
    def is_waiting(self) -> bool:
        """Nothing has been sent for it yet."""
        return self.lot is None and not self.ids

    @property
    def names(self) -> dict[str, str]:
        return {"server_tasks": ranges(self.ids), **({"told_by": "their order"} if self.by_order else {})}


def kinds(task: Task) -> dict[str, int]:
    """The effects that the task can have, by kind: one, or where nobody observes them the most that there can be.

    A task that changes nothing has one of its script's name, so that it too is sent once.
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


def surplus(work: Work) -> list[Intent]:
    """Of a task that is several on the server, one for each account of its device: the effects that were not begun
    when it was asked for as one."""
    return (intents(work.task, {}) * len(work.ids))[len(work.effects) :]
