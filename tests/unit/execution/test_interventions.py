"""What people ask for while a daemon is at work: pauses, holds, stops, retries."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from desk import DONE, FAILED, LONG_S, NOON, Desk, LaneBackend, follow, nothing, outcomes

from runner.errors import HeldBack
from runner.events import Event, TaskWaiting
from runner.reports.task_hints import hint_of_task
from runner.store.request_rows import CommandKind, PauseScope
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome, RetryRule, TaskState

MINUTE = timedelta(minutes=1)


def test_a_pause_keeps_tasks_from_beginning_until_it_ends(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), ("B", "@2"))
    desk.ledger.pauses.begin(PauseScope.DEVICE, "A", "anna")
    with desk.executor(LaneBackend(nothing), tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        assert desk.states() == {"@1": TaskState.PENDING, "@2": TaskState.COMPLETED}
        assert desk.row("@1").reason == "paused since 2026-11-21 12:00:00+00:00 by anna"
        desk.ledger.pauses.end()
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
    assert desk.states()["@1"] is TaskState.COMPLETED


@pytest.mark.parametrize(("scope", "subject"), [(PauseScope.ALL, None), (PauseScope.CAMPAIGN, "demo")])
def test_a_paused_task_is_missed_when_its_grace_is_over(desk: Desk, scope: PauseScope, subject: str) -> None:
    desk.ledger.pauses.begin(scope, subject, "anna")
    with desk.executor(LaneBackend(nothing), desk.add(("A", "@1"), grace_s=60)) as executor:
        assert executor.wait_until_idle(LONG_S)
        desk.pass_time(executor, 60)
    assert desk.row("@1").state is TaskState.MISSED and "paused since" in desk.row("@1").reason


def test_a_hold_that_is_released_lets_the_phone_go_on(desk: Desk) -> None:
    desk.ledger.holds.place("A", "the app asks for a login")
    with desk.executor(LaneBackend(nothing), desk.add(("A", "@1"))) as executor:
        assert executor.wait_until_idle(LONG_S) and desk.states() == {"@1": TaskState.PENDING}
        desk.ledger.holds.release("A")
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
    assert desk.states() == {"@1": TaskState.COMPLETED}


class Meanwhile(list[Event]):
    """The events of a desk; when the first of a kind is told, something is done at once."""

    def __init__(self, kind: type[Event], do: Callable[[], None]) -> None:
        super().__init__()
        self._kind, self._do = kind, [do]

    def append(self, event: Event) -> None:
        super().append(event)
        if isinstance(event, self._kind) and self._do:
            self._do.pop()()


def test_a_hold_that_is_released_while_a_task_is_refused_for_it_keeps_nothing_back(desk: Desk) -> None:
    desk.ledger.holds.place("A", "the app asks for a login")

    def release() -> None:
        desk.ledger.holds.release("A")
        executor.refresh()

    desk.events = Meanwhile(TaskWaiting, release)
    with desk.executor(LaneBackend(nothing), desk.add(("A", "@1")), is_started=False) as executor:
        executor.start()
        assert executor.wait_until_idle(LONG_S)
    assert desk.states() == {"@1": TaskState.COMPLETED}


def test_a_limit_that_is_lifted_while_an_attempt_meets_it_keeps_nothing_back(desk: Desk) -> None:
    desk.limits = {"min_gap": "0s", "per_account": {"per_day": {"follow": 1}}}
    desk.run(follow, desk.add(("B", "@0"), entry="before"))

    def lift(task, journal, stop):
        try:
            return follow(task, journal, stop)
        except HeldBack as error:
            desk.limits = {"min_gap": "0s"}
            executor.wake()
            return Outcome(AttemptOutcome.HELD_BACK, error.message, not_before=error.not_before)

    backend = LaneBackend(lift)
    with desk.executor(backend, desk.add(("A", "@1")), is_started=False) as executor:
        executor.start()
        assert executor.wait_until_idle(LONG_S)
    assert desk.row("@1").state is TaskState.COMPLETED and backend.performed == ["@1", "@1"]


def test_what_a_person_is_needed_to_verify_goes_on_when_the_hold_is_released(desk: Desk) -> None:
    def begin_and_ask(task, journal, stop):
        for effect in journal.effects():
            journal.settle(effect.id, EffectState.COMMITTED, {})
            return DONE
        journal.committing("follow", task.target, "@own", {})
        return Outcome(
            AttemptOutcome.FAILED, "not verified: a login", needs_person=True, again=Again.WHEN_BACK
        )

    with desk.executor(LaneBackend(begin_and_ask), desk.add(("A", "@1"))) as executor:
        assert executor.wait_until_idle(LONG_S) and desk.states() == {"@1": TaskState.PENDING}
        assert [hold.device for hold in desk.ledger.holds.current()] == ["A"]
        desk.ledger.holds.release("A")
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
    assert desk.states() == {"@1": TaskState.COMPLETED}


def stop_when_asked(began: threading.Event):
    def behaviour(task, journal, stop):
        began.set()
        assert stop.wait(LONG_S)
        return Outcome(AttemptOutcome.STOPPED, "stopped on request, before anything was made")

    return behaviour


def test_a_task_that_is_stopped_is_cancelled(desk: Desk) -> None:
    began = threading.Event()
    tasks = desk.add(("A", "@1"), ("A", "@2"), ("B", "@3"), due_utc=NOON)
    desk.ledger.pauses.begin(PauseScope.DEVICE, "B", "anna")
    running, _, paused = tasks
    with desk.executor(LaneBackend(stop_when_asked(began)), [paused]) as executor:
        assert executor.wait_until_idle(LONG_S)
        executor.submit([running])
        assert began.wait(LONG_S)
        asked = [desk.ledger.commands.request(CommandKind.STOP_TASK, task.key, "anna") for task in tasks]
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
    assert set(desk.states().values()) == {TaskState.CANCELLED}
    assert {row.reason for row in desk.rows()} == {"stopped on request"}
    answers = [desk.ledger.commands.get(number) for number in asked]
    assert [command.answer for command in answers if command] == [
        "it stops at its next step",
        "it had not begun, and is cancelled",
        "it had not begun, and is cancelled",
    ]


def test_a_stopped_task_whose_effect_is_open_is_uncertain(desk: Desk) -> None:
    began = threading.Event()

    def stop_midway(task, journal, stop):
        journal.committing("follow", task.target, "@own", {})
        return stop_when_asked(began)(task, journal, stop)

    tasks = desk.add(("A", "@1"))
    with desk.executor(LaneBackend(stop_midway), tasks) as executor:
        assert began.wait(LONG_S)
        desk.ledger.commands.request(CommandKind.STOP_TASK, tasks[0].key, "anna")
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
    assert desk.row("@1").state is TaskState.UNCERTAIN and "resolve" in (hint_of_task(desk.row("@1")) or "")


def test_a_stop_of_everything_lets_tasks_go_on_after_the_pause(desk: Desk) -> None:
    began = threading.Event()
    backend = LaneBackend(stop_when_asked(began))
    with desk.executor(backend, desk.add(("A", "@1"))) as executor:
        assert began.wait(LONG_S)
        desk.ledger.pauses.begin(PauseScope.ALL, None, "anna")
        desk.ledger.commands.request(CommandKind.STOP_ALL, None, "anna")
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
        assert (desk.row("@1").state, desk.row("@1").tries) == (TaskState.PENDING, 0)
        backend.behaviour = nothing
        desk.ledger.pauses.end()
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
    assert desk.states() == {"@1": TaskState.COMPLETED}


def test_tasks_that_another_process_recorded_are_taken(desk: Desk) -> None:
    with desk.executor(LaneBackend(nothing), []) as executor:
        desk.add(("A", "@1"))
        desk.ledger.commands.request(CommandKind.TASKS_ADDED, None, "anna")
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
        assert desk.states() == {"@1": TaskState.COMPLETED}
        assert not desk.ledger.commands.open()


def test_a_task_that_a_person_retries_has_all_its_tries_again(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), retry=RetryRule(1, 30))
    with desk.executor(LaneBackend(outcomes(FAILED, FAILED, FAILED, DONE)), tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        desk.pass_time(executor)
        assert desk.states() == {"@1": TaskState.FAILED}
        desk.ledger.tasks.retry(tasks[0].key)
        desk.ledger.commands.request(CommandKind.TASKS_ADDED, tasks[0].key, "anna")
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
        assert (desk.row("@1").state, desk.row("@1").attempts) == (TaskState.PENDING, 3)
        desk.pass_time(executor)
    assert (desk.row("@1").state, desk.row("@1").attempts) == (TaskState.COMPLETED, 4)
