"""Tasks and what becomes of them: the types that every room below the command line shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from runner.reasons import ReasonKind
from runner.targets import DEFAULT_APP, account


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

    @property
    def is_trouble(self) -> bool:
        """Whether people want to hear of a task that ended so."""
        return self in (TaskState.FAILED, TaskState.MISSED, TaskState.UNCERTAIN)


class EffectState(StrEnum):
    """What is known of one effect.

    `committing` is written before the one raw action, `made` when the phone has confirmed that action, `committed`
    when a look has shown its result (or the other side, or a person, says that it happened); `refuted` means that a
    look has shown that it did not happen, `uncertain` that only a person can tell.
    """

    COMMITTING = "committing"
    MADE = "made"
    COMMITTED = "committed"
    REFUTED = "refuted"
    UNCERTAIN = "uncertain"

    @property
    def is_in_doubt(self) -> bool:
        """Whether an attempt has begun it, and nobody has looked yet whether it happened."""
        return self in (EffectState.COMMITTING, EffectState.MADE)

    @property
    def is_unsettled(self) -> bool:
        """Whether nobody knows yet if the effect happened."""
        return self.is_in_doubt or self is EffectState.UNCERTAIN


class StepOutcome(StrEnum):
    COMPLETED = "completed"
    SKIPPED = "skipped"
    FAILED = "failed"


class Again(StrEnum):
    """Whether another attempt may follow one that failed.

    `retry`: it may, and this one counts as a try. `go_on`: the same, and the other one goes on behind the effects that
    were made, so these do not keep it from beginning. `never`: it would fail in the same way, or this one may have
    changed something for which no effect stands. The others do not count as tries. `when_back`: the phone or the
    backend is away for now, and nothing was begun, or the other attempt goes on behind it. `to_prove`: an effect is in
    doubt, and nobody could look at the app. `anew`: what was in doubt was looked up, and the task may begin again.
    """

    RETRY = "retry"
    GO_ON = "go_on"
    NEVER = "never"
    WHEN_BACK = "when_back"
    TO_PROVE = "to_prove"
    ANEW = "anew"

    @property
    def is_a_try(self) -> bool:
        return self in (Again.RETRY, Again.GO_ON, Again.NEVER)


class TaskSource(StrEnum):
    """What asked for a task: a campaign's start time, `runner run`, or the Local API."""

    CAMPAIGN = "campaign"
    MANUAL = "manual"
    API = "api"


class AttemptOutcome(StrEnum):
    """How one attempt at a task ended; `interrupted` means that the process died during it, `cancelled` that somebody
    on the other side called the task off, which ends as cancelled."""

    COMPLETED = "completed"
    FAILED = "failed"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    HELD_BACK = "held_back"
    UNCERTAIN = "uncertain"
    INTERRUPTED = "interrupted"


class Occurrence(NamedTuple):
    """One entry at one nominal time of its rules.

    `nominal` names the occurrence for ever: `2026-11-21T09:00[Europe/Stockholm]` for wall-clock rules,
    `2026-12-01T17:00:00Z` for instants, `run:ID` for a manual run. `rule` is the start time as written.
    """

    campaign: str
    entry: str
    nominal: str
    rule: str
    instant_utc: datetime


class SeenFile(NamedTuple):
    """A file as it was when somebody looked at it; `sha256` is the hash of its content, in hexadecimal, `fingerprint`
    what tells contents apart without reading all of them."""

    path: str
    sha256: str
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class TaskOptions:
    """What an entry asks of the backend beside the config, in the Local API's words: run for every account on the
    device, and wait so many minutes between tasks.

    `app` is the profile of the app in which the task is done; a backend that chooses the app itself ignores it.
    `language` is that in which the app is shown to the task's account, None if the phone tells it.
    `files` are those that the task posts, as they were when its row was made; empty if the config alone names them. A
    file that has changed since is not posted. `order` is how they were chosen (`planning/rotation.py`), None for a task
    that chooses none. `named` are other files that its config names, as they were then; one without a hash could not
    be read.
    """

    multi_account: bool = False
    min_interval: int = 0
    max_interval: int = 0
    files: tuple[SeenFile, ...] = ()
    app: str = DEFAULT_APP
    language: str | None = None
    order: str | None = None
    named: tuple[SeenFile, ...] = ()


NO_OPTIONS = TaskOptions()


class RetryRule(NamedTuple):
    """How often a failed task is tried again at most, and how long after the first failure; the wait doubles with each
    further failure."""

    max: int = 0
    delay_s: float = 30.0


NO_RETRY = RetryRule()


@dataclass(frozen=True, slots=True)
class Task:
    """One unit of work on one device or account, for one target of one occurrence.

    `config` is complete (defaults filled in) and its paths are absolute; `ordinal` counts the tasks of the
    occurrence from 0; `commit` is the git revision of the campaign. A task that is held back for more than `grace_s`
    after its due instant is missed.
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
    retry: RetryRule = NO_RETRY
    grace_s: float = 3600.0
    source: TaskSource = TaskSource.CAMPAIGN

    @property
    def expires_utc(self) -> datetime:
        """The end of its grace: until then it may be held back."""
        return self.due_utc + timedelta(seconds=self.grace_s)

    @property
    def lane(self) -> str:
        """The queue in which the task waits: its device, or its account in normal form if no device is known."""
        return lane_name(self.device, self.username)

    @property
    def place(self) -> str:
        """Where the task is done, for people: its lane, and the account as which it works there."""
        return lane_shown(self.device, self.username)

    @property
    def doer(self) -> str:
        """What stands in its key for who does it: an account of an app, on whatever phone, or its lane."""
        if self.device and self.username:
            return f"{self.options.app}:{account(self.username)}"
        return self.lane

    @property
    def work(self) -> str:
        """The script, and the app if it is not the usual one: `follow (instagram)`."""
        return work(self.script, self.options.app)

    @property
    def title(self) -> str:
        """What the task does, in a few words: `follow @demo_north`."""
        return f"{self.work} {self.target}" if self.target else self.work


def work(script: str, app: str) -> str:
    """A script, and the app if it is not the usual one: `follow (instagram)`."""
    return script if app == DEFAULT_APP else f"{script} ({app})"


def lane_name(device: str | None, username: str | None) -> str:
    """The name of the queue of a device, or of an account where no device is known."""
    return device or (account(username) if username else "")


def lane_shown(device: str | None, username: str | None) -> str:
    """A device and the account as which it works, for people: `R58M123ABC @brand_se`."""
    return f"{device} {account(username)}" if device and username else lane_name(device, username)


def task_key(campaign: str, entry: str, nominal: str, doer: str, target: str | None) -> str:
    """A task's stable identity, readable: `campaign/entry/nominal/doer[/target]`, where the doer is a device, or an
    account such as `tiktok:@brand_se`, which keeps its key when it moves to another phone.

    Due instants, spread and jitter are never in it. Slashes and blanks inside a part are percent-encoded.
    """
    return with_target("/".join(map(_key_part, (campaign, entry, nominal, doer))), target)


def with_target(key: str, target: str | None) -> str:
    """The key of the task for a target, from that of its occurrence and doer without any."""
    return key if target is None else f"{key}/{_key_part(target)}"


@lru_cache(maxsize=16384)
def _key_part(text: str) -> str:
    return quote(text, safe="@:+[]!$&'()*,;=~")


LEAVE_OPEN = "leave_open"
"""The evidence of an effect about which nobody is asked if it cannot be told whether it happened."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One change made to the outside world, as the ledger holds it. `account` is the one as which the attempt worked,
    `app` the app of that account; None if the attempt did not know."""

    id: int
    task_key: str
    ordinal: int
    kind: str
    target: str | None
    state: EffectState
    evidence: Mapping[str, str]
    account: str | None = None
    app: str | None = None

    @property
    def is_left_open(self) -> bool:
        """Whether nobody can tell if it happened, and nobody is asked."""
        return self.state is EffectState.UNCERTAIN and LEAVE_OPEN in self.evidence

    @property
    def asks_somebody(self) -> bool:
        """Whether nobody knows yet if it happened, and the runner or a person has to find out."""
        return self.state.is_unsettled and not self.is_left_open


Touch = Mapping[str, Any]
"""Where a step touched the screen, in parts of its width and height, from 0 to 1: `{"kind": "tap", "x": 0.5, "y": 0.25,
"box": [0.4, 0.2, 0.6, 0.3], "after_s": 0.8}`, where `box` is the element (left, top, right, bottom) if there is one; a
swipe also has `x2` and `y2`, where it ended. `after_s` is how long after the step began. A step that touches more than
once has the first touch, how many `times` it did so, and in `more` the other places, if it did so elsewhere.

It is true of the screen as it was before: of the picture of the step that ended last before this one began."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of an attempt that has ended.

    `source` is `path:line` of the flow file; `screenshot` a JPEG, `hierarchy` the screen's XML (kept when a step
    fails), `touch` where it touched the screen, if it did.
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
    touch: Touch | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended, in words that a person can act on. `again` says whether another may follow a failed one;
    after one that needs a person none does. `kind` tells programs what the message is about, where one asks.
    `phone_failed` says that the phone was there, and did not do what it was asked: whatever the task, it may again."""

    outcome: AttemptOutcome
    message: str = ""
    hint: str | None = None
    needs_person: bool = False
    not_before: datetime | None = None
    again: Again = Again.RETRY
    kind: ReasonKind | None = None
    phone_failed: bool = False
