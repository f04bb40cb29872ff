"""One account on phones of two hosts: one task at a time, and the other one goes on as soon as it may."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from desk import DONE, LONG_S, Desk, LaneBackend
from test_declared_accounts import follow_as_named, named

from runner.errors import HeldBack
from runner.execution.executor import Executor
from runner.execution.recovery import take_lanes
from runner.journals import Journal, StopSignal
from runner.reasons import ReasonKind
from runner.store.ledger import Ledger
from runner.tasks import AttemptOutcome, EffectState, Outcome, Task, TaskState


def host(desk: Desk, name: str, *lanes: str) -> Desk:
    """The desk of a host that holds these lanes."""
    ledger = Ledger(desk.ledger._database, desk.clock)
    ledger.fence.begin(ledger.hosts.register(name, machine=name, version="1"))
    take_lanes(ledger, lanes)
    return Desk(ledger, desk.clock, desk.artifacts, limits=desk.limits)


@contextmanager
def both(
    north: Desk, first: LaneBackend, south: Desk, second: LaneBackend
) -> Iterator[tuple[Executor, Executor]]:
    with ExitStack() as stack:
        yield (
            stack.enter_context(north.executor(first, [])),
            stack.enter_context(south.executor(second, [])),
        )


def test_an_account_that_works_on_another_host_is_waited_for(desk: Desk) -> None:
    one, two = named(desk, ("A", "@us", "@1"), ("B", "@us", "@2"))
    north, south = host(desk, "north", "A"), host(desk, "south", "B")
    works, may_end, over = threading.Event(), threading.Event(), threading.Event()

    def slowly(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        journal.works_as("tiktok", "@us")
        works.set()
        assert may_end.wait(LONG_S)
        return DONE

    def next_one(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        outcome = follow_as_named(task, journal, stop)
        if outcome is DONE:
            over.set()
        return outcome

    with both(north, LaneBackend(slowly), south, LaneBackend(next_one)) as (first, second):
        first.submit([one])
        assert works.wait(LONG_S)
        second.submit([two])
        assert second.wait_until_idle(LONG_S)
        row = desk.row("@2")
        assert (row.state, row.reason_kind) == (TaskState.PENDING, ReasonKind.ACCOUNT_BUSY)
        assert row.reason == "account @us is busy on A of the host north"
        may_end.set()
        assert over.wait(LONG_S), "it does not wait for an instant: the clock stands still"
        assert first.wait_until_idle(LONG_S) and second.wait_until_idle(LONG_S)
    assert desk.states() == {"@1": TaskState.COMPLETED, "@2": TaskState.COMPLETED}


def test_what_another_host_has_in_doubt_as_an_account_is_waited_for(desk: Desk) -> None:
    one, two = named(desk, ("A", "@us", "@1"), ("B", "@us", "@2"))
    north, south = host(desk, "north", "A"), host(desk, "south", "B")
    attempt = north.ledger.attempts.start_all([one.key], north.ledger.fence.of("A"))[one.key]
    about = (attempt.id, one.key, "follow", "@1", "A", "@us", {}, "tiktok")
    effect = north.ledger.effects.begin(*about, hold=north.ledger.fence.of("A"))
    cut_off = Outcome(AttemptOutcome.INTERRUPTED)
    north.ledger.attempts.finish(attempt.id, cut_off, TaskState.PENDING)
    north.ledger.fence.let_go(["A"])
    south_backend = LaneBackend(follow_as_named)
    with south.executor(south_backend, [two], holding=south.ledger.fence) as executor:
        assert executor.wait_until_idle(LONG_S)
        row = desk.row("@2")
        assert (row.state, row.reason_kind) == (TaskState.PENDING, ReasonKind.IN_DOUBT)
        looked_up = f"in doubt: whether the follow of {one.key} happened is looked up first"
        assert row.reason == f"{looked_up}, on A of the host north"
        desk.ledger.effects.settle(effect, EffectState.REFUTED, {})
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
    assert desk.row("@2").state is TaskState.COMPLETED


def test_the_last_place_of_a_limit_is_taken_once(desk: Desk) -> None:
    desk.limits = {"min_gap": "0s", "per_account": {"per_day": {"follow": 1}}}
    one, two = desk.add(("A", "@1"), ("B", "@2"))
    north, south = host(desk, "north", "A"), host(desk, "south", "B")
    meet = threading.Barrier(2, timeout=LONG_S)

    def at_once(task: Task, journal: Journal, stop: StopSignal) -> Outcome:
        meet.wait()
        try:
            made = journal.committing("follow", task.target, "@us", {})
        except HeldBack as error:
            return Outcome(
                AttemptOutcome.HELD_BACK, error.message, not_before=error.not_before, kind=error.kind
            )
        journal.settle(made, EffectState.COMMITTED, {})
        return DONE

    with both(north, LaneBackend(at_once), south, LaneBackend(at_once)) as (first, second):
        first.submit([one])
        second.submit([two])
        assert first.wait_until_idle(LONG_S) and second.wait_until_idle(LONG_S)
    assert sorted(row.state for row in desk.rows()) == [TaskState.COMPLETED, TaskState.PENDING]
    waiting = next(row for row in desk.rows() if row.state is TaskState.PENDING)
    assert waiting.reason.startswith("1 of 1 follow by @us")
