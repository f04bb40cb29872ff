"""What every store promises of effects, usage, steps, holds and reports."""

from dataclasses import replace
from datetime import timedelta

import pytest
from claims import claim
from ledgers import DONE, NOON
from run_ledgers import RUN, add, begin, task

from runner.clock import ManualClock
from runner.errors import LedgerError
from runner.planning.limits import Usage
from runner.store.ledger import Ledger
from runner.tasks import (
    AttemptOutcome,
    EffectState,
    Outcome,
    StepOutcome,
    StepRecord,
    TaskState,
)

# Effects


def test_an_effect_is_told_before_and_after(ledger: Ledger) -> None:
    add(ledger, task(target="@north"))
    attempt = claim(ledger, task(target="@north").key)
    effect_id = begin(ledger, attempt)
    before = ledger.effects.of(attempt.task_key)[0]
    assert (before.id, before.ordinal, before.kind, before.target) == (effect_id, 0, "follow", "@north")
    assert (before.state, before.evidence) == (EffectState.COMMITTING, {"button": "Follow"})

    ledger.effects.settle(effect_id, EffectState.COMMITTED, {"after": "Following"})
    after = ledger.effects.of(attempt.task_key)[0]
    assert (after.state, after.evidence) == (
        EffectState.COMMITTED,
        {"button": "Follow", "after": "Following"},
    )


def test_half_a_character_from_a_screen_is_no_obstacle(ledger: Ledger) -> None:
    add(ledger, task())
    attempt = claim(ledger, task().key)
    ledger.effects.begin(attempt.id, attempt.task_key, "post", None, "A1", None, {"caption": "Hej \ud83d"})
    ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.FAILED, "no \ud83d"), TaskState.FAILED)
    assert ledger.effects.of(attempt.task_key)[0].evidence == {"caption": "Hej ?"}
    assert ledger.tasks.all()[0].reason == "no ?"


def test_effects_of_all_attempts_are_counted_on(ledger: Ledger) -> None:
    add(ledger, task())
    first = claim(ledger, task().key)
    ledger.effects.settle(begin(ledger, first), EffectState.REFUTED, {})
    ledger.attempts.finish(first.id, Outcome(AttemptOutcome.STOPPED), TaskState.PENDING)
    begin(ledger, claim(ledger, task().key))
    assert [(effect.ordinal, effect.state) for effect in ledger.effects.of(task().key)] == [
        (0, EffectState.REFUTED),
        (1, EffectState.COMMITTING),
    ]


def test_an_effect_belongs_to_an_attempt_that_goes_on(ledger: Ledger) -> None:
    add(ledger, task("A1"), task("B2"))
    attempt = claim(ledger, task("A1").key)
    with pytest.raises(LedgerError, match="none of this task's"):
        begin(ledger, attempt._replace(task_key=task("B2").key))
    ledger.attempts.finish(attempt.id, DONE, TaskState.COMPLETED)
    with pytest.raises(LedgerError, match="has ended"):
        begin(ledger, attempt)
    assert ledger.effects.of(task("A1").key) == []


@pytest.mark.parametrize("state", EffectState)
def test_what_is_in_doubt_is_what_an_open_task_has_begun_and_nobody_has_settled(
    ledger: Ledger, state: EffectState
) -> None:
    add(ledger, task(), task(target="@south"))
    attempt = claim(ledger, task().key)
    effect_id = begin(ledger, attempt)
    ledger.effects.settle(effect_id, state, {})
    expected = {task().key: [effect_id]} if state.is_in_doubt else {}

    def found() -> dict[str, list[int]]:
        return {key: [effect.id for effect in effects] for key, effects in ledger.effects.doubts().items()}

    assert found() == expected and ledger.effects.in_doubt([task().key]) == set(expected)
    ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.STOPPED), TaskState.PENDING)
    assert found() == expected
    assert ledger.effects.doubts(without=[task().backend]) == {}
    ledger.tasks.cancel([task().key], "stopped on request")
    assert found() == {}


def test_an_unknown_effect_cannot_be_settled(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="no such effect"):
        ledger.effects.settle(7, EffectState.COMMITTED, {})


# Usage


def test_usage_counts_what_may_have_happened(ledger: Ledger, clock: ManualClock) -> None:
    add(ledger, task())
    attempt = claim(ledger, task().key)
    for state in (EffectState.COMMITTED, EffectState.MADE, EffectState.UNCERTAIN, EffectState.REFUTED):
        ledger.effects.settle(begin(ledger, attempt, kind="post"), state, {})
        clock.advance(60)
    begin(ledger, attempt)  # and is never settled
    minute = timedelta(minutes=1)
    made = {"post": (NOON, NOON + minute, NOON + 2 * minute), "follow": (NOON + 4 * minute,)}
    assert ledger.effects.usage(device="A1", account="tiktok:@us", now=clock.now()) == Usage(made, made)


def test_usage_tells_devices_and_accounts_apart(ledger: Ledger) -> None:
    add(ledger, task())
    attempt = claim(ledger, task().key)
    begin(ledger, attempt, device="B2", account="tiktok:@us")
    begin(ledger, attempt, device=None, account=None)
    once = {"follow": (NOON,)}
    assert ledger.effects.usage(device="B2", account=None, now=NOON) == Usage(once, {})
    assert ledger.effects.usage(device="A1", account="tiktok:@us", now=NOON) == Usage({}, once)
    assert ledger.effects.usage(device=None, account=None, now=NOON) == Usage()


def test_usage_reaches_back_two_days_and_always_to_the_devices_latest(
    ledger: Ledger, clock: ManualClock
) -> None:
    add(ledger, task())
    attempt = claim(ledger, task().key)
    begin(ledger, attempt)
    clock.advance(3600)
    begin(ledger, attempt, kind="post")
    later = NOON + timedelta(days=30)
    latest = {"post": (NOON + timedelta(hours=1),)}
    assert ledger.effects.usage(device="A1", account="tiktok:@us", now=later) == Usage(latest, {})


def test_the_same_name_in_two_apps_is_two_accounts(ledger: Ledger) -> None:
    """An effect in an app that nobody knows counts for both."""
    add(ledger, task())
    attempt = claim(ledger, task().key)
    for kind, app in (("post", "one"), ("follow", "two"), ("like", None)):
        ledger.effects.begin(attempt.id, task().key, kind, None, "A1", "@us", {}, app)

    def counted(app: str | None) -> set[str]:
        return set(ledger.effects.usage(device=None, account="@us", app=app, now=NOON).account)

    assert counted("one") == {"post", "like"}
    assert counted("two") == {"follow", "like"}
    assert counted(None) == {"post", "follow", "like"}
    assert [effect.app for effect in ledger.effects.of(task().key)] == ["one", "two", None]


# Steps, holds and reports


STEP = StepRecord(0, "tap", "Tap Post", "post.yaml:12", StepOutcome.COMPLETED, "", NOON, 0.25)


def test_a_report_nests_tasks_attempts_steps_and_effects(ledger: Ledger) -> None:
    add(ledger, task("A1"), task("B2"))
    attempt = claim(ledger, task("A1").key)
    ledger.attempts.add_step(attempt.id, STEP, "ab/cd.jpg", None)
    ledger.attempts.add_step(
        attempt.id, replace(STEP, ordinal=1, outcome=StepOutcome.FAILED), "ab/ce.jpg", "ab/ce.xml"
    )
    begin(ledger, attempt)
    outcome = Outcome(AttemptOutcome.FAILED, "login screen", "log in", needs_person=True)
    ledger.attempts.finish(attempt.id, outcome, TaskState.FAILED)

    first, second = ledger.reports.records(ledger.tasks.all(run_id=RUN))
    assert (first.row, second.row) == tuple(ledger.tasks.all(run_id=RUN))
    assert (second.attempts, second.effects) == ((), ())
    assert list(first.effects) == ledger.effects.of(task("A1").key)
    (told,) = first.attempts
    assert (told.outcome, told.message, told.needs_person) == (AttemptOutcome.FAILED, "login screen", True)
    assert [(step.ordinal, step.outcome, step.screenshot, step.hierarchy) for step in told.steps] == [
        (0, StepOutcome.COMPLETED, "ab/cd.jpg", None),
        (1, StepOutcome.FAILED, "ab/ce.jpg", "ab/ce.xml"),
    ]
    assert (told.steps[0].title, told.steps[0].started_utc, told.steps[0].duration_s) == (
        "Tap Post",
        NOON,
        0.25,
    )
    assert ledger.runs.get("another") is None


def test_a_device_is_on_hold_until_it_is_released(ledger: Ledger) -> None:
    add(ledger, task())
    hold_id = ledger.holds.place("A1", "login screen", task().key)
    ledger.holds.place("B2", "captcha")
    assert [
        (hold.device, hold.reason, hold.task_key, hold.placed_utc) for hold in ledger.holds.current()
    ] == [
        ("A1", "login screen", task().key, NOON),
        ("B2", "captcha", None, NOON),
    ]
    assert ledger.holds.current()[0].id == hold_id
    assert ledger.holds.release("A1") == 1
    assert ledger.holds.release("A1") == 0
    assert [hold.device for hold in ledger.holds.current()] == ["B2"]


def test_an_executor_does_not_take_its_own_attempts_for_interrupted_ones(ledger: Ledger) -> None:
    add(ledger, task())
    claim(ledger, task().key)
    assert ledger.attempts.interrupted() == []
