"""What stands on the wall: a tile for each phone, and the line above them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from runner.queries.attention import Needs
from runner.queries.phones import PhoneLine
from runner.queries.situation import Situation
from runner.queries.why_answer import WhyAnswer
from runner.store.lanes_now import StepLine
from runner.store.phone_rows import Hold
from runner.store.request_rows import PauseRow
from runner.store.rows import TaskRow
from runner.tasks import Occurrence, TaskState

READY = "device"
"""adb's word for a phone that can be used."""

UNKNOWN = "unknown"
"""What stands for adb's word where adb was not asked, or does not answer."""


HOST_GONE, NO_HOST = "host gone", "no host"
"""What stands in its place where hosts share a ledger: the phone's host is gone; no host sees the phone."""


class TileState(StrEnum):
    """What a phone does, in one word; the first that fits, in this order. `hold`: it waits for a person; `away`: adb
    does not list it as ready; `waiting`: a task is due, and something holds it up."""

    HOLD = "hold"
    RUNNING = "running"
    AWAY = "away"
    PAUSED = "paused"
    WAITING = "waiting"
    IDLE = "idle"


class TaskProgress(NamedTuple):
    """The step that an attempt is at: its ordinal, how many steps there are, and its title."""

    ordinal: int
    total: int
    title: str


@dataclass(frozen=True, slots=True)
class Around:
    """What the ledger does not know: `progress` of running tasks by their keys, the phones as adb last listed them (or
    why it cannot be asked), the name of this machine, and why nothing is done with the ledger, if so."""

    progress: Mapping[str, TaskProgress] = field(default_factory=dict)
    phones: Sequence[PhoneLine] = ()
    adb_problem: str | None = None
    host: str = ""
    outdated: str | None = None


@dataclass(frozen=True, slots=True)
class RunningTask:
    """A task that runs now; `progress` is None before its first step, or if another process carries it out. `steps`
    are the last ones of its attempt that have ended, if they were asked for."""

    row: TaskRow
    progress: TaskProgress | None
    steps: tuple[StepLine, ...] = ()

    @property
    def part(self) -> float:
        """How much of it is behind it, from 0 to 1; the step that it is at does not count."""
        if self.progress is None or self.progress.total < 1:
            return 0.0
        return min(max(self.progress.ordinal - 1, 0) / self.progress.total, 1.0)


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """The first task that is due and does not run, and why, as the command `why` says it."""

    row: TaskRow
    answer: WhyAnswer


@dataclass(frozen=True, slots=True)
class NextTask:
    """What comes next in a lane: a task of the ledger (`row`), or one that is made when its occurrence comes."""

    title: str
    campaign: str
    entry: str
    at_utc: datetime
    row: TaskRow | None = None


@dataclass(frozen=True, slots=True)
class Meter:
    """A limit of this calendar day and how much of it is used; `name` is the device or the account that it limits, in
    the app `app` if that is known, `zone` names the clocks of the day."""

    scope: str
    name: str
    app: str | None
    kind: str
    made: int
    at_most: int
    zone: str

    @property
    def part(self) -> float:
        return min(self.made / self.at_most, 1.0) if self.at_most else 1.0


@dataclass(frozen=True, slots=True)
class Tile:
    """A lane on the wall: a phone, or an account whose phone nobody knows (`device` is None then, and `adb` empty).

    `adb` is adb's word for its state, or HOST_GONE or NO_HOST; `host` is the host that has it, or is gone with it,
    empty if none has; it `is_elsewhere` if that is another process than the one that asks. `pending` counts its tasks
    that wait, `counts` those that fell due today, by state.
    """

    lane: str
    device: str | None
    state: TileState
    adb: str
    accounts: tuple[str, ...]
    groups: tuple[str, ...]
    campaigns: tuple[str, ...]
    host: str
    hold: Hold | None
    pause: PauseRow | None
    running: RunningTask | None
    waiting: WaitingTask | None
    following: NextTask | None
    pending: int
    counts: Mapping[TaskState, int]
    meters: tuple[Meter, ...]
    is_elsewhere: bool = False

    @property
    def fullest(self) -> Meter | None:
        """The limit of which the largest part is used."""
        return max(self.meters, key=lambda meter: meter.part, default=None)


@dataclass(frozen=True, slots=True)
class Totals:
    """The line above the wall. `running` and `waiting` count tasks, `counts` those that fell due today by state, since
    `since_utc`; `next_start` is the occurrence that comes first."""

    running: int
    waiting: int
    counts: Mapping[TaskState, int]
    since_utc: datetime
    next_start: Occurrence | None


@dataclass(frozen=True, slots=True)
class Headline:
    """What stands above the wall; `lanes` are the names of all its tiles."""

    situation: Situation
    totals: Totals
    needs: Needs
    lanes: tuple[str, ...]
    adb_problem: str | None

    @property
    def pause(self) -> PauseRow | None:
        """The pause of everything, if there is one."""
        return next((pause for pause in self.situation.pauses if pause.subject is None), None)


@dataclass(frozen=True, slots=True)
class Wall:
    """What needs a person, counts, and a tile for each lane."""

    headline: Headline
    tiles: tuple[Tile, ...]
