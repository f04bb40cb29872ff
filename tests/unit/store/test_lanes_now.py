"""What a wall of phones asks about all its lanes at once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from claims import claim

from runner.clock import ManualClock
from runner.store.ledger import Ledger
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
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
OCCURRENCE = Occurrence("autumn", "greet", "run:1", "now", NOON)


@pytest.fixture
def ledger(quick_ledgers: None) -> Iterator[Ledger]:
    with Ledger.open("sqlite://", ManualClock(NOON)) as opened:
        yield opened


def add(ledger: Ledger, *tasks: Task) -> None:
    version = ledger.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1\n", None)
    ledger.occurrences.add(version, [OCCURRENCE], list(tasks), "1")


def task(key: str, device: str | None = "A1", due: datetime = NOON, username: str | None = None) -> Task:
    return Task(
        key, "autumn", "greet", "follow", "device", device, username, "@us", "run:1", 0, due, 60.0, {}
    )


def end(ledger: Ledger, key: str, state: TaskState = TaskState.COMPLETED) -> None:
    ledger.attempts.finish(claim(ledger, key).id, Outcome(AttemptOutcome.COMPLETED), state)


def step(ordinal: int, at: datetime) -> StepRecord:
    return StepRecord(ordinal, "tap", "Tap", "f:1", StepOutcome.COMPLETED, "", at, 2.0)


def test_a_queue_tells_its_first_task_how_many_wait_and_how_many_are_due(ledger: Ledger) -> None:
    later = NOON + MINUTE
    add(ledger, task("b", due=later), task("a"), task("c", "B2", due=later), task("d", None, username="@Us"))
    queues = ledger.lanes_now.queues(NOON)
    told = {lane: (queue.first.task.key, queue.count, queue.due) for lane, queue in queues.items()}
    assert told == {"A1": ("a", 2, 1), "B2": ("c", 1, 0), "@us": ("d", 1, 1)}


def test_lanes_can_be_chosen(ledger: Ledger) -> None:
    add(ledger, task("a"), task("b", "B2"), task("c", "C3"))
    claim(ledger, "a")
    assert ledger.lanes_now.queues(NOON, ["B2"]).keys() == {"B2"}
    assert [row.task.key for row in ledger.lanes_now.running(["A1", "B2"])] == ["a"]
    assert ledger.lanes_now.running(["B2"]) == []
    assert ledger.lanes_now.counts(NOON, NOON + DAY, ["C3"]) == {"C3": {TaskState.PENDING: 1}}


def test_what_runs_waits_no_longer(ledger: Ledger) -> None:
    add(ledger, task("a"))
    claim(ledger, "a")
    assert ledger.lanes_now.queues(NOON) == {}
    assert [row.task.key for row in ledger.lanes_now.running()] == ["a"]


def test_tasks_are_counted_by_lane_and_state_on_the_day_on_which_they_fell_due(ledger: Ledger) -> None:
    yesterday = NOON - DAY
    add(ledger, task("a"), task("b"), task("c", "B2"), task("d", due=yesterday), task("e", due=NOON + DAY))
    end(ledger, "a")
    end(ledger, "c", TaskState.FAILED)
    assert ledger.lanes_now.counts(NOON, NOON + DAY) == {
        "A1": {TaskState.COMPLETED: 1, TaskState.PENDING: 1},
        "B2": {TaskState.FAILED: 1},
    }


def test_deleted_tasks_are_not_there(ledger: Ledger) -> None:
    add(ledger, task("a"), task("b"))
    end(ledger, "a")
    attempt = claim(ledger, "b")
    ledger.attempts.add_step(attempt.id, step(1, NOON), "b.jpg", None)
    ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.COMPLETED), TaskState.COMPLETED)
    ledger.tasks.delete("a")
    ledger.tasks.delete("b")
    assert ledger.lanes_now.counts(NOON, NOON + DAY) == {}
    assert ledger.lanes_now.pictures(["A1"]) == {}


def test_the_newest_picture_of_each_device(ledger: Ledger) -> None:
    add(ledger, task("a"), task("b"), task("c", "B2"))
    first, second = claim(ledger, "a"), claim(ledger, "b")
    ledger.attempts.add_step(first.id, step(1, NOON), "first.jpg", None)
    ledger.attempts.add_step(second.id, step(1, NOON + MINUTE), "second.jpg", None)
    ledger.attempts.add_step(second.id, step(2, NOON + 2 * MINUTE), None, None)
    pictures = ledger.lanes_now.pictures(["A1", "B2", "unknown"])
    assert pictures.keys() == {"A1"}
    assert pictures["A1"].path == "second.jpg"
    assert pictures["A1"].at_utc == NOON + MINUTE + timedelta(seconds=2)


def test_a_task_that_left_no_picture_does_not_hide_the_one_before(ledger: Ledger) -> None:
    add(ledger, task("a"), task("b"))
    ledger.attempts.add_step(claim(ledger, "a").id, step(1, NOON), "first.jpg", None)
    end(ledger, "b", TaskState.FAILED)
    assert ledger.lanes_now.pictures(["A1"])["A1"].path == "first.jpg"


def test_effects_that_may_have_happened_are_counted_by_device_and_by_account_of_an_app(
    ledger: Ledger,
) -> None:
    add(ledger, task("a"))
    attempt = claim(ledger, "a")

    def make(account: str, app: str | None, state: EffectState) -> None:
        effect = ledger.effects.begin(attempt.id, "a", "follow", "@x", "A1", account, {}, app)
        ledger.effects.settle(effect, state, {})

    make("@us", "tiktok", EffectState.COMMITTED)
    make("@us", "instagram", EffectState.UNCERTAIN)
    make("@us", None, EffectState.COMMITTED)
    make("@us", "tiktok", EffectState.REFUTED)
    made = ledger.lanes_now.made(["A1"], ["@us"], NOON - MINUTE, NOON)
    assert made.devices == {("A1", "follow"): 3}
    assert [made.by("@us", app, "follow") for app in ("tiktok", "instagram", None)] == [2, 2, 3]
    assert ledger.lanes_now.made(["A1"], ["@us"], NOON + MINUTE, NOON + DAY).devices == {}
