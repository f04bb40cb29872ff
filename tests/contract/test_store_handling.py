"""What every store promises of what is done to tasks from outside of an attempt."""

from datetime import timedelta

import pytest
from claims import claim
from ledgers import BROKEN, DONE, NOON, add, begin, decided, finish, occurrence, state, task

from runner.clock import ManualClock
from runner.errors import LedgerRefusal
from runner.reports.remedies import hint_of
from runner.reports.task_hints import hint_of_task
from runner.store.ledger import Ledger
from runner.store.rows import TaskFilter
from runner.tasks import (
    AttemptOutcome,
    EffectState,
    Outcome,
    TaskState,
)


def test_only_pending_tasks_are_cancelled_or_missed(ledger: Ledger) -> None:
    pending, running, done, late = add(ledger, "A1", "B2", "C3", "D4")
    claim(ledger, running)
    finish(ledger, done)
    assert ledger.tasks.miss([running, done, late, "no such"], "held back for longer than 30 min") == {late}
    assert ledger.tasks.cancel([pending, running, done, late], "no longer wanted") == 1
    states = [state(ledger, key) for key in (pending, running, done, late)]
    assert states == [TaskState.CANCELLED, TaskState.RUNNING, TaskState.COMPLETED, TaskState.MISSED]
    row = ledger.tasks.get(pending)
    assert row is not None
    assert row.reason == "no longer wanted"


def test_what_was_never_tried_goes_with_its_entry(ledger: Ledger) -> None:
    unstarted, tried, running = add(ledger, "A1", "B2", "C3")
    finish(ledger, tried, BROKEN, TaskState.PENDING)
    claim(ledger, running)
    other = occurrence(12, "follow")
    ledger.occurrences.record([decided(other, task(other))])
    assert ledger.tasks.cancel_unstarted("autumn", "publish", "the entry was removed") == [unstarted]
    assert ledger.tasks.cancel_unstarted("winter", None, "the campaign was removed") == []
    assert ledger.tasks.cancel_unstarted("autumn", None, "the campaign was removed") == [task(other).key]
    assert [state(ledger, key) for key in (tried, running)] == [TaskState.PENDING, TaskState.RUNNING]


def test_a_task_that_is_over_is_done_again_on_request(ledger: Ledger, clock: ManualClock) -> None:
    keys = add(ledger, "A1", "B2", "C3")
    finish(ledger, keys[0], BROKEN, TaskState.FAILED)
    ledger.tasks.miss([keys[1]], "too late")
    ledger.tasks.cancel([keys[2]], "no longer wanted")
    clock.advance(24 * 3600)
    for key in keys:
        row = ledger.tasks.retry(key)
        assert (row.state, row.reason, row.hint, row.not_before) == (TaskState.PENDING, "", None, None)
        assert row.task.expires_utc == clock.now() + timedelta(seconds=1800)
        assert claim(ledger, key).task_key == key


@pytest.mark.parametrize(
    ("effect", "after", "why", "hint"),
    [
        (None, TaskState.COMPLETED, "it is completed", "what is done is not repeated"),
        (None, TaskState.PENDING, "it is pending", "without being asked"),
        (EffectState.COMMITTED, TaskState.FAILED, "its post has happened", "what is left to do"),
        (EffectState.UNCERTAIN, TaskState.UNCERTAIN, "its post may have happened", "runner tasks resolve"),
        (EffectState.COMMITTING, TaskState.CANCELLED, "its post may have happened", "--did-not"),
    ],
)
def test_a_retry_that_could_repeat_something_is_refused(
    ledger: Ledger, effect: EffectState | None, after: TaskState, why: str, hint: str
) -> None:
    (key,) = add(ledger, "A1")
    attempt = claim(ledger, key)
    if effect is not None:
        ledger.effects.settle(begin(ledger, attempt), effect, {})
    ledger.attempts.finish(attempt.id, BROKEN, after)
    with pytest.raises(LedgerRefusal) as caught:
        ledger.tasks.retry(key)
    assert f"cannot retry the task {key}: {why}" in caught.value.message
    assert hint_of(caught.value) is not None
    assert hint in hint_of(caught.value)
    assert state(ledger, key) is after


def test_what_was_refuted_may_be_done_again(ledger: Ledger) -> None:
    (key,) = add(ledger, "A1")
    attempt = claim(ledger, key)
    ledger.effects.settle(begin(ledger, attempt), EffectState.REFUTED, {})
    ledger.attempts.finish(attempt.id, BROKEN, TaskState.FAILED)
    assert ledger.tasks.retry(key).state is TaskState.PENDING


@pytest.mark.parametrize(
    ("happened", "effect", "after"),
    [
        (True, EffectState.COMMITTED, TaskState.COMPLETED),
        (False, EffectState.REFUTED, TaskState.FAILED),
    ],
)
@pytest.mark.parametrize("before", [EffectState.COMMITTING, EffectState.UNCERTAIN])
def test_a_person_settles_what_nobody_else_can_tell(
    ledger: Ledger, before: EffectState, happened: bool, effect: EffectState, after: TaskState
) -> None:
    (key,) = add(ledger, "A1")
    attempt = claim(ledger, key)
    ledger.effects.settle(begin(ledger, attempt), before, {})
    ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.UNCERTAIN, "no proof"), TaskState.UNCERTAIN)
    row = ledger.tasks.resolve(key, happened, "Ann")
    (settled,) = ledger.effects.of(key)
    assert (row.state, settled.state) == (after, effect)
    assert settled.evidence == {"posts": "3", "resolved_by": "Ann"}
    assert row.reason.startswith("Ann says that it ")
    if not happened:
        assert hint_of_task(row) == f"retry it with `runner tasks retry {key}`"
        assert ledger.tasks.retry(key).state is TaskState.PENDING


def test_what_cannot_be_resolved_is_refused(ledger: Ledger) -> None:
    running, done = add(ledger, "A1", "B2")
    begin(ledger, claim(ledger, running))
    finish(ledger, done)
    with pytest.raises(LedgerRefusal, match="it is running, and may find out by itself") as caught:
        ledger.tasks.resolve(running, True, "Ann")
    assert hint_of(caught.value) is not None
    assert "runner tasks stop" in hint_of(caught.value)
    with pytest.raises(LedgerRefusal, match="it is completed, and has no effect"):
        ledger.tasks.resolve(done, True, "Ann")
    with pytest.raises(LedgerRefusal, match="the ledger does not hold it"):
        ledger.tasks.resolve("no such", True, "Ann")


def test_a_deleted_task_is_shown_nowhere_and_counts_all_the_same(ledger: Ledger) -> None:
    key, waiting = add(ledger, "A1", "B2")
    attempt = claim(ledger, key)
    with pytest.raises(LedgerRefusal, match="it is running") as caught:
        ledger.tasks.delete(key)
    assert hint_of(caught.value) == f"stop it first, with `runner tasks stop {key}`"
    ledger.effects.settle(begin(ledger, attempt), EffectState.COMMITTED, {})
    ledger.attempts.finish(attempt.id, DONE, TaskState.COMPLETED)
    for one in (key, waiting):
        ledger.tasks.delete(one)
        assert (ledger.tasks.get(one), ledger.tasks.record_of(one), ledger.tasks.find(one)) == (
            None,
            None,
            [],
        )
        with pytest.raises(LedgerRefusal, match="does not hold it"):
            ledger.tasks.delete(one)
        with pytest.raises(LedgerRefusal, match="does not hold it"):
            ledger.tasks.retry(one)
    assert (ledger.tasks.page(TaskFilter()), ledger.tasks.pending(), ledger.occurrences.open_entries()) == (
        (0, []),
        [],
        set(),
    )
    assert ledger.attempts.start_all([waiting]) == {}
    assert ledger.effects.usage(device="A1", account=None, now=NOON).device == {"post": (NOON,)}
