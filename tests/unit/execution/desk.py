"""A ledger with tasks, and executors over backends that do what a test says."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from runner.backends.backend import Problem
from runner.clock import ManualClock
from runner.errors import RunnerError
from runner.events import Event
from runner.execution.executor import Executor
from runner.execution.holding import Holding
from runner.execution.limiter import Limiter
from runner.execution.state import Mode
from runner.journals import BatchJournal, Journal, Listener, StopSignal
from runner.planning.limits import effective_limits
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.rows import TaskRow
from runner.tasks import AttemptOutcome, EffectState, Occurrence, Outcome, Task, TaskState, task_key

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DONE = Outcome(AttemptOutcome.COMPLETED)
FAILED = Outcome(AttemptOutcome.FAILED, "no such button")
LONG_S = 20.0
"""No test waits this long, unless something is wrong."""

Behaviour = Callable[[Task, Journal, StopSignal], Outcome]


@dataclass
class LaneBackend:
    """Does for each task what the test says; `problems` are the answer of `check`."""

    behaviour: Behaviour
    performed: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    error: RunnerError | None = None
    looks: int = 0

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        self.looks += 1
        if self.error is not None:
            raise self.error
        return list(self.problems)

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        self.performed.append(task.target or "")
        return self.behaviour(task, journal, stop)

    def close(self) -> None:
        return None


@dataclass
class BatchOf(LaneBackend):
    """Carries out many tasks as the test says; `batches` are the targets of each call."""

    behaviour: Any = None
    together: Callable[[Sequence[Task], BatchJournal], None] = lambda tasks, journal: None
    batches: list[list[str]] = field(default_factory=list)

    def perform_batch(self, tasks: Sequence[Task], journal: BatchJournal) -> None:
        self.batches.append([task.target or "" for task in tasks])
        self.together(tasks, journal)


def follow(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
    """Make the one effect that the task is for."""
    effect = journal.committing("follow", task.target, "@own", {"button": "Follow"})
    journal.settle(effect, EffectState.COMMITTED, {"button": "Following"})
    return DONE


def nothing(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
    return DONE


def outcomes(*given: Outcome) -> Callable[[Task, Journal, StopSignal], Outcome]:
    """Each attempt ends with the next of these."""
    left = list(given)
    return lambda task, journal, stop: left.pop(0)


@dataclass
class Desk:
    """`limits` are those of the campaign `demo`."""

    ledger: Ledger
    clock: ManualClock
    artifacts: Artifacts
    events: list[Event] = field(default_factory=list)
    limits: Mapping[str, Any] = field(default_factory=lambda: {"min_gap": "0s"})

    def add(self, *places_and_targets: tuple[str, str], entry: str = "greet", **changes: Any) -> list[Task]:
        """Record tasks that follow users, in this order; a place that begins with `@` is an account."""
        occurrence = Occurrence("demo", entry, "run:1", "manual", NOON)
        tasks = [
            replace(make_task(place, target, number, entry), **changes)
            for number, (place, target) in enumerate(places_and_targets)
        ]
        version = self.ledger.campaigns.record("demo", "demo.yaml", "text", None)
        self.ledger.occurrences.add(version, [occurrence], tasks, "1")
        return tasks

    @contextmanager
    def executor(
        self,
        backend: LaneBackend,
        tasks: Sequence[Task | TaskRow],
        mode: Mode | None = None,
        *,
        is_started: bool = True,
        holding: Holding | None = None,
    ) -> Iterator[Executor]:
        """An executor at work on these tasks, or about to be started."""
        executor = Executor(
            ledger=self.ledger,
            artifacts=self.artifacts,
            backends={"batch" if isinstance(backend, BatchOf) else "device": backend},
            limiter=Limiter(
                self.ledger.effects, lambda campaign: effective_limits(self.limits), UTC, self.clock
            ),
            clock=self.clock,
            sink=self.events.append,
            mode=mode or Mode.daemon(),
            holding=holding,
        )
        executor.submit(tasks)
        if is_started:
            executor.start()
        try:
            yield executor
        finally:
            executor.close()

    def run(self, behaviour: Behaviour, tasks: Sequence[Task], patience_s: float = 900) -> LaneBackend:
        """Carry out a run by hand to its end; the clock is moved to the instants that tasks wait for."""
        backend = LaneBackend(behaviour)
        with self.executor(backend, tasks, Mode.manual(patience_s)) as executor:
            while not executor.wait_until_done(0):
                assert executor.wait_until_idle(LONG_S)
                self.pass_time(executor)
        return backend

    def pass_time(self, executor: Executor, seconds: float | None = None) -> None:
        """Let time pass; without `seconds`, to the next instant that a task waits for."""
        if seconds is None:
            waiting = [row.not_before for row in self.rows() if row.not_before is not None]
            ahead = [instant for instant in waiting if instant > self.clock.now()]
            seconds = (min(ahead) - self.clock.now()).total_seconds() if ahead else 0
        self.clock.advance(seconds)
        assert executor.wait_until_idle(LONG_S)

    def rows(self) -> list[TaskRow]:
        return self.ledger.tasks.all(run_id="1")

    def row(self, target: str) -> TaskRow:
        return next(row for row in self.rows() if row.task.target == target)

    def states(self) -> dict[str, TaskState]:
        return {row.task.target or "": row.state for row in self.rows()}

    def told(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def make_task(place: str, target: str, ordinal: int, entry: str = "greet") -> Task:
    is_account = place.startswith("@")
    return Task(
        key=task_key("demo", entry, "run:1", place, target),
        campaign="demo",
        entry=entry,
        script="follow",
        backend="device",
        device=None if is_account else place,
        username=place if is_account else None,
        target=target,
        nominal="run:1",
        ordinal=ordinal,
        due_utc=NOON,
        timeout_s=600,
        config={"target_users": [target]},
    )
