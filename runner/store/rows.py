"""What is read back from the ledger. All instants are aware and in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from runner.tasks import AttemptOutcome, Effect, StepOutcome, Task, TaskState


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task and what has become of it.

    `reason` is for people and empty where nothing need be said; `not_before` is set while a pending task is
    held back; `attempts` counts them; `started_utc` and `finished_utc` are those of the latest attempt.
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

    @property
    def duration_s(self) -> float | None:
        """How long the latest attempt took; None before it has ended."""
        if self.started_utc is None or self.finished_utc is None:
            return None
        return (self.finished_utc - self.started_utc).total_seconds()


@dataclass(frozen=True, slots=True)
class CampaignVersion:
    """One text of a campaign file; `path` and `commit` are those under which it was last seen."""

    id: int
    name: str
    path: str
    text: str
    commit: str | None


@dataclass(frozen=True, slots=True)
class RunRow:
    """One manual run: the campaign that it carried out, and its tasks counted by state."""

    run_id: str
    campaign: str
    path: str
    commit: str | None
    created_utc: datetime
    counts: Mapping[TaskState, int]


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that has been started; `number` counts those of the task from 1."""

    id: int
    task_key: str
    number: int
    executor: str
    started_utc: datetime


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step that has ended; `screenshot` and `hierarchy` are paths inside the artifacts' folder."""

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


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """An attempt with its steps; `outcome` is None while it goes on, or if its process died."""

    number: int
    executor: str
    started_utc: datetime
    finished_utc: datetime | None
    outcome: AttemptOutcome | None
    message: str
    hint: str | None
    needs_person: bool
    steps: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """Everything that is known of one task."""

    row: TaskRow
    attempts: tuple[AttemptRow, ...]
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Everything that is known of one run, its tasks in the order of the plan."""

    run: RunRow
    tasks: tuple[TaskRecord, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """A device that runs nothing until a person has looked at it."""

    id: int
    device: str
    reason: str
    task_key: str | None
    placed_utc: datetime
