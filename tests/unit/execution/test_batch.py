"""Tasks that a backend takes many of with one call."""

import threading
import time
from datetime import timedelta

import pytest
from claims import claim
from desk import DONE, LONG_S, NOON, BatchOf, Desk

from runner.errors import TaskError
from runner.journals import Intent, Settlement
from runner.store.request_rows import CommandKind, PauseScope
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome, RetryRule, TaskState


def make_all(tasks, journal) -> None:
    """Make the one effect that each task is for."""
    begun = journal.committing([Intent(task.key, "follow", task.target, None, {}) for task in tasks])
    settled = [Settlement(ids[0], EffectState.COMMITTED, {}) for ids in begun.values()]
    journal.finish(dict.fromkeys(begun, DONE), settled)


def carried_out(desk: Desk, together, tasks) -> BatchOf:
    backend = BatchOf(together=together)
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
    return backend


def test_the_tasks_of_an_entry_that_are_due_at_one_instant_come_together(desk: Desk) -> None:
    tasks = desk.add(("A", "@1"), ("A", "@2"), ("B", "@3"), backend="batch")
    others = desk.add(("A", "@4"), entry="other", backend="batch")
    backend = carried_out(desk, make_all, [*tasks, *others])
    assert sorted(backend.batches) == [["@1", "@2", "@3"], ["@4"]]
    assert set(desk.states().values()) == {TaskState.COMPLETED}
    assert [effect.state for effect in desk.ledger.effects.of(tasks[0].key)] == [EffectState.COMMITTED]


def test_an_account_does_one_task_at_a_time(desk: Desk) -> None:
    tasks = desk.add(("@x", "@1"), ("@x", "@2"), ("@y", "@3"), backend="batch")
    backend = carried_out(desk, make_all, tasks)
    assert backend.batches == [["@1", "@3"], ["@2"]]


def test_what_the_batch_itself_begins_counts_against_the_limits(desk: Desk) -> None:
    desk.limits = {"min_gap": "0s", "per_device": {"per_hour": {"follow": 2}}}
    tasks = desk.add(*(("A", f"@{n}") for n in range(4)), ("B", "@9"), backend="batch")
    backend = carried_out(desk, make_all, tasks)
    assert backend.batches == [["@0", "@1", "@9"]]
    assert desk.states()["@2"] is TaskState.PENDING and desk.row("@2").attempts == 0
    assert "limits.per_device.per_hour.follow" in desk.row("@2").reason
    assert desk.row("@2").not_before == NOON + timedelta(hours=1)


def test_a_limit_that_is_met_at_the_effect_holds_back_what_goes_beyond_it(desk: Desk) -> None:
    desk.limits = {"min_gap": "0s", "per_account": {"per_day": {"follow": 1}}}

    def as_one(tasks, journal):
        begun = journal.committing([Intent(task.key, "follow", task.target, "@own", {}) for task in tasks])
        assert list(begun) == [tasks[0].key]
        journal.finish({tasks[0].key: DONE}, [Settlement(begun[tasks[0].key][0], EffectState.COMMITTED, {})])

    carried_out(desk, as_one, desk.add(("A", "@1"), ("A", "@2"), backend="batch"))
    row = desk.row("@2")
    assert (row.state, row.attempts, row.tries) == (TaskState.PENDING, 1, 0)
    assert "limits.per_account.per_day.follow" in row.reason
    assert desk.ledger.effects.of(row.task.key) == []


def test_the_gap_between_effects_holds_for_the_tasks_of_a_batch(desk: Desk) -> None:
    desk.limits = {"min_gap": "90s"}
    backend = BatchOf(together=make_all)
    with desk.executor(backend, desk.add(("A", "@1"), ("A", "@2"), ("B", "@3"), backend="batch")) as executor:
        assert executor.wait_until_idle(LONG_S)
        desk.pass_time(executor)
    assert backend.batches == [["@1", "@3"], ["@2"]] and desk.clock.now() == NOON + timedelta(seconds=90)


def test_effects_that_turn_out_to_be_more_count_against_limits(desk: Desk) -> None:
    desk.limits = {"min_gap": "0s", "per_device": {"per_day": {"follow": 2}}}

    def two_for_one(tasks, journal):
        begun = journal.committing([Intent(tasks[0].key, "follow", "@1", None, {})])
        more = journal.discovered([Intent(tasks[0].key, "follow", "@1", None, {})])
        refused = journal.committing([Intent(tasks[1].key, "follow", "@2", None, {})])
        made = [*begun[tasks[0].key], *more[tasks[0].key]]
        journal.finish({tasks[0].key: DONE}, [Settlement(one, EffectState.COMMITTED, {}) for one in made])
        assert not refused

    carried_out(desk, two_for_one, desk.add(("A", "@1"), ("A", "@2"), backend="batch"))
    effects = desk.ledger.effects.of(desk.row("@1").task.key)
    assert [(one.ordinal, one.state) for one in effects] == [(n, EffectState.COMMITTED) for n in (0, 1)]
    assert "limits.per_device.per_day.follow" in desk.row("@2").reason


def test_what_a_batch_leaves_unfinished_is_failed_for_it(desk: Desk) -> None:
    def break_off(tasks, journal):
        journal.finish({tasks[0].key: DONE})
        raise TaskError("the server is no server", hint="look")

    carried_out(desk, break_off, desk.add(("A", "@1"), ("A", "@2"), backend="batch"))
    assert desk.states() == {"@1": TaskState.COMPLETED, "@2": TaskState.FAILED}
    assert (desk.row("@2").reason, desk.row("@2").hint) == ("the server is no server", "look")


def test_a_task_of_a_batch_that_failed_is_tried_again_and_finds_its_effects(desk: Desk) -> None:
    seen = []

    def refute(tasks, journal):
        seen.append({key: [one.state for one in effects] for key, effects in journal.effects().items()})
        begun = journal.committing([Intent(task.key, "follow", task.target, None, {}) for task in tasks])
        settled = [Settlement(ids[0], EffectState.REFUTED, {}) for ids in begun.values()]
        journal.finish(dict.fromkeys(begun, Outcome(AttemptOutcome.FAILED, "refused")), settled)

    tasks = desk.add(("A", "@1"), backend="batch", retry=RetryRule(1, 30))
    with desk.executor(BatchOf(together=refute), tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        desk.pass_time(executor)
    assert seen == [{tasks[0].key: []}, {tasks[0].key: [EffectState.REFUTED]}]
    assert (desk.row("@1").state, desk.row("@1").attempts) == (TaskState.FAILED, 2)


def test_a_backend_that_is_away_is_looked_for_without_new_attempts(desk: Desk) -> None:
    away = Outcome(AttemptOutcome.FAILED, "nobody answers", again=Again.WHEN_BACK)
    backend = BatchOf(together=lambda tasks, journal: journal.finish({task.key: away for task in tasks}))
    backend.error = TaskError("nobody answers")
    tasks = desk.add(("A", "@1"), ("B", "@2"), backend="batch", grace_s=60)
    with desk.executor(backend, tasks) as executor:
        assert executor.wait_until_idle(LONG_S)
        assert desk.row("@1").reason == "backend batch away since 2026-11-21 12:00:00+00:00: nobody answers"
        for _ in range(2):
            desk.pass_time(executor)
        assert len(backend.batches) == 1 and backend.looks == 2
        backend.error, backend.together = None, make_all
        desk.pass_time(executor)
    assert backend.batches == [["@1", "@2"], ["@1", "@2"]]
    assert set(desk.states().values()) == {TaskState.COMPLETED}


def test_a_timeout_begins_when_the_other_side_begins(desk: Desk) -> None:
    told = []

    def wait_long(tasks, journal):
        desk.clock.advance(3600)
        told.append(journal.overdue())
        journal.begun([tasks[0].key])
        desk.clock.advance(600)
        told.append(journal.overdue())
        journal.finish({task.key: DONE for task in tasks})

    tasks = desk.add(("A", "@1"), ("A", "@2"), backend="batch")
    carried_out(desk, wait_long, tasks)
    assert told == [[], [tasks[0].key]]


def test_requests_to_stop_and_the_end_of_the_process_are_told_apart(desk: Desk) -> None:
    began, go_on, told = threading.Event(), threading.Event(), []

    def wait(tasks, journal):
        began.set()
        assert go_on.wait(LONG_S)
        told.append((journal.asked_to_stop(), journal.leaving()))
        journal.finish({task.key: Outcome(AttemptOutcome.STOPPED, "stopped") for task in tasks})

    tasks = desk.add(("A", "@1"), ("A", "@2"), backend="batch")
    with desk.executor(BatchOf(together=wait), tasks) as executor:
        assert began.wait(LONG_S)
        desk.ledger.commands.request(CommandKind.STOP_TASK, tasks[0].key, "anna")
        executor.refresh()
        assert not executor.drain(0)
        go_on.set()
        assert executor.drain(LONG_S)
    assert told == [([tasks[0].key], True)]
    assert desk.states() == {"@1": TaskState.CANCELLED, "@2": TaskState.PENDING}


@pytest.mark.parametrize("is_paused", [False, True])
def test_a_task_that_may_go_on_elsewhere_is_looked_up_before_it_is_stopped(
    desk: Desk, is_paused: bool
) -> None:
    task, other = desk.add(("A", "@1"), ("A", "@2"), backend="batch")
    desk.ledger.tasks.cancel([other.key] * (not is_paused), "")
    if is_paused:
        desk.ledger.pauses.begin(PauseScope.ALL, None, "anna")
    attempt = claim(desk.ledger, task.key)
    desk.ledger.effects.begin(attempt.id, task.key, "follow", "@1", "A", None, {})
    desk.ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.INTERRUPTED), TaskState.PENDING)
    stop = desk.ledger.commands.request(CommandKind.STOP_TASK, task.key, "anna")
    asked = threading.Event()

    def wait(tasks, journal):
        assert journal.effects()[task.key]
        until = time.monotonic() + LONG_S
        while not journal.asked_to_stop():
            assert time.monotonic() < until
            time.sleep(0.01)
        asked.set()
        journal.finish({task.key: Outcome(AttemptOutcome.STOPPED, "stopped there")})

    with desk.executor(BatchOf(together=wait), desk.rows()) as executor:
        assert asked.wait(LONG_S)
        assert executor.wait_until_idle(LONG_S)
    assert desk.row("@1").state is TaskState.UNCERTAIN
    assert desk.row("@2").state is (TaskState.PENDING if is_paused else TaskState.CANCELLED)
    answered = desk.ledger.commands.get(stop)
    assert answered is not None and answered.answer == "it stops at its next step"


def test_effects_of_other_tasks_that_are_alike_are_known(desk: Desk) -> None:
    earlier, later = desk.add(("A", "@1"), ("A", "@2"), backend="batch", target="@same")
    carried_out(desk, make_all, [earlier])
    found = []

    def look(tasks, journal):
        journal.committing([Intent(task.key, "follow", task.target, None, {}) for task in tasks])
        found.extend(effect.task_key for effect in journal.alike())
        journal.finish({task.key: DONE for task in tasks})

    carried_out(desk, look, [later])
    assert found == [earlier.key]
