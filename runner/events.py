"""What happened, for those who watch. Events follow the ledger's writes, may be lost, and carry no truth."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from runner.tasks import Outcome, StepOutcome, TaskState


@dataclass(frozen=True, slots=True)
class TaskStarted:
    key: str
    lane: str
    title: str
    attempt: int


@dataclass(frozen=True, slots=True)
class TaskWaiting:
    """A lane waits before its next task (minimum gap, working hours)."""

    key: str
    lane: str
    reason: str
    until_utc: datetime


@dataclass(frozen=True, slots=True)
class StepStarted:
    key: str
    lane: str
    ordinal: int
    total: int
    title: str


@dataclass(frozen=True, slots=True)
class StepFinished:
    key: str
    lane: str
    ordinal: int
    title: str
    outcome: StepOutcome
    message: str
    duration_s: float


@dataclass(frozen=True, slots=True)
class EffectSettled:
    key: str
    lane: str
    kind: str
    target: str | None
    state: str


@dataclass(frozen=True, slots=True)
class TaskFinished:
    key: str
    lane: str
    state: TaskState
    outcome: Outcome
    duration_s: float


Event = TaskStarted | TaskWaiting | StepStarted | StepFinished | EffectSettled | TaskFinished
EventSink = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The sink for those who do not watch."""
