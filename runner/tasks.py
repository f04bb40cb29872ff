"""Tasks and what becomes of them: the words that every room below the command line shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import quote


class TaskState(StrEnum):
    """A task's state. The first four are the Local API's 0-3; the others live in the ledger only."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    MISSED = "missed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    UNCERTAIN = "uncertain"

    @property
    def is_final(self) -> bool:
        return self not in (TaskState.PENDING, TaskState.RUNNING)


class EffectState(StrEnum):
    """What is known of one effect.

    `committing` is written before the one raw action, `committed` after it; `refuted` means that the screen
    proved afterwards that it did not happen, `uncertain` that only a person can tell.
    """

    COMMITTING = "committing"
    COMMITTED = "committed"
    REFUTED = "refuted"
    UNCERTAIN = "uncertain"


class StepOutcome(StrEnum):
    COMPLETED = "completed"
    SKIPPED = "skipped"
    FAILED = "failed"


class AttemptOutcome(StrEnum):
    """How one try at a task ended; `interrupted` means that the process died during it."""

    COMPLETED = "completed"
    FAILED = "failed"
    STOPPED = "stopped"
    HELD_BACK = "held_back"
    UNCERTAIN = "uncertain"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One entry at one nominal time of its rules.

    `nominal` names the occurrence for ever: `2026-11-21T09:00[Europe/Stockholm]` for wall-clock rules,
    `2026-12-01T17:00:00Z` for instants, `run:ID` for a manual run. `rule` is the start time as written.
    """

    campaign: str
    entry: str
    nominal: str
    rule: str
    instant_utc: datetime


@dataclass(frozen=True, slots=True)
class TaskOptions:
    """What an entry asks of the backend beside the config, in the Local API's words: run for every account on
    the device, and wait so many minutes between tasks."""

    multi_account: bool = False
    min_interval: int = 0
    max_interval: int = 0


NO_OPTIONS = TaskOptions()


@dataclass(frozen=True, slots=True)
class Task:
    """One unit of work on one device or account, for one target of one occurrence.

    `config` is complete (defaults filled in) and its paths are absolute; `ordinal` counts the tasks of the
    occurrence from 0; `commit` is the git revision that the campaign came from.
    """

    key: str
    campaign: str
    entry: str
    script: str
    backend: str
    device: str | None
    username: str | None
    target: str | None
    nominal: str
    ordinal: int
    due_utc: datetime
    timeout_s: float
    config: Mapping[str, Any] = field(repr=False)
    commit: str | None = None
    options: TaskOptions = NO_OPTIONS

    @property
    def lane(self) -> str:
        """The queue in which the task waits: its device, or its account where no device is known."""
        return self.device or self.username or ""

    @property
    def title(self) -> str:
        """What the task does, in a few words: `follow @demo_north`."""
        return f"{self.script} {self.target}" if self.target else self.script


def task_key(campaign: str, entry: str, nominal: str, lane: str, target: str | None) -> str:
    """A task's stable identity, readable: `campaign/entry/nominal/device[/target]`.

    Due instants, spread and jitter are never in it. Slashes and blanks inside a part are percent-encoded.
    """
    parts = (campaign, entry, nominal, lane) if target is None else (campaign, entry, nominal, lane, target)
    return "/".join(map(_key_part, parts))


@lru_cache(maxsize=16384)
def _key_part(text: str) -> str:
    return quote(text, safe="@:+[]!$&'()*,;=~")


@dataclass(frozen=True, slots=True)
class Effect:
    """One change made to the outside world, as the ledger holds it."""

    id: int
    task_key: str
    ordinal: int
    kind: str
    target: str | None
    state: EffectState
    evidence: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of an attempt, when it has ended.

    `source` is `path:line` of the flow file; `screenshot` a JPEG, `hierarchy` the screen's XML (kept when a
    step fails).
    """

    ordinal: int
    kind: str
    title: str
    source: str
    outcome: StepOutcome
    message: str
    started_utc: datetime
    duration_s: float
    screenshot: bytes | None = field(default=None, repr=False)
    hierarchy: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended, in words that a person can act on."""

    outcome: AttemptOutcome
    message: str = ""
    hint: str | None = None
    needs_person: bool = False
    not_before: datetime | None = None


class Journal(Protocol):
    """Where a backend writes its effects down before and after it makes them. Calls are synchronous: when one
    returns, the row is durable."""

    def effects(self) -> list[Effect]:
        """The task's effects so far, from earlier attempts too."""
        ...

    def committing(
        self, kind: str, target: str | None, account: str | None, evidence: Mapping[str, str]
    ) -> int:
        """About to make an effect; returns its id. Raises HeldBack if a limit forbids it now."""
        ...

    def settle(self, effect_id: int, state: EffectState, evidence: Mapping[str, str]) -> None:
        """What became of the effect; `evidence` is added to what was recorded before."""
        ...


class Listener(Protocol):
    """Whom a backend tells of its progress."""

    def step_started(self, ordinal: int, total: int, title: str) -> None: ...

    def step_finished(self, record: StepRecord) -> None: ...


class StopSignal(Protocol):
    """Asked by a backend at each step boundary."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool: ...
