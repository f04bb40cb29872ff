"""What an executor does with the tasks of a lane that its host has lost: it leaves them, and its other lanes go on."""

import logging

import pytest
from desk import DONE, LONG_S, BatchOf, Desk, LaneBackend, follow

from runner.errors import LeaseLost
from runner.execution.recovery import take_lanes
from runner.journals import Intent, Journal, Settlement, StopSignal
from runner.store.leases import HOST_LEASE
from runner.store.ledger import Ledger
from runner.tasks import AttemptOutcome, EffectState, Outcome, Task, TaskState


def begin_host(desk: Desk, *lanes: str) -> None:
    desk.ledger.fence.begin(desk.ledger.hosts.register("north", machine="m", version="1"))
    assert take_lanes(desk.ledger, lanes) == sorted(lanes)


def take_away(desk: Desk, *lanes: str) -> Ledger:
    """Another host takes lanes of this one, which has given them back."""
    lease = desk.ledger.fence.lease
    assert lease is not None
    desk.ledger.lane_leases.release(lease, lanes)
    other = Ledger(desk.ledger._database, desk.clock)
    other.fence.begin(other.hosts.register("south", machine="s", version="1"))
    take_lanes(other, lanes)
    return other


class Losing:
    """Makes the effect of each task; on the way to `@lost` its lane is lost at one of three points."""

    def __init__(self, desk: Desk, point: str) -> None:
        self.desk, self.point = desk, point
        self.taps: list[str] = []

    def __call__(self, task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        self._reach("begin", task)
        effect = journal.committing("follow", task.target, "@own", {})
        self._reach("tap", task)
        journal.be_sure()
        self.taps.append(task.target or "")
        self._reach("settle", task)
        journal.settle(effect, EffectState.COMMITTED, {})
        self._reach("finish", task)
        return DONE

    def _reach(self, point: str, task: Task) -> None:
        if (task.target, point) == ("@lost", self.point):
            take_away(self.desk, "A")
            if point == "tap":  # it has not heard yet: only its own clock can tell
                self.desk.ledger.fence.let_go(["A"])


@pytest.mark.parametrize(
    ("point", "tapped", "effects"),
    [
        ("begin", False, []),
        ("tap", False, [EffectState.COMMITTING]),
        ("settle", True, [EffectState.COMMITTING]),
        ("finish", True, [EffectState.COMMITTED]),
    ],
)
def test_a_lane_that_is_lost_is_left_and_the_others_go_on(
    desk: Desk, point: str, tapped: bool, effects: list[EffectState], caplog: pytest.LogCaptureFixture
) -> None:
    begin_host(desk, "A", "B")
    tasks = desk.add(("A", "@lost"), ("A", "@behind"), ("B", "@1"), ("B", "@2"))
    behaviour = Losing(desk, point)
    with desk.executor(LaneBackend(behaviour), tasks) as executor, caplog.at_level(logging.WARNING):
        assert executor.wait_until_idle(LONG_S)
        assert executor.state().waiting == {}
        (more,) = desk.add(("B", "@3"), entry="later")
        executor.submit([more])
        assert executor.wait_until_idle(LONG_S)
    assert desk.states() | {"@3": desk.row("@3").state} == {
        "@lost": TaskState.PENDING,
        "@behind": TaskState.PENDING,
        **dict.fromkeys(["@1", "@2", "@3"], TaskState.COMPLETED),
    }
    assert behaviour.taps.count("@lost") == tapped
    assert [one.state for one in desk.ledger.effects.of(tasks[0].key)] == effects
    record = desk.ledger.tasks.record_of(tasks[0].key)
    assert record is not None
    assert [one.outcome for one in record.attempts] == [AttemptOutcome.INTERRUPTED]
    assert f"{tasks[0].key}: left as it is: " in caplog.text


def test_a_task_of_a_lane_that_was_lost_is_carried_out_when_it_is_taken_again(desk: Desk) -> None:
    begin_host(desk, "A")
    tasks = desk.add(("A", "@1"), ("A", "@2"))
    backend = LaneBackend(follow)
    desk.ledger.fence.let_go(["A"])
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        assert (backend.performed, set(desk.states().values())) == ([], {TaskState.PENDING})
        assert take_lanes(desk.ledger, ["A"]) == ["A"]
        executor.submit(desk.ledger.tasks.pending())
        assert executor.wait_until_idle(LONG_S)
    assert backend.performed == ["@1", "@2"]
    assert set(desk.states().values()) == {TaskState.COMPLETED}


def test_nothing_is_done_once_the_lease_of_the_host_may_be_over(desk: Desk) -> None:
    begin_host(desk, "A", "B")
    tasks = desk.add(("A", "@1"), ("B", "@2"))

    def outlive(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        journal.committing("follow", task.target, None, {})
        desk.clock.advance(HOST_LEASE.total_seconds())
        journal.be_sure()
        raise AssertionError("it taps")

    with desk.executor(LaneBackend(outlive), tasks[:1]) as executor:
        assert executor.wait_until_idle(LONG_S)
        executor.submit(tasks[1:])
        assert executor.wait_until_idle(LONG_S)
    assert desk.states() == {"@1": TaskState.RUNNING, "@2": TaskState.PENDING}


def test_a_batch_whose_backend_another_host_calls_is_left(desk: Desk) -> None:
    begin_host(desk, "backend batch")
    tasks = desk.add(("A", "@1"), ("@x", "@2"), backend="batch")
    lost = []

    def call(given: list[Task], journal) -> None:
        begun = journal.committing([Intent(task.key, "follow", task.target, None, {}) for task in given])
        first, second = (task.key for task in given)
        journal.finish({first: DONE}, [Settlement(begun[first][0], EffectState.COMMITTED, {})])
        take_away(desk, "backend batch")
        try:
            journal.settle([Settlement(begun[second][0], EffectState.COMMITTED, {})])
        except LeaseLost as error:
            lost.append(error)
            journal.be_sure()

    with desk.executor(BatchOf(together=call), tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        assert executor.state().running == ()
    assert len(lost) == 1
    assert desk.states() == {"@1": TaskState.COMPLETED, "@2": TaskState.RUNNING}
    assert [one.state for one in desk.ledger.effects.of(tasks[1].key)] == [EffectState.COMMITTING]
