"""Lanes, limits, holds and ends of a run by hand, on a ledger in memory."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from claims import claim
from desk import DONE, LONG_S, NOON, Desk, LaneBackend, follow, nothing

from runner.clock import ManualClock
from runner.errors import AppMissing, HeldBack, LedgerError
from runner.events import TaskFinished, TaskStarted, TaskWaiting
from runner.execution.recovery import settle_interrupted
from runner.execution.state import Mode
from runner.reports.task_hints import hint_of_task
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.request_rows import CommandKind
from runner.tasks import AttemptOutcome, EffectState, Outcome, TaskState


def test_a_lane_keeps_the_order_of_its_tasks(desk: Desk) -> None:
    performed = desk.run(follow, desk.add(("A", "@1"), ("B", "@2"), ("A", "@3"), ("A", "@4"))).performed
    assert [target for target in performed if target != "@2"] == ["@1", "@3", "@4"]
    assert set(desk.states().values()) == {TaskState.COMPLETED}


def test_tasks_go_by_their_due_instants_before_the_order_in_which_they_were_recorded(desk: Desk) -> None:
    late = desk.add(("A", "@1"), due_utc=NOON - timedelta(minutes=1))
    early = desk.add(("A", "@2"), entry="first", due_utc=NOON - timedelta(minutes=2))
    assert desk.run(follow, [*late, *early]).performed == ["@2", "@1"]


def test_a_task_is_not_begun_before_it_is_due(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), due_utc=NOON + timedelta(seconds=90))
    backend = LaneBackend(nothing)
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S) and not backend.performed
        desk.pass_time(executor, 89)
        assert not backend.performed
        desk.pass_time(executor, 1)
    assert backend.performed == ["@1"]


def test_lanes_run_side_by_side(desk: Desk) -> None:
    both = threading.Barrier(2, timeout=LONG_S)

    def meet(task, journal, stop):
        both.wait()
        return DONE

    desk.run(meet, desk.add(("A", "@1"), ("B", "@2")))
    assert set(desk.states().values()) == {TaskState.COMPLETED}


def test_a_task_that_is_submitted_twice_is_done_once(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"))
    assert desk.run(follow, [*tasks, *desk.rows(), *tasks]).performed == ["@1"]


def test_a_failed_task_does_not_stop_the_others(desk: Desk) -> None:
    def fail_first(task, journal, stop):
        if task.target == "@1":
            raise AppMissing("no such app on A", hint="install it")
        return DONE

    desk.run(fail_first, desk.add(("A", "@1"), ("A", "@2"), ("B", "@3")))
    assert desk.states() == {"@1": TaskState.FAILED, "@2": TaskState.COMPLETED, "@3": TaskState.COMPLETED}
    assert (desk.row("@1").reason, desk.row("@1").hint) == ("no such app on A", "install it")


def test_the_gap_between_effects_is_waited_for(desk: Desk) -> None:
    desk.limits = {"min_gap": "90s"}
    desk.run(follow, desk.add(("A", "@1"), ("A", "@2")))
    assert desk.clock.now() == NOON + timedelta(seconds=90)
    assert set(desk.states().values()) == {TaskState.COMPLETED}
    assert [event.key for event in desk.told(TaskWaiting)] == [desk.row("@2").task.key]


def test_a_limit_that_is_far_away_leaves_the_task_pending_with_its_reason(desk: Desk) -> None:
    desk.limits = {"min_gap": "0s", "per_device": {"per_day": {"follow": 1}}}
    backend = desk.run(follow, desk.add(("A", "@1"), ("A", "@2"), ("A", "@3")))
    assert backend.performed == ["@1"]
    for target in ("@2", "@3"):
        row = desk.row(target)
        assert row.state is TaskState.PENDING
        assert "limits.per_device.per_day.follow" in row.reason
        assert row.not_before == NOON + timedelta(hours=12)


def test_a_limit_of_the_account_counts_on_every_phone(desk: Desk) -> None:
    desk.limits = {"min_gap": "0s", "per_account": {"per_day": {"follow": 1}}}

    def hold_back(task, journal, stop):
        try:
            return follow(task, journal, stop)
        except HeldBack as error:
            return Outcome(AttemptOutcome.HELD_BACK, error.message, not_before=error.not_before)

    desk.run(hold_back, desk.add(("A", "@1"), ("B", "@2")))
    assert sorted(desk.states().values()) == [TaskState.COMPLETED, TaskState.PENDING]


def test_a_screen_for_a_person_holds_the_phone_and_leaves_the_rest_pending(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), ("A", "@2"), ("B", "@3"))

    def ask(task, journal, stop):
        if task.device == "A":
            return Outcome(AttemptOutcome.FAILED, "the app asks for a login", needs_person=True)
        return DONE

    desk.run(ask, tasks)
    assert desk.states() == {"@1": TaskState.FAILED, "@2": TaskState.PENDING, "@3": TaskState.COMPLETED}
    assert desk.row("@2").reason == "A is on hold: the app asks for a login"
    desk.ledger.holds.release("A")
    desk.run(follow, [tasks[1]])
    assert desk.states()["@2"] is TaskState.COMPLETED


def test_an_effect_that_can_still_be_verified_keeps_its_task_open(desk: Desk) -> None:
    def lose_the_phone(task, journal, stop):
        journal.committing("follow", task.target, "@own", {})
        return Outcome(AttemptOutcome.FAILED, "A is not connected")

    desk.run(lose_the_phone, desk.add(("A", "@1")))
    assert (desk.row("@1").state, desk.row("@1").reason) == (TaskState.PENDING, "A is not connected")


def test_a_drain_leaves_what_has_not_begun_pending(desk: Desk) -> None:
    began = threading.Event()

    def wait_for_stop(task, journal, stop):
        began.set()
        assert stop.wait(LONG_S)
        return Outcome(AttemptOutcome.STOPPED, "stopped on request")

    backend = LaneBackend(wait_for_stop)
    with desk.executor(backend, desk.add(("A", "@1"), ("A", "@2")), Mode.manual()) as executor:
        assert began.wait(LONG_S)
        assert executor.drain(LONG_S) and executor.wait_until_done(0)
    assert backend.performed == ["@1"]
    assert set(desk.states().values()) == {TaskState.PENDING}


def test_a_drain_does_not_wait_for_ever(desk: Desk) -> None:
    began, go_on = threading.Event(), threading.Event()

    def hang(task, journal, stop):
        began.set()
        go_on.wait(LONG_S)
        return DONE

    with desk.executor(LaneBackend(hang), desk.add(("A", "@1"))) as executor:
        assert began.wait(LONG_S)
        assert not executor.drain(0.01)
        go_on.set()
        assert executor.drain(LONG_S)


def test_a_bug_in_one_lane_lets_the_others_end_and_is_told(desk: Desk) -> None:
    other_began = threading.Event()

    def break_down(task, journal, stop):
        if task.device == "A":
            assert other_began.wait(LONG_S)
            raise ZeroDivisionError("a bug")
        other_began.set()
        return DONE

    with pytest.raises(ZeroDivisionError):
        desk.run(break_down, desk.add(("A", "@1"), ("B", "@2")))
    assert desk.states() == {"@1": TaskState.FAILED, "@2": TaskState.COMPLETED}
    assert "ZeroDivisionError: a bug" in desk.row("@1").reason


def test_a_bug_does_not_end_a_daemon(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    def break_down(task, journal, stop):
        return DONE if task.target == "@2" else 1 / 0

    with desk.executor(LaneBackend(break_down), desk.add(("A", "@1"), ("A", "@2"))) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert desk.states() == {"@1": TaskState.FAILED, "@2": TaskState.COMPLETED}
    assert "a bug in the runner ended the attempt" in caplog.text


def test_a_ledger_that_fails_ends_the_run_and_leaves_the_attempt_open(desk: Desk) -> None:
    def fill_the_disk(task, journal, stop):
        raise LedgerError("the disk is full")

    with pytest.raises(LedgerError, match="disk is full"):
        desk.run(fill_the_disk, desk.add(("A", "@1"), ("A", "@2")))
    assert desk.states() == {"@1": TaskState.RUNNING, "@2": TaskState.PENDING}


def test_a_task_that_was_cancelled_meanwhile_is_not_begun(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), ("A", "@2"))

    def cancel_the_next(task, journal, stop):
        desk.ledger.tasks.cancel([tasks[1].key], "no longer wanted")
        return DONE

    assert desk.run(cancel_the_next, tasks).performed == ["@1"]
    assert desk.states()["@2"] is TaskState.CANCELLED


def test_the_end_of_a_task_and_the_claim_of_the_next_are_one_transaction(desk: Desk) -> None:
    def transactions(entry: str, count: int) -> int:
        tasks = desk.add(*(("A", f"@{number}") for number in range(count)), entry=entry)
        before = desk.ledger._database.transactions
        desk.run(nothing, tasks)
        return desk.ledger._database.transactions - before

    assert transactions("four", 4) - transactions("one", 1) == 3
    assert set(desk.states().values()) == {TaskState.COMPLETED}
    kinds = [type(event) for event in desk.events if isinstance(event, TaskStarted | TaskFinished)]
    assert kinds == [TaskStarted, TaskFinished] * 5, "an end is told before the next task is"


def test_a_follower_that_must_wait_keeps_no_end_from_being_written(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), ("A", "@2"))

    def hold_the_phone(task, journal, stop):
        if task.target == "@1":
            desk.ledger.holds.place("A", "the screen is locked")
            executor.refresh()
        return DONE

    backend = LaneBackend(hold_the_phone)
    with desk.executor(backend, tasks, is_started=False) as executor:
        executor.start()
        assert executor.wait_until_idle(LONG_S)
        assert desk.states() == {"@1": TaskState.COMPLETED, "@2": TaskState.PENDING}
        desk.ledger.holds.release("A")
        executor.refresh()
        assert executor.wait_until_done(LONG_S)
    assert backend.performed == ["@1", "@2"]


def test_a_task_of_a_backend_that_is_not_there_fails_with_what_to_do(desk: Desk) -> None:
    desk.run(nothing, desk.add(("A", "@1"), backend="elsewhere"))
    assert desk.row("@1").state is TaskState.FAILED
    assert "no backend 'elsewhere'" in desk.row("@1").reason and desk.row("@1").hint


def test_what_a_dead_process_left_running_is_pending_again(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with Ledger.open(url, clock) as ledger:
        task = Desk(ledger, clock, Artifacts(tmp_path)).add(("A", "@1"))[0]
        attempt = claim(ledger, task.key)
        ledger.effects.begin(attempt.id, task.key, "follow", "@1", "A", "@own", {})
    with Ledger.open(url, clock) as ledger:
        assert settle_interrupted(ledger) == 1
        row = ledger.tasks.all(run_id="1")[0]
        assert (row.state, row.tries) == (TaskState.PENDING, 0)
        assert [effect.state for effect in ledger.effects.of(task.key)] == [EffectState.COMMITTING]
        assert settle_interrupted(ledger) == 0


@pytest.mark.parametrize(
    ("begins", "backend", "state"),
    [
        (False, "device", TaskState.CANCELLED),
        (True, "device", TaskState.UNCERTAIN),
        (True, "local_api", TaskState.PENDING),
    ],
)
def test_a_stop_that_a_dead_process_had_answered_is_not_forgotten(
    tmp_path: Path, begins: bool, backend: str, state: TaskState
) -> None:
    clock = ManualClock(NOON)
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with Ledger.open(url, clock) as ledger:
        desk = Desk(ledger, clock, Artifacts(tmp_path))
        stopped, other = desk.add(("A", "@1"), ("B", "@2"), backend=backend)
        ledger.commands.answer(
            ledger.commands.request(CommandKind.STOP_TASK, other.key, "anna@shelf"),
            "it neither runs nor waits",
        )
        clock.advance(60)
        attempt = claim(ledger, stopped.key)
        claim(ledger, other.key)
        if begins:
            ledger.effects.begin(attempt.id, stopped.key, "follow", "@1", "A", "@own", {})
        ledger.commands.answer(
            ledger.commands.request(CommandKind.STOP_TASK, stopped.key, "anna@shelf"), "it stops soon"
        )
    with Ledger.open(url, clock) as ledger:
        assert settle_interrupted(ledger) == 2
        rows = {row.task.key: row for row in ledger.tasks.all()}
        asked_again = [command.subject for command in ledger.commands.open()]
    assert asked_again == ([stopped.key] if state is TaskState.PENDING else [])
    assert rows[stopped.key].state is state
    assert rows[stopped.key].reason.startswith("stopped on request") is (state is not TaskState.PENDING)
    assert rows[other.key].state is TaskState.PENDING


def test_a_stop_outlives_one_process_after_another(tmp_path: Path) -> None:
    """Each asks again for what the one before had answered, though that was asked before its attempt began."""
    clock, url = ManualClock(NOON), f"sqlite:///{tmp_path / 'ledger.db'}"
    with Ledger.open(url, clock) as ledger:
        (task,) = Desk(ledger, clock, Artifacts(tmp_path)).add(("A", "@1"), backend="local_api")
        attempt = claim(ledger, task.key)
        ledger.effects.begin(attempt.id, task.key, "follow", "@1", "A", "@own", {})
        ledger.commands.answer(
            ledger.commands.request(CommandKind.STOP_TASK, task.key, "anna@shelf"), "it stops soon"
        )
    for _ in range(3):
        clock.advance(60)
        with Ledger.open(url, clock) as ledger:
            assert settle_interrupted(ledger) == 1
            (again,) = ledger.commands.open()
            assert again.subject == task.key
            clock.advance(60)
            claim(ledger, task.key)
            clock.advance(1)
            ledger.commands.answer(again.id, "it stops soon")


def test_what_a_dead_process_had_stopped_and_could_not_tell_is_uncertain(tmp_path: Path) -> None:
    clock, url = ManualClock(NOON), f"sqlite:///{tmp_path / 'ledger.db'}"
    with Ledger.open(url, clock) as ledger:
        (task,) = Desk(ledger, clock, Artifacts(tmp_path)).add(("A", "@1"))
        attempt = claim(ledger, task.key)
        effect = ledger.effects.begin(attempt.id, task.key, "follow", "@1", "A", "@own", {})
        ledger.commands.answer(
            ledger.commands.request(CommandKind.STOP_TASK, task.key, "anna@shelf"), "it stops soon"
        )
        ledger.effects.settle(effect, EffectState.UNCERTAIN, {})
    with Ledger.open(url, clock) as ledger:
        settle_interrupted(ledger)
        (row,) = ledger.tasks.all()
    assert row.state is TaskState.UNCERTAIN and "may have happened" in row.reason and hint_of_task(row)


@pytest.mark.parametrize("begun", [EffectState.COMMITTING, EffectState.UNCERTAIN, EffectState.REFUTED])
def test_what_is_cancelled_while_it_waits_may_have_been_done(desk: Desk, begun: EffectState) -> None:
    """Only a person can say then, and `resolve` is how."""
    (task,) = desk.add(("A", "@1"))
    attempt = claim(desk.ledger, task.key)
    effect = desk.ledger.effects.begin(attempt.id, task.key, "follow", "@1", "A", "@own", {})
    if begun is not EffectState.COMMITTING:
        desk.ledger.effects.settle(effect, begun, {})
    desk.ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.INTERRUPTED), TaskState.PENDING)
    assert desk.ledger.tasks.cancel([task.key], "stopped on request by anna@shelf") == 1
    row = desk.row("@1")
    if begun is EffectState.REFUTED:
        assert (row.state, row.reason) == (TaskState.CANCELLED, "stopped on request by anna@shelf")
    else:
        assert row.state is TaskState.UNCERTAIN and "may have happened" in row.reason and hint_of_task(row)
        assert desk.ledger.tasks.resolve(task.key, True, "anna@shelf").state is TaskState.COMPLETED


def test_what_an_earlier_attempt_left_open_is_looked_up_though_a_limit_forbids_the_effect(
    desk: Desk,
) -> None:
    desk.limits = {"min_gap": "90s"}
    task = desk.add(("A", "@1"))[0]
    attempt = claim(desk.ledger, task.key)
    desk.ledger.effects.begin(attempt.id, task.key, "follow", "@1", "A", "@own", {})
    desk.ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.INTERRUPTED), TaskState.PENDING)

    def look_up(task, journal, stop):
        (effect,) = journal.effects()
        journal.settle(effect.id, EffectState.COMMITTED, {})
        return DONE

    desk.run(look_up, desk.rows())
    assert desk.states() == {"@1": TaskState.COMPLETED} and desk.clock.now() == NOON


def test_every_beginning_and_ending_is_told(desk: Desk) -> None:
    desk.clock.advance(3)
    desk.run(follow, desk.add(("A", "@1")))
    (began,), (ended,) = desk.told(TaskStarted), desk.told(TaskFinished)
    assert (began.lane, began.attempt, began.late_s) == ("A", 1, 3.0)
    assert (ended.lane, ended.state) == ("A", TaskState.COMPLETED)
