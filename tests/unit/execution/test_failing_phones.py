"""A phone that fails repeatedly is held back, and gets another try: the count, the growing wait, who ends it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from desk import DONE, FAILED, LONG_S, NOON, Desk, LaneBackend, nothing, outcomes

from runner.errors import LedgerError
from runner.execution.failing_phones import Patience
from runner.reasons import ReasonKind
from runner.tasks import Again, AttemptOutcome, Outcome, RetryRule, TaskState

BROKEN = Outcome(AttemptOutcome.FAILED, "A: could not tap: no answer in time", phone_failed=True)
MINUTE = timedelta(minutes=1)
USERS = [f"@{number}" for number in range(6)]


def on(serial: str, count: int) -> list[tuple[str, str]]:
    return [(serial, user) for user in USERS[:count]]


def test_three_failures_in_a_row_hold_the_phone_back_and_one_task_is_tried_then(desk: Desk) -> None:
    tasks = desk.add(*on("A", 6), grace_s=86400)
    backend = LaneBackend(outcomes(BROKEN, BROKEN, BROKEN, BROKEN, DONE, DONE))
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        assert len(backend.performed) == 3
        (hold,) = desk.ledger.holds.current()
        assert (hold.device, hold.until_utc) == ("A", NOON + 10 * MINUTE)
        assert hold.reason == (
            "3 attempts in a row have failed because of the phone, the latest: A: could not tap: no answer in time; "
            "one task is tried from 2026-11-21 12:10:00+00:00 on"
        )
        row = desk.row("@3")
        assert (row.state, row.reason_kind) == (TaskState.PENDING, ReasonKind.ON_HOLD)
        assert row.reason == f"A is on hold: {hold.reason}" and row.not_before == NOON + 10 * MINUTE
        desk.pass_time(executor, 599)
        assert len(backend.performed) == 3
        desk.pass_time(executor, 1)
        assert len(backend.performed) == 4  # one, and not the two that wait behind it
        (again,) = desk.ledger.holds.current()
        assert (again.id, again.until_utc) == (hold.id, NOON + 30 * MINUTE)
        desk.pass_time(executor, 1200)
        assert len(backend.performed) == 6
    assert desk.ledger.holds.current() == [] and desk.ledger.holds.failing() == {}
    assert desk.ledger.holds.of("A")[0].released_utc == NOON + 30 * MINUTE


def test_the_lanes_of_other_phones_go_on(desk: Desk) -> None:
    tasks = desk.add(*on("A", 5), *[("B", f"@b{number}") for number in range(5)])
    backend = LaneBackend(lambda task, journal, stop: BROKEN if task.device == "A" else DONE)
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
    states = desk.states()
    assert {states[f"@b{number}"] for number in range(5)} == {TaskState.COMPLETED}
    assert [states[user] for user in USERS[:5]] == [TaskState.FAILED] * 3 + [TaskState.PENDING] * 2


@pytest.mark.parametrize(
    "between",
    [
        DONE,
        FAILED,
        Outcome(AttemptOutcome.FAILED, "went on", again=Again.GO_ON),
    ],
)
def test_a_phone_that_answers_in_between_is_not_held_back(desk: Desk, between: Outcome) -> None:
    tasks = desk.add(*on("A", 5))
    backend = LaneBackend(outcomes(BROKEN, BROKEN, between, BROKEN, BROKEN))
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert len(backend.performed) == 5 and desk.ledger.holds.current() == []


@pytest.mark.parametrize(
    "between",
    [
        Outcome(AttemptOutcome.UNCERTAIN, "it may have happened"),
        Outcome(AttemptOutcome.FAILED, "not installed", again=Again.NEVER),
    ],
)
def test_what_says_nothing_of_the_phone_neither_counts_nor_ends_the_row(desk: Desk, between: Outcome) -> None:
    tasks = desk.add(*on("A", 6))
    backend = LaneBackend(outcomes(BROKEN, between, BROKEN, between, BROKEN, DONE))
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert len(backend.performed) == 5
    (hold,) = desk.ledger.holds.current()
    assert hold.until_utc == NOON + 10 * MINUTE


def test_attempts_that_could_not_begin_count_and_cost_no_retry(desk: Desk) -> None:
    away = replace(BROKEN, again=Again.WHEN_BACK)
    backend = LaneBackend(lambda task, journal, stop: away)
    with desk.executor(backend, desk.add(("A", "@1"), grace_s=86400)) as executor:
        assert executor.wait_until_idle(LONG_S)
        for _ in range(2):
            desk.pass_time(executor)
        assert len(backend.performed) == 3
        (hold,) = desk.ledger.holds.current()
        desk.pass_time(executor, 590)
        assert len(backend.performed) == 3 and desk.row("@1").not_before == hold.until_utc
        desk.pass_time(executor, 10)
        assert len(backend.performed) == 4
    row = desk.row("@1")
    assert (row.state, row.tries) == (TaskState.PENDING, 0)


def test_a_run_by_hand_leaves_the_tasks_of_a_held_phone_for_later(desk: Desk) -> None:
    backend = desk.run(lambda task, journal, stop: BROKEN, desk.add(*on("A", 5)), patience_s=60)
    assert len(backend.performed) == 3
    assert desk.states()["@3"] is TaskState.PENDING


def test_the_count_and_the_hold_outlast_the_process(desk: Desk) -> None:
    tasks = desk.add(*on("A", 6), grace_s=86400)
    first = LaneBackend(outcomes(BROKEN))
    with desk.executor(first, tasks[:1]) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert desk.ledger.holds.failing() == {"A": 1}
    second = LaneBackend(outcomes(BROKEN, BROKEN))
    with desk.executor(second, tasks[1:4]) as executor:
        assert executor.wait_until_idle(LONG_S)
    assert len(second.performed) == 2
    third = LaneBackend(outcomes(DONE, DONE))
    with desk.executor(third, desk.rows()[3:5]) as executor:
        assert executor.wait_until_idle(LONG_S)
        assert third.performed == []
        desk.pass_time(executor, 600)
        assert len(third.performed) == 2
    assert desk.ledger.holds.failing() == {}


def test_a_person_who_releases_the_phone_ends_the_row_too(desk: Desk) -> None:
    tasks = desk.add(*on("A", 6))
    backend = LaneBackend(outcomes(BROKEN, BROKEN, BROKEN, BROKEN, BROKEN, DONE))
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        assert len(backend.performed) == 3
        desk.ledger.holds.release("A")
        executor.refresh()
        assert executor.wait_until_idle(LONG_S)
    assert len(backend.performed) == 6 and desk.ledger.holds.current() == []


def test_the_hold_of_a_person_stays_when_the_phone_works_again(desk: Desk) -> None:
    tasks = desk.add(*on("A", 5), grace_s=86400)
    with desk.executor(LaneBackend(outcomes(BROKEN, BROKEN, BROKEN)), tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        desk.ledger.holds.place("A", "a new screen is being fitted")
        executor.refresh()
        desk.pass_time(executor, 3600)
    assert "A is on hold: a new screen" in desk.row("@3").reason
    desk.ledger.holds.phone_worked("A")
    assert [hold.reason for hold in desk.ledger.holds.current()] == ["a new screen is being fitted"]


def test_retries_of_one_task_count_as_others_do(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), ("A", "@2"), retry=RetryRule(3, 30), grace_s=86400)
    backend = LaneBackend(outcomes(BROKEN, DONE, BROKEN, BROKEN, BROKEN))
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        assert desk.states()["@2"] is TaskState.COMPLETED
        for _ in range(2):
            desk.pass_time(executor)
    assert len(backend.performed) == 4 and desk.ledger.holds.failing() == {"A": 2}


@pytest.mark.parametrize(
    ("patience", "failures", "rest_s"),
    [
        (Patience(), 2, None),
        (Patience(), 3, 600),
        (Patience(), 5, 2400),
        (Patience(), 100, 14400),
        (Patience(failures=1, first_s=60), 1, 60),
        (Patience(failures=0), 50, None),
        (Patience(first_s=86400), 9, 86400),
    ],
)
def test_the_wait_doubles_up_to_its_longest(patience: Patience, failures: int, rest_s: float | None) -> None:
    assert patience.rest_s(failures) == rest_s


def test_a_ledger_that_fails_ends_the_executor_and_not_the_phone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(device: str) -> int:
        raise LedgerError("the disk is full")

    monkeypatch.setattr(desk.ledger.holds, "phone_failed", fail)
    with pytest.raises(LedgerError, match="disk is full"):
        desk.run(lambda task, journal, stop: BROKEN, desk.add(("A", "@1")))
    assert desk.states() == {"@1": TaskState.RUNNING}


def test_a_phone_that_works_costs_no_write(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(type(desk.ledger.holds), "phone_worked")
    desk.run(nothing, desk.add(*on("A", 3)))
    assert set(desk.states().values()) == {TaskState.COMPLETED}
