"""What a daemon does with tasks that may not begin, or failed: waits, tries again, misses."""

import threading
from datetime import timedelta

import pytest
from desk import DONE, FAILED, LONG_S, NOON, Desk, LaneBackend, follow, nothing, outcomes

from runner.backends.backend import Problem
from runner.errors import AdbUnavailable, HeldBack
from runner.events import TaskFinished, TaskOverdue, TaskWaiting
from runner.store.request_rows import PauseScope
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome, RetryRule, TaskState

AWAY = Outcome(AttemptOutcome.FAILED, "A: adb lists it as offline", again=Again.WHEN_BACK)
MINUTE = timedelta(minutes=1)


# tried again


def test_a_failed_task_is_tried_again_after_a_wait_that_doubles(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), retry=RetryRule(2, 30))
    backend = LaneBackend(outcomes(FAILED, FAILED, FAILED))
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        row = desk.row("@1")
        assert (row.state, row.tries, row.not_before) == (TaskState.PENDING, 1, NOON + MINUTE / 2)
        assert row.reason == "attempt 1 failed: no such button; tried again at 2026-11-21 12:00:30+00:00"
        desk.pass_time(executor, 29)
        assert len(backend.performed) == 1
        desk.pass_time(executor, 1)
        assert len(backend.performed) == 2 and desk.row("@1").not_before == NOON + MINUTE * 1.5
        desk.pass_time(executor, 60)
    row = desk.row("@1")
    assert (row.state, row.attempts, row.reason) == (TaskState.FAILED, 3, "no such button")
    record = desk.ledger.tasks.record_of(row.task.key)
    assert record is not None
    assert [attempt.message for attempt in record.attempts] == ["no such button"] * 3


def test_a_task_that_waits_to_be_tried_again_lets_others_of_its_lane_go(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), ("A", "@2"), retry=RetryRule(1, 30))
    with desk.executor(LaneBackend(outcomes(FAILED, DONE, DONE)), tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        assert desk.states() == {"@1": TaskState.PENDING, "@2": TaskState.COMPLETED}
        desk.pass_time(executor)
    assert desk.states()["@1"] is TaskState.COMPLETED


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(AttemptOutcome.FAILED, "not installed", again=Again.NEVER),
        Outcome(AttemptOutcome.FAILED, "a login", needs_person=True),
    ],
)
def test_what_would_fail_alike_or_needs_a_person_is_not_tried_again(desk: Desk, outcome: Outcome) -> None:
    tasks = desk.add(("A", "@1"), retry=RetryRule(2, 30))
    with desk.executor(LaneBackend(outcomes(outcome)), tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert desk.states() == {"@1": TaskState.FAILED}


@pytest.mark.parametrize(
    ("state", "ends"),
    [
        (EffectState.REFUTED, TaskState.PENDING),
        (EffectState.COMMITTED, TaskState.FAILED),
        (EffectState.UNCERTAIN, TaskState.FAILED),
        (EffectState.COMMITTING, TaskState.PENDING),
        (EffectState.MADE, TaskState.PENDING),
    ],
)
def test_what_may_have_happened_is_not_tried_again(desk: Desk, state: EffectState, ends: TaskState) -> None:
    def fail_after_effect(task, journal, stop):
        effect = journal.committing("follow", task.target, "@own", {})
        journal.settle(effect, state, {})
        return FAILED

    tasks = desk.add(("A", "@1"), retry=RetryRule(2, 30))
    with desk.executor(LaneBackend(fail_after_effect), tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert desk.states() == {"@1": ends}


def test_tries_are_counted_over_a_restart_and_the_wait_goes_on(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), retry=RetryRule(1, 30))
    with desk.executor(LaneBackend(outcomes(FAILED)), tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
    backend = LaneBackend(outcomes(FAILED))
    with desk.executor(backend, desk.ledger.tasks.pending()) as executor:
        assert executor.wait_until_idle(LONG_S) and not backend.performed
        desk.pass_time(executor, 30)
    assert (desk.row("@1").state, desk.row("@1").attempts) == (TaskState.FAILED, 2)


# refused for now


def test_a_task_that_a_limit_holds_back_is_missed_when_its_grace_is_over(desk: Desk) -> None:
    desk.limits = {"min_gap": "0s", "per_device": {"per_day": {"follow": 1}}}
    tasks = desk.add(("A", "@1"), ("A", "@2"), ("A", "@3"), grace_s=600)
    with desk.executor(LaneBackend(follow), tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        assert (desk.row("@2").state, desk.row("@3").reason) == (TaskState.PENDING, "")
        assert desk.row("@2").not_before == NOON + 12 * 60 * MINUTE
        desk.pass_time(executor, 599)
        assert desk.states()["@2"] is TaskState.PENDING
        desk.pass_time(executor, 1)
    assert desk.states() == {"@1": TaskState.COMPLETED, "@2": TaskState.MISSED, "@3": TaskState.MISSED}
    assert "limits.per_device.per_day.follow" in desk.row("@2").reason
    assert [event.state for event in desk.told(TaskFinished)][1:] == [TaskState.MISSED] * 2


def test_a_task_that_only_queues_is_never_missed(desk: Desk) -> None:
    def take_an_hour(task, journal, stop):
        desk.clock.advance(3600)
        return DONE

    tasks = desk.add(("A", "@1"), ("A", "@2"), grace_s=60)
    with desk.executor(LaneBackend(take_an_hour), tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert set(desk.states().values()) == {TaskState.COMPLETED}


def test_a_task_that_a_limit_holds_back_lets_another_entry_go(desk: Desk) -> None:
    desk.limits = {"min_gap": "0s", "per_device": {"per_day": {"follow": 0}}}
    tasks = [*desk.add(("A", "@1")), *desk.add(("A", "@2"), entry="own", script="own")]
    with desk.executor(LaneBackend(nothing), tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert desk.states() == {"@1": TaskState.PENDING, "@2": TaskState.COMPLETED}


# a phone that is away


def test_a_phone_that_is_away_is_looked_for_without_new_attempts_until_it_is_back(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), ("A", "@2"))
    backend = LaneBackend(outcomes(AWAY, DONE, DONE))
    backend.problems = [Problem("A", "A: still offline", is_away=True)]
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        row = desk.row("@1")
        assert row.reason == "device A away since 2026-11-21 12:00:00+00:00: A: adb lists it as offline"
        assert (row.state, row.tries, row.not_before) == (TaskState.PENDING, 0, NOON + MINUTE / 4)
        looked = []
        for _ in range(4):
            desk.pass_time(executor)
            looked.append((desk.clock.now() - NOON).total_seconds())
        assert looked == [15, 45, 105, 165] and backend.looks == 4
        assert desk.row("@1").reason == "device A away since 2026-11-21 12:00:00+00:00: A: still offline"
        assert desk.row("@1").attempts == 1 and len(backend.performed) == 1
        backend.problems.clear()
        desk.pass_time(executor)
    assert set(desk.states().values()) == {TaskState.COMPLETED}
    assert (desk.row("@1").attempts, desk.row("@2").attempts, backend.looks) == (2, 1, 5)
    record = desk.ledger.tasks.record_of(tasks[0].key)
    assert record is not None and record.attempts[0].outcome is AttemptOutcome.HELD_BACK


def test_a_phone_that_stays_away_lets_its_tasks_be_missed(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), ("A", "@2"), ("B", "@3"), grace_s=60)
    backend = LaneBackend(lambda task, journal, stop: AWAY if task.device == "A" else DONE)
    backend.error = AdbUnavailable("no adb server")
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        for _ in range(3):
            desk.pass_time(executor)
    assert desk.states() == {"@1": TaskState.MISSED, "@2": TaskState.MISSED, "@3": TaskState.COMPLETED}
    assert desk.row("@2").reason == "device A away since 2026-11-21 12:00:00+00:00: no adb server"


@pytest.mark.parametrize("is_back", [True, False])
def test_what_waits_behind_another_entry_for_a_phone_is_missed_when_its_own_grace_is_over(
    desk: Desk, is_back: bool
) -> None:
    first = desk.add(("A", "@1"), grace_s=3600)
    tasks = [*first, *desk.add(("A", "@2"), entry="own", grace_s=40)]
    backend = LaneBackend(outcomes(AWAY, DONE, DONE))
    backend.problems = [Problem("A", "A: still offline", is_away=True)]
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        desk.pass_time(executor)
        if is_back:
            backend.problems.clear()
        desk.pass_time(executor)
    assert desk.states() == {
        "@1": TaskState.COMPLETED if is_back else TaskState.PENDING,
        "@2": TaskState.MISSED,
    }
    assert desk.row("@2").reason == "device A away since 2026-11-21 12:00:00+00:00: A: still offline"


def test_a_phone_that_is_back_without_the_app_fails_the_task(desk: Desk) -> None:
    gone = Outcome(AttemptOutcome.FAILED, "A: the app is not installed", again=Again.NEVER)
    backend = LaneBackend(outcomes(AWAY, gone))
    backend.problems = [Problem("A", "A: the app is not installed")]
    with desk.executor(backend, desk.add(("A", "@1"))) as executor:
        assert executor.wait_until_idle(LONG_S)
        desk.pass_time(executor)
    assert desk.states() == {"@1": TaskState.FAILED}


def test_a_task_whose_effect_is_open_is_not_missed_while_its_phone_is_away(desk: Desk) -> None:
    def lose_the_phone(task, journal, stop):
        if not journal.effects():
            journal.committing("follow", task.target, "@own", {})
        return AWAY

    tasks = desk.add(("A", "@1"), grace_s=60)
    backend = LaneBackend(lose_the_phone)
    backend.problems = [Problem("A", "A: still offline", is_away=True)]
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        for _ in range(5):
            desk.pass_time(executor)
    assert desk.states() == {"@1": TaskState.PENDING}


# accounts


def test_two_phones_never_work_as_one_account_at_the_same_time(desk: Desk) -> None:
    first_works, second_waits = threading.Event(), threading.Event()

    def work_as_one(task, journal, stop):
        if task.device == "B":
            assert first_works.wait(LONG_S)
        try:
            journal.works_as("tiktok", "@Brand" if task.device == "A" else "brand")
        except HeldBack as error:
            second_waits.set()
            return Outcome(AttemptOutcome.HELD_BACK, error.message, not_before=error.not_before)
        first_works.set()
        if task.device == "A":
            assert second_waits.wait(LONG_S)
            desk.clock.advance(0.5)
        return DONE

    backend = LaneBackend(work_as_one)
    with desk.executor(backend, desk.add(("A", "@1"), ("B", "@2"))) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert set(desk.states().values()) == {TaskState.COMPLETED}
    assert desk.clock.now() < NOON + timedelta(seconds=1)
    record = desk.ledger.tasks.record_of(desk.row("@2").task.key)
    assert record is not None
    assert record.attempts[0].message == "account @brand is busy on A"


# time


def test_a_hung_phone_is_told_once_and_stops_no_other_lane(desk: Desk) -> None:
    hangs, go_on = threading.Event(), threading.Event()

    def hang(task, journal, stop):
        if task.device == "A":
            hangs.set()
            assert go_on.wait(LONG_S)
        return DONE

    tasks = desk.add(("A", "@1"), ("B", "@2"), timeout_s=30)
    with desk.executor(LaneBackend(hang), tasks[:1]) as executor:
        assert hangs.wait(LONG_S)
        desk.clock.advance(89)
        assert executor.state().overdue == ()
        desk.clock.advance(2)
        executor.submit(tasks[1:])
        told = threading.Event()
        while not (desk.told(TaskOverdue) and desk.states()["@2"] is TaskState.COMPLETED):
            told.wait(0.01)
        assert executor.state().overdue == (tasks[0].key,)
        (running,) = executor.state().running
        assert (running.lane, running.title, running.deadline) == ("A", "follow @1", 30)
        go_on.set()
        assert executor.wait_until_idle(LONG_S)
    (overdue,) = desk.told(TaskOverdue)
    assert (overdue.lane, overdue.running_s, overdue.timeout_s) == ("A", 91, 30)


def test_a_clock_that_is_set_back_makes_nothing_wait_for_hours(desk: Desk) -> None:
    again = threading.Event()

    def fail_once(task, journal, stop):
        if desk.row("@1").attempts == 1:
            return FAILED
        again.set()
        return DONE

    tasks = desk.add(("A", "@1"), due_utc=NOON - 120 * MINUTE, retry=RetryRule(1, 30))
    with desk.executor(LaneBackend(fail_once), tasks) as executor:
        assert executor.wait_until_idle(LONG_S) and not again.is_set()
        desk.clock._now -= 60 * MINUTE
        assert again.wait(LONG_S)
        assert executor.wait_until_idle(LONG_S)
    assert desk.states() == {"@1": TaskState.COMPLETED}


def test_what_is_held_back_is_told_once(desk: Desk) -> None:
    desk.ledger.pauses.begin(PauseScope.ALL, None, "anna")
    with desk.executor(LaneBackend(nothing), desk.add(("A", "@1"))) as executor:
        for _ in range(3):
            executor.wake()
            assert executor.wait_until_idle(LONG_S)
    assert len(desk.told(TaskWaiting)) == 1
