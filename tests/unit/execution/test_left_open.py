"""Effects about which nobody is asked, and tasks that go on behind what earlier attempts have made."""

import threading
from datetime import UTC

import pytest
from claims import claim
from desk import DONE, LONG_S, NOON, Desk, LaneBackend

from runner.errors import LedgerRefusal
from runner.journals import Journal, StopSignal
from runner.reports.task_list import task_lines
from runner.store.request_rows import CommandKind
from runner.tasks import LEAVE_OPEN, Again, AttemptOutcome, EffectState, Outcome, RetryRule, Task, TaskState

STUCK = Outcome(AttemptOutcome.FAILED, "no such button", again=Again.GO_ON)
OPEN = {LEAVE_OPEN: "yes"}


def leave(desk: Desk, task: Task, state: EffectState, evidence: dict[str, str]) -> None:
    """An earlier attempt has made a like, and ended."""
    attempt = claim(desk.ledger, task.key)
    effect = desk.ledger.effects.begin(attempt.id, task.key, "like", "@card", "A", "@own", evidence)
    desk.ledger.effects.settle(effect, state, {})
    desk.ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.INTERRUPTED), TaskState.PENDING)


@pytest.mark.parametrize("evidence", [OPEN, {}], ids=["stays open", "asks"])
def test_what_stays_open_asks_nobody_when_its_task_is_cancelled(desk: Desk, evidence: dict[str, str]) -> None:
    (task,) = desk.add(("A", "@1"))
    leave(desk, task, EffectState.UNCERTAIN, evidence)
    desk.ledger.tasks.cancel([task.key], "stopped on request")
    assert desk.row("@1").state is (TaskState.CANCELLED if evidence else TaskState.UNCERTAIN)


def test_a_person_is_not_asked_to_settle_it_and_limits_count_it(desk: Desk) -> None:
    (task,) = desk.add(("A", "@1"))
    leave(desk, task, EffectState.UNCERTAIN, OPEN)
    desk.ledger.tasks.cancel([task.key], "stopped on request")
    with pytest.raises(LedgerRefusal, match="no effect that may or may not have happened"):
        desk.ledger.tasks.resolve(task.key, True, "anna@shelf")
    assert desk.ledger.effects.usage(device="A", account="@own", now=NOON).device == {"like": (NOON,)}
    assert desk.ledger.effects.doubts() == {}


class LikesThenEnds:
    """Makes one like for each attempt, the state of which is given, then ends as is said."""

    def __init__(self, state: EffectState, *ends: Outcome) -> None:
        self.state, self.ends = state, list(ends)

    def __call__(self, task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        card = f"@card_{len(journal.effects())}"
        made = journal.committing("like", card, "@own", OPEN)
        journal.settle(made, self.state, {})
        return self.ends.pop(0)


@pytest.mark.parametrize("state", [EffectState.COMMITTED, EffectState.UNCERTAIN, EffectState.REFUTED])
def test_an_attempt_that_goes_on_is_retried_whatever_it_has_made(desk: Desk, state: EffectState) -> None:
    (task,) = desk.add(("A", "@1"), retry=RetryRule(max=1, delay_s=0.0))
    with desk.executor(LaneBackend(LikesThenEnds(state, STUCK, DONE)), [task]) as executor:
        assert executor.wait_until_idle(LONG_S)
    row = desk.row("@1")
    assert (row.state, row.attempts, row.tries) == (TaskState.COMPLETED, 2, 1)


def test_its_tries_are_counted(desk: Desk) -> None:
    (task,) = desk.add(("A", "@1"), retry=RetryRule(max=1, delay_s=0.0))
    with desk.executor(LaneBackend(LikesThenEnds(EffectState.COMMITTED, STUCK, STUCK)), [task]) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert (desk.row("@1").state, desk.row("@1").attempts) == (TaskState.FAILED, 2)


def test_what_nobody_knows_is_not_gone_on_behind(desk: Desk) -> None:
    def likes(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        journal.settle(journal.committing("like", "@card", "@own", {}), EffectState.UNCERTAIN, {})
        return STUCK

    (task,) = desk.add(("A", "@1"), retry=RetryRule(max=1, delay_s=0.0))
    with desk.executor(LaneBackend(likes), [task]) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert (desk.row("@1").state, desk.row("@1").attempts) == (TaskState.FAILED, 1)


def test_a_task_that_a_person_stops_is_cancelled_though_something_stays_open(desk: Desk) -> None:
    (task,) = desk.add(("A", "@1"))
    stopped, running = Outcome(AttemptOutcome.STOPPED, "stopped on request"), threading.Event()

    def likes(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        running.set()
        assert stop.wait(LONG_S)
        return LikesThenEnds(EffectState.UNCERTAIN, stopped)(task, journal, stop)

    with desk.executor(LaneBackend(likes), [task]) as executor:
        assert running.wait(LONG_S)
        desk.ledger.commands.request(CommandKind.STOP_TASK, task.key, "anna@shelf")
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
    assert desk.row("@1").state is TaskState.CANCELLED
    record = desk.ledger.tasks.record_of(task.key)
    assert record is not None
    assert "effect      like @card_0: uncertain, which stays open" in list(task_lines(record, UTC))
