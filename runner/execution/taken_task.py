"""A task in the hands of a worker: what is known of its attempt, and how its end is written down and told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from runner.backends.material import Looks
from runner.clock import Clock
from runner.events import EventSink, TaskFinished, TaskStarted
from runner.execution.accounts import Accounts
from runner.execution.doubts import Doubts
from runner.execution.failing_phones import FailingPhones
from runner.execution.lanes import Waiting
from runner.execution.limiter import Limiter
from runner.execution.requests import StopRequest
from runner.execution.retry import Ended, Next, what_follows
from runner.execution.state import Mode, Running
from runner.journals import Settlement
from runner.store.artifacts import Artifacts
from runner.store.fence import be_sure
from runner.store.leases import LaneHold
from runner.store.ledger import Ledger
from runner.store.rows import Attempt, AttemptEnd
from runner.tasks import EffectState, Outcome, Task


@dataclass(slots=True)
class Lifts:
    """How often the board has looked again at everything that is held back."""

    count: int = 0


@dataclass(frozen=True, slots=True)
class ExecutionContext:
    """The parts of an executor that every attempt needs."""

    ledger: Ledger
    artifacts: Artifacts
    limiter: Limiter
    accounts: Accounts
    doubts: Doubts
    failing: FailingPhones
    clock: Clock
    sink: EventSink
    mode: Mode
    lifts: Lifts = field(default_factory=Lifts)
    looks: Looks = field(default_factory=Looks)


@dataclass(slots=True, eq=False)
class TakenTask:
    """A task that was taken from its lane. It has an attempt as soon as it has been claimed in the ledger.

    `hold` is that of its lane, under which it was claimed, where hosts share the ledger.

    `started` and `deadline` are on the clock's monotonic seconds; `away_since` is set if its phone was away before;
    `lifts` is their count from before the gate was asked: a refusal from before a lift counts no longer; `bug` is the
    bug that ended the attempt.
    """

    waiting: Waiting
    stop: StopRequest = field(default_factory=StopRequest)
    attempt: Attempt | None = None
    hold: LaneHold | None = None
    started: float = 0.0
    deadline: float | None = None
    step: tuple[int, int, str] = (0, 0, "")
    away_since: datetime | None = None
    lifts: int = 0
    is_told_overdue: bool = False
    bug: Exception | None = None

    task: Task = field(init=False)
    key: str = field(init=False)

    def __post_init__(self) -> None:
        self.task, self.key = self.waiting.task, self.waiting.task.key

    @property
    def claimed(self) -> Attempt:
        assert self.attempt is not None
        return self.attempt

    def be_sure(self) -> None:
        """Raise LeaseLost if another host may work in its lane by now."""
        be_sure(self.hold)

    def running(self) -> Running:
        attempt, task = self.claimed, self.task
        return Running(
            task.key, task.lane, task.title, attempt.number, *self.step, attempt.started_utc, self.deadline
        )


Ends = Sequence[tuple[TakenTask, Next]]


def claim(context: ExecutionContext, taken_tasks: Sequence[TakenTask], *, begins: bool) -> list[TakenTask]:
    """Start an attempt at each task that is still pending, in one transaction; returns those. They are of one lane of
    hosts.

    `begins` says that the time allowed for it begins now; for a batch it begins when the other side says so.
    """
    hold = context.ledger.fence.of(taken_tasks[0].waiting.lane.of_hosts)
    attempts = context.ledger.attempts.start_all([taken.key for taken in taken_tasks], hold)
    for taken in taken_tasks:
        taken.hold = hold
    claimed = [taken for taken in taken_tasks if taken.key in attempts]
    begun(context, claimed, attempts, begins=begins)
    return claimed


def begun(
    context: ExecutionContext, claimed: Sequence[TakenTask], attempts: Mapping[str, Attempt], *, begins: bool
) -> None:
    """Note and tell the attempts that have been started at tasks, by their keys; `begins` is as in `claim`."""
    now, monotonic = context.clock.now(), context.clock.monotonic()
    for taken in claimed:
        taken.attempt, taken.started = attempts[taken.key], monotonic
        taken.deadline = monotonic + taken.task.timeout_s if begins else None
        taken.waiting.tried = True
        free_utc = taken.waiting.free_utc or taken.task.due_utc
        late_s = max((now - free_utc).total_seconds(), 0.0)
        context.sink(TaskStarted(taken.key, taken.task.lane, taken.task.title, taken.claimed.number, late_s))


def decide(
    context: ExecutionContext,
    taken: TakenTask,
    outcome: Outcome,
    effects: Iterable[EffectState],
) -> Next:
    """What follows the end of an attempt, given the states of all effects of its task."""
    ended = Ended(
        task=taken.task,
        place=taken.waiting.lane.place,
        number=taken.claimed.number,
        tries=taken.claimed.tries,
        outcome=outcome,
        effects=tuple(effects),
        stopped=taken.stop.cancels,
        away_since=taken.away_since,
    )
    return what_follows(ended, context.clock.now(), context.limiter.zone, is_manual=context.mode.is_manual)


def finish(context: ExecutionContext, ends: Ends, settlements: Sequence[Settlement] = ()) -> None:
    """Write down how attempts ended, in one transaction. What needs a person holds its device first."""
    # The hold before the end: a process that dies in between must not leave a phone that nobody is told to look at.
    for taken, then in ends:
        taken.be_sure()
        if then.outcome.needs_person and taken.task.device is not None:
            context.ledger.holds.place(taken.task.device, then.outcome.message, taken.key)
    context.ledger.attempts.finish_all([_end(taken, then) for taken, then in ends], settlements)


def finish_and_claim(
    context: ExecutionContext,
    taken: TakenTask,
    then: Next,
    follower: TakenTask,
    settlements: Sequence[Settlement] = (),
) -> Attempt | None:
    """Write down how an attempt ended that needs nobody, and what became of effects, and claim another task, in one
    transaction; returns the attempt at that, or None if it is not pending any more."""
    follower.hold = context.ledger.fence.of(follower.waiting.lane.of_hosts)
    return context.ledger.attempts.finish_and_start(
        _end(taken, then), follower.key, settlements, hold=follower.hold
    )


def _end(taken: TakenTask, then: Next) -> AttemptEnd:
    return AttemptEnd(taken.claimed.id, then.outcome, then.state, then.reason or None, then.again_utc)


def tell_finished(context: ExecutionContext, ends: Ends) -> None:
    """Tell what has been written down."""
    monotonic = context.clock.monotonic()
    for taken, then in ends:
        outcome = replace(then.outcome, message=then.reason) if then.reason else then.outcome
        context.sink(TaskFinished(taken.key, taken.task.lane, then.state, outcome, monotonic - taken.started))
