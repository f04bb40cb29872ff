"""Lanes, limits, holds and stops, on a ledger in memory and a backend that does as it is told."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runner.clock import ManualClock
from runner.errors import AppMissing, HeldBack
from runner.events import Event, TaskFinished, TaskWaiting
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.recovery import settle_interrupted
from runner.planning.limits import effective_limits
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.tasks import (
    AttemptOutcome,
    EffectState,
    Journal,
    Listener,
    Occurrence,
    Outcome,
    StopSignal,
    Task,
    TaskState,
    task_key,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DONE = Outcome(AttemptOutcome.COMPLETED)
Behaviour = Callable[[Task, Journal], Outcome]


@dataclass
class ScriptedBackend:
    """Does for each task what the test says."""

    behaviour: Behaviour
    performed: list[str] = field(default_factory=list)

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        self.performed.append(task.key)
        return self.behaviour(task, journal)

    def close(self) -> None:
        return None


def follow(task: Task, journal: Journal) -> Outcome:
    """Make the one effect that the task is for."""
    effect = journal.committing("follow", task.target, "@own", {"button": "Follow"})
    journal.settle(effect, EffectState.COMMITTED, {"button": "Following"})
    return DONE


@dataclass
class Desk:
    """A ledger with tasks in it and an executor over a scripted backend."""

    ledger: Ledger
    clock: ManualClock
    artifacts: Artifacts
    events: list[Event] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    limits: Mapping[str, Any] = field(default_factory=lambda: {"min_gap": "0s"})

    def add(self, *devices_and_targets: tuple[str, str]) -> list[Task]:
        occurrence = Occurrence("demo", "greet", "run:1", "manual", NOON)
        tasks = [
            make_task(device, target, number) for number, (device, target) in enumerate(devices_and_targets)
        ]
        version = self.ledger.record_campaign("demo", "demo.yaml", "text", None)
        self.ledger.add_occurrences(version, [occurrence], tasks, "1")
        return tasks

    def run(self, behaviour: Behaviour, tasks: list[Task], patience_s: float = 900) -> ScriptedBackend:
        backend = ScriptedBackend(behaviour)
        limits = {"demo": effective_limits(self.limits)}
        limiter = Limiter(self.ledger, limits, UTC, self.clock)
        sink = self.events.append
        Executor(self.ledger, self.artifacts, backend, limiter, self.clock, sink, self.stop, patience_s).run(
            tasks
        )
        return backend

    def states(self) -> dict[str, TaskState]:
        return {row.task.target or "": row.state for row in self.ledger.tasks(run_id="1")}


def make_task(device: str, target: str, ordinal: int) -> Task:
    return Task(
        key=task_key("demo", "greet", "run:1", device, target),
        campaign="demo",
        entry="greet",
        script="follow",
        backend="device",
        device=device,
        username=None,
        target=target,
        nominal="run:1",
        ordinal=ordinal,
        due_utc=NOON,
        timeout_s=600,
        config={"target_users": [target]},
    )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = ManualClock(NOON)
    with Ledger.open("sqlite://", clock) as ledger:
        yield Desk(ledger, clock, Artifacts(tmp_path))


def test_a_lane_keeps_the_order_of_its_tasks(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), ("B", "@2"), ("A", "@3"), ("A", "@4"))
    performed = desk.run(follow, tasks).performed
    assert [key for key in performed if "/A/" in key] == [tasks[0].key, tasks[2].key, tasks[3].key]
    assert set(desk.states().values()) == {TaskState.COMPLETED}


def test_lanes_run_side_by_side(desk: Desk) -> None:
    both = threading.Barrier(2, timeout=20)

    def meet(task: Task, journal: Journal) -> Outcome:
        both.wait()
        return DONE

    desk.run(meet, desk.add(("A", "@1"), ("B", "@2")))
    assert set(desk.states().values()) == {TaskState.COMPLETED}


def test_a_failed_task_does_not_stop_the_others(desk: Desk) -> None:
    def fail_first(task: Task, journal: Journal) -> Outcome:
        if task.target == "@1":
            raise AppMissing("no such app on A", hint="install it")
        return DONE

    desk.run(fail_first, desk.add(("A", "@1"), ("A", "@2"), ("B", "@3")))
    assert desk.states() == {"@1": TaskState.FAILED, "@2": TaskState.COMPLETED, "@3": TaskState.COMPLETED}
    failed = desk.ledger.tasks(run_id="1", states=[TaskState.FAILED])[0]
    assert (failed.reason, failed.hint) == ("no such app on A", "install it")


def test_the_gap_between_effects_is_waited_for(desk: Desk) -> None:
    desk.limits = {"min_gap": "90s"}
    desk.run(follow, desk.add(("A", "@1"), ("A", "@2")))
    assert desk.clock.now() == NOON + timedelta(seconds=90)
    assert set(desk.states().values()) == {TaskState.COMPLETED}
    assert any(isinstance(event, TaskWaiting) for event in desk.events)


def test_a_limit_that_is_far_away_leaves_the_task_pending_with_its_reason(desk: Desk) -> None:
    desk.limits = {"min_gap": "0s", "per_device": {"per_day": {"follow": 1}}}
    backend = desk.run(follow, desk.add(("A", "@1"), ("A", "@2")))
    assert len(backend.performed) == 1
    row = desk.ledger.tasks(run_id="1", states=[TaskState.PENDING])[0]
    assert row.task.target == "@2"
    assert "limits.per_device.per_day.follow" in row.reason
    assert row.not_before == NOON + timedelta(hours=12)


def test_a_limit_of_the_account_counts_on_every_phone(desk: Desk) -> None:
    desk.limits = {"min_gap": "0s", "per_account": {"per_day": {"follow": 1}}}

    def hold_back(task: Task, journal: Journal) -> Outcome:
        try:
            return follow(task, journal)
        except HeldBack as error:
            return Outcome(AttemptOutcome.HELD_BACK, error.message, not_before=error.not_before)

    desk.run(hold_back, desk.add(("A", "@1"), ("B", "@2")))
    assert sorted(desk.states().values()) == [TaskState.COMPLETED, TaskState.PENDING]


def test_a_screen_for_a_person_holds_the_phone_and_leaves_the_rest_pending(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), ("A", "@2"), ("B", "@3"))

    def ask(task: Task, journal: Journal) -> Outcome:
        if task.device == "A":
            return Outcome(AttemptOutcome.FAILED, "the app asks for a login", needs_person=True)
        return DONE

    desk.run(ask, tasks)
    assert desk.states() == {"@1": TaskState.FAILED, "@2": TaskState.PENDING, "@3": TaskState.COMPLETED}
    assert "on hold: the app asks for a login" in desk.ledger.tasks(run_id="1")[1].reason
    desk.ledger.release_holds("A")
    desk.run(follow, [tasks[1]])
    assert desk.states()["@2"] is TaskState.COMPLETED


def test_an_effect_that_can_still_be_verified_keeps_its_task_open(desk: Desk) -> None:
    def lose_the_phone(task: Task, journal: Journal) -> Outcome:
        journal.committing("follow", task.target, "@own", {})
        return Outcome(AttemptOutcome.FAILED, "A is not connected")

    desk.run(lose_the_phone, desk.add(("A", "@1")))
    row = desk.ledger.tasks(run_id="1")[0]
    assert (row.state, row.reason) == (TaskState.PENDING, "A is not connected")


def test_a_stop_leaves_what_has_not_begun_pending(desk: Desk) -> None:
    def stop(task: Task, journal: Journal) -> Outcome:
        desk.stop.set()
        return Outcome(AttemptOutcome.STOPPED, "stopped on request")

    backend = desk.run(stop, desk.add(("A", "@1"), ("A", "@2")))
    assert len(backend.performed) == 1
    assert set(desk.states().values()) == {TaskState.PENDING}


def test_a_bug_in_one_lane_lets_the_others_end_and_is_told(desk: Desk) -> None:
    def break_down(task: Task, journal: Journal) -> Outcome:
        if task.device == "A":
            raise ZeroDivisionError("a bug")
        return DONE

    with pytest.raises(ZeroDivisionError):
        desk.run(break_down, desk.add(("A", "@1"), ("B", "@2")))
    assert desk.states()["@2"] is TaskState.COMPLETED


def test_what_a_dead_process_left_running_is_pending_again(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with Ledger.open(url, clock) as ledger:
        task = Desk(ledger, clock, Artifacts(tmp_path)).add(("A", "@1"))[0]
        attempt = ledger.start_attempt(task.key)
        ledger.begin_effect(attempt.id, task.key, "follow", "@1", "A", "@own", {})
    with Ledger.open(url, clock) as ledger:
        assert settle_interrupted(ledger) == 1
        row = ledger.tasks(run_id="1")[0]
        assert row.state is TaskState.PENDING
        assert [effect.state for effect in ledger.effects(task.key)] == [EffectState.COMMITTING]
        assert settle_interrupted(ledger) == 0


def test_every_ending_is_told(desk: Desk) -> None:
    desk.run(follow, desk.add(("A", "@1")))
    ending = desk.events[-1]
    assert isinstance(ending, TaskFinished)
    assert (ending.lane, ending.state) == ("A", TaskState.COMPLETED)
