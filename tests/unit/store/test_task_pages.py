"""Leafing through tasks: newest first, by whatever people look for, bounded."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from runner.clock import ManualClock
from runner.store import task_pages
from runner.store.ledger import Ledger
from runner.store.rows import TaskFilter
from runner.tasks import (
    AttemptOutcome,
    EffectState,
    Occurrence,
    Outcome,
    StepOutcome,
    StepRecord,
    Task,
    TaskState,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def task(key: str, **changes: object) -> Task:
    made = Task(key, "autumn", "publish", "post", "device", "A1", None, None, "run:1", 0, NOON, 60.0, {})
    return replace(made, **changes)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.open("sqlite://", ManualClock(NOON)) as opened:
        yield opened


def add(ledger: Ledger, *tasks: Task) -> None:
    for number, one in enumerate(tasks):
        occurrence = Occurrence(one.campaign, one.entry, f"run:{number}", "now", NOON)
        version = ledger.campaigns.record(one.campaign, "/srv/a.yaml", "version: 1\n", None)
        ledger.occurrences.add(version, [occurrence], [replace(one, nominal=occurrence.nominal)], str(number))


def keys(ledger: Ledger, said: str = "", before: int | None = None, limit: int = 50, **chosen: object) -> str:
    page = ledger.task_pages.page(TaskFilter(**chosen), said, before, limit)
    return " ".join(row.task.key for row in page.rows)


def fail(ledger: Ledger, key: str, message: str = "no button") -> None:
    attempt = ledger.attempts.start_all([key])[key]
    ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.FAILED, message), TaskState.FAILED)


@pytest.fixture
def several(ledger: Ledger) -> Ledger:
    add(
        ledger,
        task("a"),
        task("b", device="B2", username="@us", script="follow", target="@north_100%"),
        task("c", campaign="winter", entry="grow", due_utc=NOON + HOUR),
        task("d", device="B2"),
    )
    fail(ledger, "b", "no Button \u00c5")
    fail(ledger, "d")
    return ledger


def test_the_newest_stand_first(several: Ledger) -> None:
    assert keys(several) == "d c b a"


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"states": [TaskState.FAILED]}, "d b"),
        ({"states": [TaskState.FAILED, TaskState.PENDING]}, "d c b a"),
        ({"device": "B2"}, "d b"),
        ({"device": "B2", "states": [TaskState.PENDING]}, ""),
        ({"username": "@us"}, "b"),
        ({"campaign": "autumn"}, "d b a"),
        ({"campaign": "autumn", "states": [TaskState.PENDING], "entry": "publish"}, "a"),
        ({"campaign": "winter", "entry": "publish"}, ""),
        ({"script": "follow"}, "b"),
        ({"script": "post", "device": "B2"}, "d"),
        ({"since_utc": NOON + HOUR}, "c"),
        ({"campaign": "nobody"}, ""),
    ],
)
def test_a_filter_lets_through_what_meets_all_of_it(several: Ledger, chosen: dict, found: str) -> None:
    assert keys(several, **chosen) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [("NORTH", "b"), ("no button", "d b"), ("3", "c"), ("%", "b"), ("_", "b"), ("nothing", "")],
)
def test_a_text_is_looked_for_in_key_target_reason_and_number(several: Ledger, said: str, found: str) -> None:
    assert keys(several, said) == found


def test_pages_follow_each_other_and_lose_nothing(ledger: Ledger) -> None:
    add(ledger, *(task(f"k{number}") for number in range(7)))
    seen, before = [], None
    while True:
        page = ledger.task_pages.page(TaskFilter(), "", before, 3)
        seen += [row.task.key for row in page.rows]
        before = page.before
        assert not page.is_cut
        if before is None:
            break
    assert seen == [f"k{number}" for number in range(6, -1, -1)]


def test_a_page_that_is_just_full_is_the_last_one(ledger: Ledger) -> None:
    add(ledger, *(task(f"k{number}") for number in range(3)))
    assert ledger.task_pages.page(TaskFilter(), "", None, 3).before is None


def test_a_question_looks_at_so_many_tasks_and_says_that_it_can_go_on(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_pages, "SPANS", (2, 2))
    monkeypatch.setattr(task_pages, "LOOKS", 4)
    add(ledger, *(task(f"k{number}", target="@old" if number == 1 else None) for number in range(9)))
    first = ledger.task_pages.page(TaskFilter(), "@old")
    assert first.rows == [] and first.is_cut and first.before == 6
    second = ledger.task_pages.page(TaskFilter(), "@old", first.before)
    assert [row.task.key for row in second.rows] == ["k1"] and second.is_cut
    last = ledger.task_pages.page(TaskFilter(), "@old", second.before)
    assert last.rows == [] and last.before is None and not last.is_cut


def test_states_are_counted_whatever_state_is_looked_at(several: Ledger) -> None:
    counts = several.task_pages.counts(TaskFilter(states=[TaskState.FAILED]))
    assert counts.by_state == {TaskState.PENDING: 2, TaskState.FAILED: 2} and not counts.more
    of_one = several.task_pages.counts(TaskFilter(device="B2"), "north")
    assert of_one.by_state == {TaskState.FAILED: 1}


def test_of_many_tasks_so_many_are_counted(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_pages, "LOOKS", 2)
    add(ledger, *(task(f"k{number}") for number in range(3)))
    fail(ledger, "k0")
    counts = ledger.task_pages.counts(TaskFilter())
    assert counts.by_state == {TaskState.PENDING: 2, TaskState.FAILED: 1}
    assert set(counts.more) == {TaskState.PENDING}
    assert set(ledger.task_pages.counts(TaskFilter(device="A1")).more) == set(TaskState)


def test_names_are_those_that_tasks_have(several: Ledger) -> None:
    named = {of: several.task_pages.names(of) for of in ("campaign", "device", "username", "script")}
    assert named == {
        "campaign": ["autumn", "winter"],
        "device": ["A1", "B2"],
        "username": ["@us"],
        "script": ["follow", "post"],
    }
    several.tasks.delete("b")
    assert several.task_pages.names("username") == []


def test_deleted_tasks_are_on_no_page(several: Ledger) -> None:
    several.tasks.delete("d")
    assert keys(several) == "c b a" and keys(several, device="B2") == "b"
    assert several.task_pages.counts(TaskFilter()).by_state[TaskState.FAILED] == 1


def test_attempts_come_without_their_steps_which_are_asked_for_by_themselves(ledger: Ledger) -> None:
    add(ledger, task("a"))
    attempt = ledger.attempts.start_all(["a"])["a"]
    for ordinal in (1, 2, 3):
        step = StepRecord(ordinal, "tap", f"tap {ordinal}", "f.yaml:1", StepOutcome.COMPLETED, "", NOON, 1.0)
        ledger.attempts.add_step(attempt.id, step, None, None)
    ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.FAILED, "no"), TaskState.FAILED)
    ledger.tasks.retry("a")
    ledger.attempts.start_all(["a"])
    first, second = ledger.task_pages.attempts(1)
    assert (first.attempt.number, first.steps, first.attempt.steps) == (1, 3, ())
    assert first.attempt.message == "no" and second.steps == 0 and second.attempt.outcome is None
    assert [step.title for step in ledger.task_pages.steps(1, 1, 2)] == ["tap 1", "tap 2"]
    assert ledger.task_pages.steps(1, 2, 9) == ledger.task_pages.steps(1, 7, 9) == ()


def test_effects_tell_when_they_were_begun_and_settled(ledger: Ledger) -> None:
    add(ledger, task("a"))
    attempt = ledger.attempts.start_all(["a"])["a"]
    effect = ledger.effects.begin(attempt.id, "a", "post", None, "A1", "@us", {"posts": "4"})
    (before,) = ledger.task_pages.effects(1)
    assert before.settled_utc is None and before.begun_utc == NOON and before.attempt == 1
    ledger.effects.settle(effect, EffectState.COMMITTED, {"verified": "yes"})
    (after,) = ledger.task_pages.effects(1)
    assert after.settled_utc == NOON and after.effect.state is EffectState.COMMITTED
    assert after.effect.evidence == {"posts": "4", "verified": "yes"}
