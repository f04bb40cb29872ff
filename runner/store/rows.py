"""Occurrences, tasks and what was tried, as callers write them to the ledger and read them; lives of daemons.

Instants are aware and in UTC.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from runner.reasons import ReasonKind
from runner.tasks import (
    AttemptOutcome,
    Effect,
    Occurrence,
    Outcome,
    StepOutcome,
    Task,
    TaskSource,
    TaskState,
    Touch,
)

Identity = tuple[str, str, str]
"""An occurrence's campaign, entry and nominal time."""


class OccurrenceState(StrEnum):
    """What became of an occurrence: its tasks were made, or they were not, for the reason beside it."""

    STARTED = "started"
    MISSED = "missed"
    SKIPPED = "skipped"
    MERGED = "merged"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an occurrence, and its tasks if it is started."""

    occurrence: Occurrence
    state: OccurrenceState
    reason: str
    version_id: int | None
    tasks: Sequence[Task] = ()
    reason_kind: ReasonKind | None = None


class OccurrenceRow(NamedTuple):
    """An occurrence and what became of it; `run_id` is set for those of `runner run`."""

    id: int
    occurrence: Occurrence
    state: OccurrenceState
    reason: str
    commit: str | None
    created_utc: datetime
    run_id: str | None
    reason_kind: ReasonKind | None = None


class RunRow(NamedTuple):
    """One manual run: the campaign that it carried out, and its tasks counted by state."""

    run_id: str
    campaign: str
    path: str
    commit: str | None
    created_utc: datetime
    counts: Mapping[TaskState, int]


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task and what has become of it.

    `reason` is for people, and empty if nothing need be said; `reason_kind` tells programs what it is about, where one
    asks for that. `not_before` is set while a pending task is held back. `attempts` counts them all, `tries` those that
    failed since a person last asked for a retry (`task.retry.max` limits them); `started_utc` and `finished_utc` are
    those of the latest attempt since then; `trouble_utc` is when it ended failed, missed or uncertain, while it is so.
    """

    id: int
    task: Task
    state: TaskState
    reason: str
    hint: str | None
    not_before: datetime | None
    run_id: str | None
    attempts: int
    created_utc: datetime
    started_utc: datetime | None
    finished_utc: datetime | None
    tries: int = 0
    reason_kind: ReasonKind | None = None
    trouble_utc: datetime | None = None

    @property
    def duration_s(self) -> float | None:
        """How long the latest attempt took; None before it has ended."""
        if self.started_utc is None or self.finished_utc is None:
            return None
        return (self.finished_utc - self.started_utc).total_seconds()


class DeletedTask(NamedTuple):
    """What is left of a task that a person or the retention has deleted: its key, which stays taken, and the state
    that it had."""

    key: str
    state: TaskState
    deleted_utc: datetime


class TaskTimes(NamedTuple):
    """When one of many tasks was: instants are microseconds since 1970, as the ledger keeps them.

    `app` is None for the usual one; `reason` is empty for a task that was completed.
    """

    id: int
    lane: str
    device: str | None
    username: str | None
    app: str | None
    campaign: str
    entry: str
    script: str
    target: str | None
    state: str
    due: int
    started: int | None
    finished: int | None
    not_before: int | None
    reason: str


class TaskTotal(NamedTuple):
    """How many tasks in a state fell due in one stretch of time, which begins at `due`; the other fields are as in
    `TaskTimes`, None where they were not asked for."""

    lane: str | None
    device: str | None
    username: str | None
    app: str | None
    campaign: str | None
    entry: str | None
    state: str
    due: int
    tasks: int


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks a list shows: those that match every field that is set. `since_utc` (included) and `until_utc`
    (excluded) bound the due instant. `host` is the one of the last attempt; before the first one, the one that has the
    task's lane, or is gone with it."""

    states: Collection[TaskState] | None = None
    campaign: str | None = None
    entry: str | None = None
    device: str | None = None
    username: str | None = None
    script: str | None = None
    host: str | None = None
    sources: Collection[TaskSource] | None = None
    run_id: str | None = None
    since_utc: datetime | None = None
    until_utc: datetime | None = None
    occurrence_ids: Collection[int] | None = None


class Attempt(NamedTuple):
    """An attempt that has been started; `number` counts the task's attempts from 1, `tries` those before it that
    failed and count against the task's retries."""

    id: int
    task_key: str
    number: int
    executor: str
    started_utc: datetime
    tries: int = 0


class AttemptEnd(NamedTuple):
    """How an attempt ended, and the state in which that leaves its task.

    `reason` is what the task says of it (None: the outcome's message), and the outcome's `kind` tells what that is
    about. `not_before` is when a task that is pending again may go (None: the outcome's).
    """

    attempt_id: int
    outcome: Outcome
    state: TaskState
    reason: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step that has ended; `screenshot` and `hierarchy` are paths inside the artifacts' folder, `touch` is where it
    touched the screen."""

    ordinal: int
    kind: str
    title: str
    source: str
    outcome: StepOutcome
    message: str
    started_utc: datetime
    duration_s: float
    screenshot: str | None
    hierarchy: str | None
    touch: Touch | None = None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """An attempt with its steps; `outcome` is None while it runs, or if its process died; `host` is where, where hosts
    share the ledger."""

    number: int
    executor: str
    started_utc: datetime
    finished_utc: datetime | None
    outcome: AttemptOutcome | None
    message: str
    hint: str | None
    needs_person: bool
    steps: tuple[StepRow, ...]
    host: str | None = None


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """Everything that is known of one task."""

    row: TaskRow
    attempts: tuple[AttemptRow, ...]
    effects: tuple[Effect, ...]


class NewEffect(NamedTuple):
    """An effect that is about to be made, and the screen before it; `app` is the account's, None if unknown."""

    attempt_id: int
    task_key: str
    kind: str
    target: str | None
    device: str | None
    account: str | None
    evidence: Mapping[str, str]
    app: str | None = None


class SpanRow(NamedTuple):
    """One continuous life of a daemon.

    It considered everything due up to `seen_utc`. `stopped_utc` and `stop_reason` are set if it ended in good order,
    or if its clock stepped or its machine slept; otherwise it died after `seen_utc`.
    """

    id: int
    executor: str
    version: str
    started_utc: datetime
    start_reason: str
    seen_utc: datetime
    stopped_utc: datetime | None
    stop_reason: str

    @property
    def until_utc(self) -> datetime:
        """The last instant at which it is known to have been alive."""
        return max(self.seen_utc, self.stopped_utc or self.seen_utc)
