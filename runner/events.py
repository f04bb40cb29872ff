"""What happened, for those who watch. Events come after the writes of the ledger, may be lost, and prove nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from runner.tasks import Outcome, StepOutcome, TaskState


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """`late_s` is the time since the task was due, or since the end of what held it back."""

    key: str
    lane: str
    title: str
    attempt: int
    late_s: float = 0.0


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
    """`screenshot` is the path of its picture inside the artifacts' folder, if it has left one."""

    key: str
    lane: str
    ordinal: int
    title: str
    outcome: StepOutcome
    message: str
    duration_s: float
    screenshot: str | None = None


@dataclass(frozen=True, slots=True)
class TaskReported:
    """The other side's words about a task that has not ended there; sent when they change."""

    key: str
    lane: str
    title: str
    message: str


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


@dataclass(frozen=True, slots=True)
class TaskOverdue:
    """An attempt runs on long after its timeout: its phone or backend hangs. Sent once for each attempt."""

    key: str
    lane: str
    title: str
    running_s: float
    timeout_s: float


@dataclass(frozen=True, slots=True)
class PhoneReturned:
    """A phone that somebody had in his hands is given back: its tasks may begin."""

    lane: str
    by: str


@dataclass(frozen=True, slots=True)
class OccurrenceDecided:
    """What became of an occurrence. If many of an entry had the same result, `count` says how many, and this is the
    last of them; `tasks` counts those of all."""

    campaign: str
    entry: str
    nominal: str
    state: str
    reason: str
    tasks: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class ClockStepped:
    """The clock stepped (less than 0 is back), or the machine slept."""

    seconds: float
    message: str


@dataclass(frozen=True, slots=True)
class CampaignChanged:
    """A difference that a reload of the campaign files made; `entry` is None if it concerns the whole campaign."""

    campaign: str
    entry: str | None
    what: str
    detail: str
    commit: str | None


@dataclass(frozen=True, slots=True)
class CampaignsReloaded:
    """The campaign files were read again; `campaigns` are in force now, and `cancelled` tasks were cancelled."""

    campaigns: int
    changes: int
    problems: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class DaemonTroubled:
    """The daemon could not do something, and tries again; what is in force stays so."""

    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class TroubleOver:
    """The daemon can do again what a DaemonTroubled was about."""

    message: str


@dataclass(frozen=True, slots=True)
class FilesPolled:
    """The system does not notify of changed files, so the daemon looks at them again and again."""

    message: str
    hint: str


TaskEvent = (
    TaskStarted
    | TaskWaiting
    | TaskReported
    | StepStarted
    | StepFinished
    | EffectSettled
    | TaskFinished
    | TaskOverdue
)
"""What happens in a lane, to one task."""

Event = (
    TaskEvent
    | PhoneReturned
    | OccurrenceDecided
    | ClockStepped
    | CampaignChanged
    | CampaignsReloaded
    | DaemonTroubled
    | TroubleOver
    | FilesPolled
)
EventSink = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The sink of a caller that does not watch."""
