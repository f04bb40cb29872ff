"""What became of an effect, written together with the end of its attempt."""

import pytest
from desk import DONE, FAILED, LONG_S, Desk, LaneBackend

from runner.errors import LedgerError
from runner.events import EffectSettled, TaskFinished
from runner.execution.state import Mode
from runner.journals import Journal, StopSignal
from runner.tasks import EffectState, Outcome, Task, TaskState


@pytest.mark.parametrize("is_last", [True, False], ids=["nothing follows", "a task follows"])
def test_it_is_written_with_the_end_and_told_before_it(desk: Desk, is_last: bool) -> None:
    tasks = desk.add(*[("A", "@1"), ("A", "@2")][: 1 if is_last else 2])

    def behaviour(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        effect = journal.committing("follow", task.target, "@own", {"button": "Follow"})
        journal.settle(effect, EffectState.COMMITTED, {"button": "Following"}, at_end=True)
        (row,) = desk.ledger.effects.of(task.key)
        assert row.state is EffectState.COMMITTING
        return DONE

    with desk.executor(LaneBackend(behaviour), tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
    for task in tasks:
        (row,) = desk.ledger.effects.of(task.key)
        assert (row.state, row.evidence) == (EffectState.COMMITTED, {"button": "Following"})
        assert desk.row(task.target or "").state is TaskState.COMPLETED
        told = [event for event in desk.events if isinstance(event, EffectSettled | TaskFinished)]
        own = [type(event) for event in told if event.key == task.key]
        assert own == [EffectSettled, TaskFinished]


def test_an_end_that_is_no_good_one_counts_it_too(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), ("A", "@2"))

    def behaviour(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        state = EffectState.REFUTED if task.target == "@1" else EffectState.COMMITTED
        journal.settle(journal.committing("follow", task.target, "@own", {}), state, {}, at_end=True)
        return FAILED

    with desk.executor(LaneBackend(behaviour), tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
    states = [desk.ledger.effects.of(task.key)[0].state for task in tasks]
    assert states == [EffectState.REFUTED, EffectState.COMMITTED]
    # What is refuted may be tried again; what has happened is never repeated.
    assert desk.row("@1").state is TaskState.FAILED
    assert desk.row("@2").state is not TaskState.PENDING


def test_without_the_end_it_stays_in_doubt(desk: Desk) -> None:
    (task,) = desk.add(("A", "@1"))

    def behaviour(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        effect = journal.committing("follow", task.target, "@own", {})
        journal.settle(effect, EffectState.COMMITTED, {}, at_end=True)
        raise LedgerError("the disk is full")

    with desk.executor(LaneBackend(behaviour), [task], Mode.manual()) as executor, pytest.raises(LedgerError):
        executor.wait_until_done(LONG_S)
    assert desk.ledger.effects.in_doubt([task.key]) == {task.key}
