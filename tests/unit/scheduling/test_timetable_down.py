"""What comes while the daemon is down is decided once, when there is one again."""

import tracemalloc
from datetime import timedelta

import pytest
from claims import claim
from daemons import HALF_HOURS, NINE, Life, campaign
from sqlalchemy import update

from runner.scheduling import timetable as timetable_module
from runner.store import schema
from runner.tasks import AttemptOutcome, Outcome, TaskState


def test_a_daemon_that_was_down_makes_up_for_the_newest(life: Life):
    life.start(campaign(HALF_HOURS))
    life.timetable.end("stopped")
    life.clock.advance(2 * 3600 + 300)
    life.start(campaign(HALF_HOURS))
    assert [state for _, state in life.states()] == ["missed"] * 4 + ["started"]
    newest = life.rows()[-1]
    assert newest.reason == (
        "4m late: the daemon was down from 2026-11-21 08:59:00+01:00 to 2026-11-21 11:04:00+01:00"
    )
    assert len(life.submitted) == 2


@pytest.mark.parametrize(
    ("on_missed", "states"),
    [("skip", ["missed"] * 4), ("run_once", ["missed"] * 3 + ["started"]), ("run_all", ["started"] * 4)],
)
def test_on_missed_says_which_of_them(life: Life, on_missed: str, states: list[str]):
    entry = campaign(HALF_HOURS, more=f"on_missed: {on_missed}; grace: 3h")
    life.start(entry)
    life.timetable.end("stopped")
    life.clock.advance(2 * 3600)
    life.start(entry)
    assert [state for _, state in life.states()] == states


def test_grace_bounds_what_is_made_up_for(life: Life):
    entry = campaign(HALF_HOURS, more="on_missed: run_all; grace: 40m")
    life.start(entry)
    life.timetable.end("stopped")
    life.clock.advance(2 * 3600)
    life.start(entry)
    assert [state for _, state in life.states()] == ["missed"] * 3 + ["started"]
    assert "past its grace of 40m" in life.rows()[0].reason


def test_what_came_until_a_ledger_that_was_put_back_was_accepted_is_not_made_up_for(life: Life):
    entry = campaign(HALF_HOURS, more="on_missed: run_all; grace: 3h")
    life.start(entry)
    life.timetable.end("stopped")
    life.clock.advance(3600)
    accept(life)
    life.clock.advance(3600)
    life.start(entry)
    assert [state for _, state in life.states()] == ["missed"] * 2 + ["started"] * 2
    assert life.rows()[0].reason == (
        "an older copy of the ledger was put back, which knows nothing of what was done "
        "from 2026-11-21 08:59:00+01:00 to 2026-11-21 09:59:00+01:00"
    )
    life.timetable.end("stopped")
    life.clock.advance(3600)
    life.start(entry)
    assert [state for _, state in life.states()] == ["missed"] * 2 + ["started"] * 4


def accept(life: Life) -> None:
    now = life.clock.now()
    accepted = update(schema.ledger).values(accepted_utc=now)
    life.ledger._database.write("accept", lambda connection: connection.execute(accepted))


def test_a_life_that_ended_without_a_word_counts_until_its_last_heartbeat(life: Life):
    life.start(campaign(NINE))
    life.go_on(30)
    life.clock.advance(3 * 60)
    life.start(campaign(NINE))
    (row,) = life.rows()
    assert row.reason.startswith("2m 30s late: the daemon was down from 2026-11-21 08:59:30+01:00")


def test_what_was_recorded_before_a_kill_is_not_done_again(life: Life):
    life.start(campaign(NINE))
    life.go_on(58)
    life.clock.advance(3)
    life.timetable.settle_due()
    life.clock.advance(2)
    life.start(campaign(NINE))
    life.go_on(60)
    assert len(life.rows()) == 1
    assert len(life.submitted) == 2


def test_catch_up_never_reaches_behind_the_moment_at_which_the_ledger_saw_the_start_time(life: Life):
    life.start(campaign('"20:00"'))
    life.timetable.end("stopped")
    life.clock.advance(3600)
    life.put_in_force(campaign('"20:00"', NINE, '"10:30"'))
    life.clock.advance(3600)
    life.start(campaign('"20:00"', NINE, '"10:30"'))
    assert life.states() == [("2026-11-21T10:30", "started")]


def test_a_start_time_that_is_new_to_the_ledger_starts_now(life: Life):
    life.start(campaign('"20:00"'))
    life.timetable.end("stopped")
    life.clock.advance(3600)
    life.start(campaign('"20:00"', NINE))
    assert not life.rows()


def test_the_first_start_ever_makes_up_for_nothing(life: Life):
    life.clock.advance(3600)
    life.start(campaign(NINE))
    assert not life.rows()


def test_a_first_start_that_was_killed_is_made_up_for_from_where_the_files_were_read(life: Life):
    life.put_in_force(campaign(NINE))
    life.clock.advance(300)
    life.start(campaign(NINE))
    assert life.states() == [("2026-11-21T09:00", "started")]


def test_tasks_whose_grace_ended_while_the_daemon_was_down_are_missed(life: Life):
    entry = campaign(NINE, more="spread: 40m; grace: 30m", devices=["A1", "A2"])
    life.start(entry)
    life.go_on(62)
    assert [task.device for task in life.submitted] == ["A1", "A2"]
    life.timetable.end("stopped")
    life.clock.advance(3600)
    life.start(entry)
    first, second = life.tasks()
    assert (first.state, second.state) == ("missed", "missed")
    assert second.reason == (
        "the daemon was down from 2026-11-21 09:00:02+01:00 to 2026-11-21 10:00:02+01:00, "
        "and its grace of 30m ended meanwhile"
    )


def test_of_an_occurrence_that_is_late_only_tasks_within_their_grace_are_handed_over(life: Life):
    entry = campaign(NINE, more="spread: 40m; grace: 30m", devices=["A1", "A2"])
    life.start(entry)
    life.timetable.end("stopped")
    life.clock.advance(46 * 60)
    life.start(entry)
    assert life.states() == [("2026-11-21T09:00", "started")]
    assert [(row.task.device, row.state.value) for row in life.tasks()] == [
        ("A1", "missed"),
        ("A2", "pending"),
    ]
    assert [task.device for task in life.submitted] == ["A2"]


def test_a_task_that_was_only_queueing_when_the_daemon_went_down_stays(life: Life):
    entry = campaign(NINE, more="grace: 5m")
    life.start(entry)
    life.go_on(20 * 60)
    life.timetable.end("stopped")
    life.clock.advance(3600)
    life.start(entry)
    assert [row.state for row in life.tasks()] == ["pending", "pending"]


def test_a_task_that_has_been_tried_is_never_missed_for_the_daemons_sake(life: Life):
    entry = campaign(NINE, more="grace: 5m", devices=["A1"])
    life.start(entry)
    life.go_on(62)
    attempt = claim(life.ledger, life.submitted[0].key)
    life.ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.INTERRUPTED, "cut off"), TaskState.PENDING)
    life.timetable.end("stopped")
    life.clock.advance(3600)
    life.start(entry)
    assert [row.state for row in life.tasks()] == ["pending"]


def test_days_of_every_minute_are_settled_in_little_memory(life: Life):
    entry = campaign('{cron: "* * * * *"}', more="on_missed: run_all")
    life.start(entry)
    life.timetable.end("stopped")
    life.clock.advance(6 * 86400)
    tracemalloc.start()
    life.start(entry)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6_000_000  # 11 MB if they were settled at once
    last = life.ledger.occurrences.of_entry("demo", "publish", limit=100_000)
    assert len(last) == 6 * 1440
    assert sum(row.state == "started" for row in last) == 61
    assert sum(event.count for event in life.decided()) == 6 * 1440
    assert len(life.decided()) < 20


def test_years_are_looked_back_to_a_bound(life: Life, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(timetable_module, "REACH", timedelta(days=2))
    life.start(campaign(NINE))
    life.timetable.end("stopped")
    life.clock.advance(10 * 86400)
    life.start(campaign(NINE))
    assert [nominal for nominal, _ in life.states()] == ["2026-11-29T09:00", "2026-11-30T09:00"]
