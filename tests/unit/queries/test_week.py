"""A week summed up."""

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from pathlib import Path

import pytest
from reported_ledger import DAY, HOUR, NOON, ReportedLedger, reported_ledger

from runner.queries.down_times import DownTime
from runner.queries.report_scope import of_week
from runner.queries.week import Week, lateness_of, week_of
from runner.store.request_rows import PauseScope
from runner.store.rows import OccurrenceState
from runner.tasks import TaskState

MONDAY = date(2026, 11, 16)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[ReportedLedger]:
    with reported_ledger(tmp_path) as made:
        yield made


def summed_up(made: ReportedLedger) -> Week:
    return week_of(made.ledger, of_week(MONDAY, UTC), made.situation(NOON + DAY))


def test_tasks_are_counted_by_day_phone_script_and_campaign(made: ReportedLedger) -> None:
    made.task(TaskState.COMPLETED, "S1", due=NOON - 2 * DAY)
    made.task(TaskState.FAILED, "S1", reason="no button")
    made.task(TaskState.COMPLETED, "S2", script="post", target=None)
    made.task(TaskState.MISSED, "S2", due=NOON - 7 * DAY)
    week = summed_up(made)
    assert dict(week.counts) == {TaskState.COMPLETED: 2, TaskState.FAILED: 1}
    assert [day.total for day in week.days] == [0, 0, 0, 1, 0, 2, 0]
    assert week.days[3].name == "Thu 2026-11-19"
    assert [(one.name, one.total) for one in week.phones] == [("S1", 2), ("S2", 1)]
    assert [(one.name, dict(one.counts)) for one in week.scripts] == [
        ("follow", {TaskState.COMPLETED: 1, TaskState.FAILED: 1}),
        ("post", {TaskState.COMPLETED: 1}),
    ]
    assert [(one.name, one.total) for one in week.campaigns] == [("demo", 3)]


def test_lateness_is_that_of_first_attempts(made: ReportedLedger) -> None:
    for late in (0.2, 3, 3.9, 70, 4000):
        made.task(late_s=late, pictures=0)
    late = summed_up(made).lateness
    assert (late.tasks, late.median_s, late.p95_s, late.max_s) == (5, 3, 4000, 4000)
    assert late.groups == (1, 2, 0, 0, 1, 0, 0, 1)


def test_lateness_of_many_of_one_and_of_none() -> None:
    late = lateness_of([(second, 1) for second in range(100)])
    assert (late.median_s, late.p95_s, late.max_s) == (49, 94, 99)
    late = lateness_of([(-100, 2)])
    assert (late.tasks, late.median_s, late.max_s, late.groups[0]) == (2, 0, 0, 2)
    assert lateness_of([]).median_s is None


def test_failures_whose_reasons_are_alike_are_one(made: ReportedLedger) -> None:
    for seconds in (15, 20):
        made.task(TaskState.FAILED, reason=f"no button within {seconds} s")
    newest = made.task(TaskState.FAILED, reason="no button within 25 s")
    made.task(TaskState.UNCERTAIN, reason="the connection broke")
    made.task(TaskState.CANCELLED, reason="stopped by Ann")
    first, second = summed_up(made).failures
    assert (first.state, first.count, first.reason) == (TaskState.FAILED, 3, "no button within 25 s")
    assert first.example is not None
    assert first.example.row.id == newest.id
    assert first.example.attempts[0].steps[0].screenshot
    assert (second.state, second.count) == (TaskState.UNCERTAIN, 1)


def test_what_made_no_tasks_is_told_but_not_what_is_merged(made: ReportedLedger) -> None:
    for hour in range(3):
        made.not_run(OccurrenceState.MISSED, "the daemon was down", at=NOON + hour * HOUR)
    made.not_run(OccurrenceState.MERGED, "with 09:00", at=NOON + 5 * HOUR)
    assert [(one.state, one.count) for one in summed_up(made).not_run] == [(OccurrenceState.MISSED, 3)]


def test_limits_tell_the_day_on_which_the_most_was_made(made: ReportedLedger) -> None:
    for due, count in ((NOON - DAY, 1), (NOON, 3)):
        for number in range(count):
            made.task(
                script="post",
                target=None,
                username="@Own",
                due=due + timedelta(seconds=number),
                nominal=f"{due:%d}-{number}",
            )
    uses = summed_up(made).limits
    assert [(use.scope, use.name, use.kind, use.made, use.day, use.at_most) for use in uses] == [
        ("account", "tiktok:@Own", "post", 3, date(2026, 11, 21), 5),
        ("device", "S1", "post", 3, date(2026, 11, 21), 5),
    ]
    assert uses[0].part == pytest.approx(0.6)
    assert (uses[0].is_built_in, uses[1].cap_key) == (True, "per_device.per_day.post")


def test_what_held_things_up(made: ReportedLedger) -> None:
    clock, ledger = made.clock, made.ledger
    clock._now = NOON - 10 * DAY
    span = ledger.spans.begin("1", "started")
    clock.advance(6 * 86400)
    ledger.spans.heartbeat(span)
    ledger.spans.end(span, "terminated")
    ledger.pauses.begin(PauseScope.CAMPAIGN, "demo", "Ann")
    ledger.holds.place("S1", "a login screen")
    clock.advance(7200)
    ledger.spans.begin("1", "started")
    ledger.pauses.end()
    ledger.holds.release("S1")
    clock.advance(86400)
    ledger.spans.heartbeat(span + 1)
    week = summed_up(made)
    assert list(week.down_times) == [
        DownTime(NOON - 4 * DAY, NOON - 4 * DAY + 2 * HOUR, "terminated"),
        DownTime(NOON - 3 * DAY + 2 * HOUR, NOON + DAY, "it ended without a word"),
    ]
    assert [(one.subject, one.by) for one in week.pauses] == [("demo", "Ann")]
    assert [(one.device, one.released_utc) for one in week.holds] == [("S1", NOON - 4 * DAY + 2 * HOUR)]


def test_a_week_in_which_nothing_was(made: ReportedLedger) -> None:
    week = summed_up(made)
    assert (week.total, week.failures, week.limits, week.down_times, week.has_daemon) == (
        0,
        (),
        (),
        (),
        False,
    )
