"""What every store promises of tasks, runs and attempts, by many threads too."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest
from claims import claim
from ledgers import DONE, NOON
from run_ledgers import OCCURRENCE, RUN, add, begin, task

from runner.clock import ManualClock
from runner.errors import LedgerError
from runner.reasons import ReasonKind
from runner.store.ledger import Ledger
from runner.tasks import (
    AttemptOutcome,
    EffectState,
    Outcome,
    TaskState,
    task_key,
)

# Tasks


def test_a_task_comes_back_as_it_was_planned(ledger: Ledger) -> None:
    planned = task(target="@north")
    assert add(ledger, planned) == 1
    row = ledger.tasks.get(planned.key)
    assert row is not None
    assert (row.task, row.state, row.reason, row.attempts) == (planned, TaskState.PENDING, "", 0)
    assert (row.run_id, row.created_utc, row.started_utc, row.duration_s) == (RUN, NOON, None, None)


def test_a_frozen_config_is_kept_too(ledger: Ledger) -> None:
    add(ledger, task(config=MappingProxyType({"nested": MappingProxyType({"a": 1})})))
    assert ledger.tasks.all()[0].task.config == {"nested": {"a": 1}}


def test_the_same_tasks_are_added_once(ledger: Ledger) -> None:
    first, second = task("A1"), task("B2")
    assert add(ledger, first) == 1
    ledger.attempts.finish(claim(ledger, first.key).id, DONE, TaskState.COMPLETED)
    assert add(ledger, replace(first, config={}), second) == 1
    assert [(row.task, row.state) for row in ledger.tasks.all()] == [
        (first, TaskState.COMPLETED),
        (second, TaskState.PENDING),
    ]


def test_tasks_come_in_the_order_of_their_due_instants_then_of_the_plan(ledger: Ledger) -> None:
    late = task("A1", due_utc=NOON + timedelta(microseconds=1))
    plan = [late, task("C3"), task("B2")]
    add(ledger, *plan)
    assert [row.task.device for row in ledger.tasks.all(run_id=RUN)] == ["C3", "B2", "A1"]


def test_tasks_are_found_by_run_and_state(ledger: Ledger) -> None:
    add(ledger, task("A1"), task("B2"))
    claim(ledger, task("A1").key)
    assert [row.task.device for row in ledger.tasks.all(states=[TaskState.RUNNING])] == ["A1"]
    assert ledger.tasks.all(run_id="another") == []
    assert ledger.tasks.all(states=[]) == []
    assert ledger.tasks.get("no/such/task") is None


def test_more_occurrences_than_one_query_takes(ledger: Ledger) -> None:
    occurrences = [OCCURRENCE._replace(nominal=f"2026-{number}") for number in range(1000)]
    version = ledger.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1\n", None)
    tasks = [
        replace(task(), nominal=one.nominal, key=task_key("autumn", "publish", one.nominal, "A1", None))
        for one in occurrences
    ]
    assert ledger.occurrences.add(version, occurrences, tasks) == 1000
    assert ledger.occurrences.add(version, occurrences, tasks) == 0


def test_rows_that_cannot_all_be_written_are_not_written_at_all(ledger: Ledger) -> None:
    version = ledger.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1\n", None)
    with pytest.raises(LedgerError, match="cannot record 2 tasks in the ledger"):
        ledger.occurrences.add(version, [OCCURRENCE], [task("A1"), task("A1")], RUN)
    assert ledger.tasks.all() == []
    assert ledger.runs.get(RUN) is None


# Campaigns and runs


def test_the_same_text_is_one_version(ledger: Ledger) -> None:
    first = ledger.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1\n", "c0ffee")
    again = ledger.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1\n", "decade")
    other = ledger.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1\n#\n", "decade")
    assert first == again != other


def test_a_run_tells_its_campaign_and_counts_its_tasks(ledger: Ledger, clock: ManualClock) -> None:
    add(ledger, task("A1"), task("B2"), task("C3"))
    ledger.attempts.finish(claim(ledger, task("A1").key).id, DONE, TaskState.COMPLETED)
    run = ledger.runs.get(RUN)
    assert run is not None
    assert (run.campaign, run.path, run.commit) == ("autumn", "/srv/autumn.yaml", "c0ffee")
    assert (run.created_utc, run.counts) == (NOON, {TaskState.COMPLETED: 1, TaskState.PENDING: 2})
    assert ledger.runs.get("another") is None


def test_a_run_keeps_the_text_that_it_was_begun_with(ledger: Ledger) -> None:
    add(ledger, task())
    ledger.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1\nname: changed\n", None)
    version = ledger.runs.campaign_of(RUN)
    assert version is not None
    assert (version.name, version.text, version.commit) == ("autumn", "version: 1\n", "c0ffee")
    assert ledger.runs.campaign_of("another") is None


def test_runs_are_told_newest_first(ledger: Ledger, clock: ManualClock) -> None:
    version = ledger.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1\n", None)
    for number in range(3):
        made = replace(task(), key=f"k{number}", nominal=f"run:{number}")
        ledger.occurrences.add(version, [OCCURRENCE._replace(nominal=f"run:{number}")], [made], str(number))
        clock.advance(60)
    assert [run.run_id for run in ledger.runs.newest()] == ["2", "1", "0"]
    assert [run.run_id for run in ledger.runs.newest(limit=1)] == ["2"]


# Attempts


def test_an_attempt_claims_its_task(ledger: Ledger, clock: ManualClock) -> None:
    add(ledger, task())
    clock.advance(5)
    attempt = claim(ledger, task().key)
    assert (attempt.number, attempt.started_utc) == (1, NOON + timedelta(seconds=5))
    row = ledger.tasks.all()[0]
    assert (row.state, row.attempts, row.started_utc) == (TaskState.RUNNING, 1, attempt.started_utc)
    assert ledger.attempts.start_all([task().key]) == {}


def test_an_unknown_task_cannot_be_started(ledger: Ledger) -> None:
    assert ledger.attempts.start_all(["no/such/task"]) == {}


def test_an_outcome_leaves_its_task_in_a_state_with_a_reason(ledger: Ledger, clock: ManualClock) -> None:
    add(ledger, task())
    attempt = claim(ledger, task().key)
    clock.advance(7.5)
    ledger.attempts.finish(
        attempt.id, Outcome(AttemptOutcome.FAILED, "no button", "look at it"), TaskState.FAILED
    )
    row = ledger.tasks.all()[0]
    assert (row.state, row.reason, row.hint, row.duration_s) == (
        TaskState.FAILED,
        "no button",
        "look at it",
        7.5,
    )


def test_an_attempt_ends_once(ledger: Ledger) -> None:
    add(ledger, task())
    attempt = claim(ledger, task().key)
    ledger.attempts.finish(attempt.id, DONE, TaskState.COMPLETED)
    with pytest.raises(LedgerError, match="has ended"):
        ledger.attempts.finish(attempt.id, DONE, TaskState.FAILED)
    assert ledger.tasks.all()[0].state is TaskState.COMPLETED


def test_a_task_that_was_held_back_starts_again_with_a_clean_slate(ledger: Ledger) -> None:
    later = NOON + timedelta(hours=1)
    add(ledger, task())
    ledger.tasks.hold_back(task().key, "5 of 5 posts today", later)
    held = ledger.tasks.all()[0]
    assert (held.state, held.reason, held.not_before) == (TaskState.PENDING, "5 of 5 posts today", later)

    attempt = claim(ledger, task().key)
    started = ledger.tasks.all()[0]
    assert (started.reason, started.not_before) == ("", None)

    outcome = Outcome(AttemptOutcome.HELD_BACK, "6 of 6 follows", not_before=later)
    ledger.attempts.finish(attempt.id, outcome, TaskState.PENDING)
    again = ledger.tasks.all()[0]
    assert (again.state, again.not_before, again.finished_utc) == (TaskState.PENDING, later, NOON)
    assert claim(ledger, task().key).number == 2


def test_the_kind_of_a_reason_comes_and_goes_with_the_reason(ledger: Ledger) -> None:
    add(ledger, task(), task("B2"))
    key, other = task().key, task("B2").key

    def kind(of: str) -> ReasonKind | None:
        row = ledger.tasks.get(of)
        assert row is not None
        return row.reason_kind

    assert kind(key) is None
    ledger.tasks.hold_back(key, "paused since noon", NOON, ReasonKind.PAUSED)
    assert kind(key) is ReasonKind.PAUSED
    attempt = claim(ledger, key)
    assert kind(key) is None
    failed = Outcome(AttemptOutcome.FAILED, "no button", kind=ReasonKind.RETRY)
    ledger.attempts.finish(attempt.id, failed, TaskState.PENDING, reason="tried again at noon")
    assert kind(key) is ReasonKind.RETRY
    ledger.tasks.miss([key], "the daemon was down", ReasonKind.DAEMON_WAS_DOWN)
    assert kind(key) is ReasonKind.DAEMON_WAS_DOWN
    assert ledger.tasks.retry(key).reason_kind is None
    ledger.tasks.cancel([key], "stopped on request", ReasonKind.STOPPED)
    ledger.tasks.cancel_unstarted("autumn", None, "the entry is gone")
    assert (kind(key), kind(other)) == (ReasonKind.STOPPED, ReasonKind.REMOVED)


def test_only_a_pending_task_is_held_back(ledger: Ledger) -> None:
    add(ledger, task())
    claim(ledger, task().key)
    with pytest.raises(LedgerError, match="it is running, not pending"):
        ledger.tasks.hold_back(task().key, "a limit", NOON)


def test_of_many_threads_one_claims_a_task(ledger: Ledger) -> None:
    tasks = [task(f"D{number}") for number in range(5)]
    add(ledger, *tasks)
    claimed: Counter[str] = Counter()
    gate = threading.Barrier(8)

    def claim() -> None:
        gate.wait()
        for one in tasks:
            claimed.update(list(ledger.attempts.start_all([one.key])))

    in_threads(8, claim)
    assert claimed == {one.key: 1 for one in tasks}


def test_lanes_write_at_the_same_time(ledger: Ledger) -> None:
    add(ledger, *(task(f"D{number}") for number in range(8)))
    numbers = iter(range(8))

    def lane() -> None:
        attempt = claim(ledger, task(f"D{next(numbers)}").key)
        for _ in range(10):
            ledger.effects.settle(begin(ledger, attempt), EffectState.COMMITTED, {})
            assert ledger.effects.of(attempt.task_key)
        ledger.attempts.finish(attempt.id, DONE, TaskState.COMPLETED)

    in_threads(8, lane)
    run = ledger.runs.get(RUN)
    assert run is not None
    assert run.counts == {TaskState.COMPLETED: 8}
    records = ledger.reports.records(ledger.tasks.all(run_id=RUN))
    assert [[effect.ordinal for effect in one.effects] for one in records] == [list(range(10))] * 8


def in_threads(count: int, work: Callable[[], None]) -> None:
    with ThreadPoolExecutor(count) as pool:
        for future in [pool.submit(work) for _ in range(count)]:
            future.result()
