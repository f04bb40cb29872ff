"""The record of a report: it counts all tasks, and reads some."""

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from reported_ledger import DAY, HOUR, NOON, RUN, ReportedLedger, reported_ledger

from runner.errors import NothingToReport
from runner.planning.source import Window
from runner.queries import report as report_module
from runner.queries.report import Report, refuse_empty, report_of
from runner.queries.report_scope import of_campaign, of_run, of_task, of_time
from runner.store.rows import OccurrenceState
from runner.tasks import TaskState


@pytest.fixture
def made(tmp_path: Path) -> Iterator[ReportedLedger]:
    with reported_ledger(tmp_path) as made:
        yield made


def of_the_run(made: ReportedLedger) -> Report:
    run = made.ledger.runs.get(RUN)
    assert run is not None
    return report_of(made.ledger, of_run(run), NOON)


def test_a_small_one_tells_every_step_of_all(made: ReportedLedger) -> None:
    made.task(TaskState.COMPLETED, due=NOON + HOUR)
    made.task(TaskState.FAILED, reason="no button", due=NOON)
    made.task(TaskState.PENDING, due=NOON + 2 * HOUR)
    made.task(run_id="another")
    told = of_the_run(made)
    assert dict(told.counts) == {TaskState.PENDING: 1, TaskState.COMPLETED: 1, TaskState.FAILED: 1}
    assert [row.state.value for row in told.rows] == ["failed", "completed", "pending"]
    assert [record.row for record in told.records] == list(told.rows)
    assert told.records[0].attempts[0].steps[0].title == "tap Follow"
    assert told.records[0].effects
    assert (told.total, told.left_out) == (3, 0)


def test_a_large_one_details_what_went_wrong_and_the_newest(
    made: ReportedLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"MOST_LISTED": 8, "MOST_DETAILED": 5, "LEAST_NEWEST": 2}.items():
        monkeypatch.setattr(report_module, name, value)
    states = [TaskState.FAILED, TaskState.UNCERTAIN, TaskState.MISSED, TaskState.FAILED, TaskState.FAILED]
    rows = [made.task(state, pictures=0) for state in states]
    rows += [made.task(pictures=0) for _ in range(10)]
    told = of_the_run(made)
    assert (told.total, told.left_out) == (15, 2)
    # of the five with problems the newest three, and two of the newest tasks
    assert [record.row.id for record in told.records] == [rows[at].id for at in (2, 3, 4, 13, 14)]
    assert [row.id for row in told.rows] == [row.id for row in rows[:5] + rows[7:]]


def test_one_task(made: ReportedLedger) -> None:
    row = made.task(TaskState.FAILED, reason="no button")
    made.task()
    told = report_of(made.ledger, of_task(row), NOON)
    assert (told.total, [record.row for record in told.records]) == (1, [row])


def test_a_deleted_task_is_in_no_report(made: ReportedLedger) -> None:
    row = made.task()
    made.ledger.tasks.delete(row.task.key)
    assert of_the_run(made).total == 0


def test_occurrences_without_tasks_are_told_where_start_times_are_reported(made: ReportedLedger) -> None:
    made.task()
    made.not_run(OccurrenceState.MISSED, "the daemon was down", at=NOON + HOUR)
    made.not_run(OccurrenceState.SKIPPED, "still at work", at=NOON - 3 * DAY)
    assert of_the_run(made).occurrences == ()
    told = report_of(made.ledger, of_campaign("demo"), NOON)
    assert [row.reason for row in told.occurrences] == ["still at work", "the daemon was down"]
    day = report_of(made.ledger, of_time(Window(NOON - HOUR, NOON + DAY), UTC), NOON)
    assert [row.reason for row in day.occurrences] == ["the daemon was down"]


def test_an_empty_time_is_refused_with_what_lies_around_it(made: ReportedLedger) -> None:
    made.task(due=NOON)
    made.task(due=NOON + 3 * DAY)
    empty = report_of(made.ledger, of_time(Window(NOON + DAY, NOON + 2 * DAY), UTC), NOON)
    with pytest.raises(NothingToReport, match="no task was due") as refused:
        refuse_empty(made.ledger, empty, made.situation())
    assert refused.value.hint == (
        "the last one before was due at 2026-11-21 12:00:00+00:00, "
        "the first one after it is due at 2026-11-24 12:00:00+00:00"
    )
    refuse_empty(made.ledger, of_the_run(made), made.situation())
