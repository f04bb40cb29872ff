"""Every occurrence is decided once, over restarts, reloads, sleep, clocks that step and ledgers that fail."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, timedelta

import pytest
from daemons import Life, SteppingClock, local, source

from runner.errors import LedgerError
from runner.scheduling import timetable as timetable_module
from runner.store.ledger import Ledger
from runner.tasks import AttemptOutcome, Outcome, TaskState

NINE = '"09:00"'
HALF_HOURS = '{every: 30m, between: "00:00-23:59"}'


@pytest.fixture
def life() -> Iterator[Life]:
    clock = SteppingClock(local("21 08:59"))
    with Ledger.open("sqlite://", clock) as ledger:
        yield Life(ledger, clock)


# A steady life


def test_an_occurrence_starts_at_its_instant_once(life: Life):
    life.start(source(NINE))
    life.go_on(59)
    assert not life.rows()
    life.go_on(3600)
    assert life.states() == [("2026-11-21T09:00", "started")]
    assert [task.device for task in life.submitted] == ["R58M123ABC", "R58M456DEF"]
    assert life.rows()[0].commit == "f40866b"
    assert [row.state for row in life.tasks()] == ["pending"] * 2


def test_rows_are_made_at_the_instant_and_tasks_may_be_due_later(life: Life):
    life.start(source(NINE, more="spread: 20m"))
    life.go_on(61)
    assert [task.due_utc for task in life.submitted] == [local("21 09:00"), local("21 09:10")]


def test_tasks_are_in_the_ledger_before_they_are_handed_over(life: Life):
    seen = []
    life.timetable = timetable_module.Timetable(
        life.ledger, life.clock, lambda tasks: seen.extend(life.ledger.task(one.key) for one in tasks), print
    )
    life.put_in_force(source(NINE))
    life.timetable.begin([source(NINE)])
    life.clock.advance(61)
    life.timetable.consider()
    assert [row.state for row in seen] == ["pending"] * 2


def test_what_falls_on_one_instant_is_recorded_in_one_transaction(life: Life):
    life.start(source(NINE), source(NINE, name="other"), source(NINE, HALF_HOURS, name="third"))
    writes = []
    record = life.ledger.record
    life.ledger.record = lambda decisions, **how: writes.append(len(decisions)) or record(decisions, **how)
    life.go_on(62)
    assert writes == [4]
    assert life.states(campaign="third") == [
        ("2026-11-21T09:00", "started"),
        ("2026-11-21T08:00:00Z", "merged"),
    ]


def test_waiting_asks_nobody_anything(life: Life):
    many = [source(NINE, name=f"c-{number}", devices=[f"D{n}" for n in range(50)]) for number in range(50)]
    life.put_in_force(*many)
    life.timetable.begin(many)
    life.timetable._ledger = None
    for _ in range(50):
        life.clock.advance(1)
        life.timetable.consider()


def test_upcoming_tells_the_distinct_instants_ahead(life: Life):
    life.start(source(NINE, HALF_HOURS), source(NINE, '"09:10"', name="other"))
    ahead = life.timetable.upcoming(local("21 10:00"))
    assert ahead == [local("21 09:00"), local("21 09:10"), local("21 09:30")]
    life.go_on(62)
    assert life.timetable.upcoming(local("21 09:30")) == [local("21 09:10")]


def test_an_event_tells_of_each_decision(life: Life):
    life.start(source(NINE))
    life.go_on(62)
    (decided,) = life.decided()
    assert (decided.campaign, decided.entry, decided.state, decided.tasks) == (
        "demo",
        "publish",
        "started",
        2,
    )


# Being down


def test_a_daemon_that_was_down_makes_up_for_the_newest(life: Life):
    life.start(source(HALF_HOURS))
    life.timetable.end("stopped")
    life.clock.advance(2 * 3600 + 300)
    life.start(source(HALF_HOURS))
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
    entry = source(HALF_HOURS, more=f"on_missed: {on_missed}; grace: 3h")
    life.start(entry)
    life.timetable.end("stopped")
    life.clock.advance(2 * 3600)
    life.start(entry)
    assert [state for _, state in life.states()] == states


def test_grace_bounds_what_is_made_up_for(life: Life):
    entry = source(HALF_HOURS, more="on_missed: run_all; grace: 40m")
    life.start(entry)
    life.timetable.end("stopped")
    life.clock.advance(2 * 3600)
    life.start(entry)
    assert [state for _, state in life.states()] == ["missed"] * 3 + ["started"]
    assert "past its grace of 40m" in life.rows()[0].reason


def test_a_life_that_ended_without_a_word_counts_until_its_last_heartbeat(life: Life):
    life.start(source(NINE))
    life.go_on(30)
    life.clock.advance(3 * 60)
    life.start(source(NINE))
    (row,) = life.rows()
    assert row.reason.startswith("2m 30s late: the daemon was down from 2026-11-21 08:59:30+01:00")


def test_what_was_recorded_before_a_kill_is_not_done_again(life: Life):
    life.start(source(NINE))
    life.go_on(58)
    life.clock.advance(3)
    life.timetable.consider()
    life.clock.advance(2)
    life.start(source(NINE))
    life.go_on(60)
    assert len(life.rows()) == 1
    assert len(life.submitted) == 2


def test_catch_up_never_reaches_behind_the_moment_at_which_the_ledger_saw_the_start_time(life: Life):
    life.start(source('"20:00"'))
    life.timetable.end("stopped")
    life.clock.advance(3600)
    life.put_in_force(source('"20:00"', NINE, '"10:30"'))
    life.clock.advance(3600)
    life.start(source('"20:00"', NINE, '"10:30"'))
    assert life.states() == [("2026-11-21T10:30", "started")]


def test_a_start_time_that_is_new_to_the_ledger_starts_now(life: Life):
    life.start(source('"20:00"'))
    life.timetable.end("stopped")
    life.clock.advance(3600)
    life.start(source('"20:00"', NINE))
    assert not life.rows()


def test_the_first_start_ever_makes_up_for_nothing(life: Life):
    life.clock.advance(3600)
    life.start(source(NINE))
    assert not life.rows()


def test_a_first_start_that_was_killed_is_made_up_for_from_where_the_files_were_read(life: Life):
    life.put_in_force(source(NINE))
    life.clock.advance(300)
    life.start(source(NINE))
    assert life.states() == [("2026-11-21T09:00", "started")]


def test_tasks_whose_grace_ended_while_the_daemon_was_down_are_missed(life: Life):
    entry = source(NINE, more="spread: 40m; grace: 30m", devices=["A1", "A2"])
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
    entry = source(NINE, more="spread: 40m; grace: 30m", devices=["A1", "A2"])
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
    entry = source(NINE, more="grace: 5m")
    life.start(entry)
    life.go_on(20 * 60)
    life.timetable.end("stopped")
    life.clock.advance(3600)
    life.start(entry)
    assert [row.state for row in life.tasks()] == ["pending", "pending"]


def test_a_task_that_has_been_tried_is_never_missed_for_the_daemons_sake(life: Life):
    entry = source(NINE, more="grace: 5m", devices=["A1"])
    life.start(entry)
    life.go_on(62)
    attempt = life.ledger.start_attempt(life.submitted[0].key)
    life.ledger.finish_attempt(attempt.id, Outcome(AttemptOutcome.INTERRUPTED, "cut off"), TaskState.PENDING)
    life.timetable.end("stopped")
    life.clock.advance(3600)
    life.start(entry)
    assert [row.state for row in life.tasks()] == ["pending"]


def test_days_of_every_minute_are_settled_in_little_memory(life: Life):
    entry = source('{cron: "* * * * *"}', more="on_missed: run_all")
    life.start(entry)
    life.timetable.end("stopped")
    life.clock.advance(6 * 86400)
    tracemalloc.start()
    life.start(entry)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6_000_000  # 11 MB if they were settled at once
    last = life.ledger.occurrences("demo", "publish", limit=100_000)
    assert len(last) == 6 * 1440
    assert sum(row.state == "started" for row in last) == 61
    assert sum(event.count for event in life.decided()) == 6 * 1440
    assert len(life.decided()) < 20


def test_years_are_looked_back_to_a_bound(life: Life, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(timetable_module, "REACH", timedelta(days=2))
    life.start(source(NINE))
    life.timetable.end("stopped")
    life.clock.advance(10 * 86400)
    life.start(source(NINE))
    assert [nominal for nominal, _ in life.states()] == ["2026-11-29T09:00", "2026-11-30T09:00"]


# Overlap


def test_overlap_skip_looks_at_what_is_open_of_the_entry(life: Life):
    life.start(source(NINE, '"09:30"', '"10:00"', more="overlap: skip", devices=["A1"]))
    life.go_on(32 * 60)
    assert [state for _, state in life.states()] == ["started", "skipped"]
    assert "2026-11-21T09:00[Europe/Stockholm]" in life.rows()[1].reason
    attempt = life.ledger.start_attempt(life.submitted[0].key)
    life.ledger.finish_attempt(attempt.id, Outcome(AttemptOutcome.COMPLETED), TaskState.COMPLETED)
    life.go_on(3600)
    assert [state for _, state in life.states()] == ["started", "skipped", "started"]


def test_overlap_skip_makes_up_for_one_at_a_time(life: Life):
    entry = source(HALF_HOURS, more="overlap: skip; on_missed: run_all; grace: 3h")
    life.start(entry)
    life.timetable.end("stopped")
    life.clock.advance(3600)
    life.start(entry)
    assert [state for _, state in life.states()] == ["started", "skipped"]


# Clocks


def test_after_sleep_the_newest_is_made_up_for_with_the_reason(life: Life):
    life.start(source(HALF_HOURS))
    life.go_on(10)
    life.sleep(3700)
    assert [state for _, state in life.states()] == ["missed", "missed", "started"]
    assert (
        "the machine slept, or its clock stepped forward, from 2026-11-21 08:59:10" in life.rows()[0].reason
    )
    (step,) = life.steps()
    assert step.seconds == 3700
    newer, older = life.ledger.spans()
    assert older.stop_reason == newer.start_reason == step.message


def test_what_comes_as_the_machine_wakes_is_on_time(life: Life):
    life.start(source(NINE, '"09:59"', more="on_missed: skip"))
    life.sleep(3602)
    assert [state for _, state in life.states()] == ["missed", "started"]
    assert life.rows()[1].reason == ""


def test_a_clock_that_steps_back_does_nothing_twice(life: Life):
    life.start(source(HALF_HOURS))
    life.go_on(3700)
    assert len(life.rows()) == 3
    life.clock.step(-3600)
    life.go_on(7200)
    names = [nominal for nominal, _ in life.states()]
    assert len(names) == len(set(names)) == 5
    assert len(life.submitted) == 10
    (step,) = life.steps()
    assert step.message == "the clock stepped back by 1h, to 2026-11-21 08:00:45+00:00"


def test_what_is_new_after_a_step_back_comes_at_its_time(life: Life):
    life.start(source('"20:00"'))
    life.go_on(3600)
    life.clock.step(-3600)
    life.go_on(5)
    life.reload(source('"20:00"', NINE))
    life.go_on(120)
    assert life.states() == [("2026-11-21T09:00", "started")]


def test_a_start_time_that_was_first_seen_by_a_clock_that_was_ahead_comes_at_its_time(life: Life):
    life.clock.step(365 * 86400)
    life.start(source(NINE))
    life.go_on(5)
    life.clock.step(-365 * 86400)
    life.go_on(120)
    assert life.states() == [("2026-11-21T09:00", "started")]
    life.timetable.end("stopped")
    life.clock.advance(24 * 3600)
    life.start(source(NINE))
    assert [nominal for nominal, _ in life.states()] == ["2026-11-21T09:00", "2026-11-22T09:00"]


def test_a_step_back_and_forth_again_changes_nothing(life: Life):
    life.start(source('{cron: "* * * * *"}'))
    life.go_on(600)
    life.clock.step(-86400)
    life.timetable.consider()
    life.clock.step(86400)
    life.go_on(60)
    names = [nominal for nominal, _ in life.states()]
    assert names == [f"2026-11-21T09:{minute:02}" for minute in range(11)]


def test_what_came_into_force_while_the_clock_was_behind_is_made_up_for_from_then(life: Life):
    life.start(source('"20:00"'))
    life.go_on(3600)
    life.clock.step(-3600)
    life.go_on(5)
    life.reload(source('"20:00"', NINE, '"08:30"'))
    life.sleep(3600)
    assert life.states() == [("2026-11-21T09:00", "started")]


def test_a_clock_behind_the_ledger_is_told_of_and_catches_up_from_the_ledger(life: Life):
    life.start(source(NINE))
    life.go_on(7200)
    life.timetable.end("stopped")
    life.clock.step(-20 * 365 * 86400)
    life.start(source(NINE))
    (warning,) = life.steps()
    assert "7300d before the last entry of the ledger" in warning.message
    assert warning.seconds == -20 * 365 * 86400
    life.clock.step(20 * 365 * 86400 + 86400)
    life.timetable.beat()
    assert [nominal for nominal, _ in life.states()] == ["2026-11-21T09:00", "2026-11-22T09:00"]


def test_small_differences_of_the_clocks_are_no_step(life: Life):
    life.start(source(NINE))
    for _ in range(20):
        life.clock.step(1.5)
        life.go_on(5)
        life.clock.step(-1.5)
        life.go_on(5)
    assert not life.steps()
    assert life.states() == [("2026-11-21T09:00", "started")]


def test_a_daemon_that_was_held_up_says_so(life: Life):
    life.start(source(NINE, more="on_missed: skip"))
    life.clock.advance(600)
    life.timetable.beat()
    assert life.rows()[0].reason == (
        "the daemon was held up from 2026-11-21 08:59:00+01:00 to 2026-11-21 09:09:00+01:00 (on_missed: skip)"
    )


# Reloads


def test_a_reload_gives_the_old_campaigns_everything_up_to_now(life: Life):
    life.start(source(NINE))
    life.clock.advance(63)
    life.reload(source('"09:05"'))
    life.go_on(600)
    assert [nominal for nominal, _ in life.states()] == ["2026-11-21T09:00", "2026-11-21T09:05"]


def test_a_reload_makes_up_for_nothing_that_is_new(life: Life):
    life.start(source('"20:00"'))
    life.go_on(600)
    life.reload(source('"20:00"', NINE))
    life.go_on(600)
    assert not life.rows()


def test_a_start_time_counts_from_when_the_ledger_saw_it(life: Life):
    life.start(source('"20:00"'))
    life.go_on(59)
    new = source('"20:00"', NINE)
    life.put_in_force(new)
    life.clock.advance(2)
    life.timetable.replace([new])
    assert life.states() == [("2026-11-21T09:00", "started")]


def test_a_reload_that_changes_nothing_changes_nothing(life: Life):
    life.start(source(HALF_HOURS))
    for _ in range(100):
        life.go_on(30)
        life.reload(source(HALF_HOURS))
    assert [nominal[11:16] for nominal, _ in life.states()] == ["08:00", "08:30"]
    assert len(life.submitted) == 4


def test_a_campaign_that_is_renamed_keeps_what_was_done(life: Life):
    life.start(source(NINE, more="overlap: skip"))
    life.go_on(62)
    new = source(NINE, '"09:30"', name="autumn", head="formerly: [demo]", more="overlap: skip")
    life.ledger.rename_campaign("demo", "autumn", life.clock.now())
    life.reload(new)
    life.clock.step(-120)
    life.go_on(3600)
    assert life.states() == [("2026-11-21T09:00", "started")]
    assert life.states(campaign="autumn") == [("2026-11-21T09:30", "skipped")]


def test_a_reload_is_in_the_ledger_with_what_was_considered(life: Life):
    life.start(source(NINE))
    life.clock.advance(3)
    life.reload(source(NINE))
    assert life.ledger.last_span().seen_utc == life.clock.now()


# Spans and trouble


def test_heartbeats_say_up_to_when_all_was_considered(life: Life):
    life.start(source(NINE))
    beats = []
    heartbeat = life.ledger.heartbeat
    life.ledger.heartbeat = lambda span, seen: beats.append(seen) or heartbeat(span, seen)
    life.go_on(60)
    assert len(beats) == 6
    assert life.ledger.last_span().seen_utc == local("21 09:00")


def test_an_orderly_end_is_in_the_ledger(life: Life):
    life.start(source(NINE))
    life.go_on(30)
    life.timetable.end("stopped by SIGTERM")
    span = life.ledger.last_span()
    assert (span.stop_reason, span.seen_utc.astimezone(UTC)) == ("stopped by SIGTERM", life.clock.now())
    life.clock.advance(120)
    life.timetable.consider()
    assert not life.rows()


def test_a_ledger_that_fails_loses_and_doubles_nothing(life: Life, monkeypatch: pytest.MonkeyPatch):
    life.start(source(NINE))
    life.clock.advance(62)
    with monkeypatch.context() as broken:
        broken.setattr(life.ledger, "record", _fail)
        for _ in range(3):
            with pytest.raises(LedgerError):
                life.timetable.beat()
            life.clock.advance(5)
    life.go_on(60)
    assert life.states() == [("2026-11-21T09:00", "started")]
    assert "the daemon was held up" in life.rows()[0].reason


def test_a_reload_that_fails_halfway_can_be_done_again(life: Life, monkeypatch: pytest.MonkeyPatch):
    life.start(source('"20:00"'))
    new = source('"20:00"', NINE)
    life.put_in_force(new)
    life.clock.advance(62)
    with monkeypatch.context() as broken:
        broken.setattr(life.ledger, "schedules", _fail)
        with pytest.raises(LedgerError):
            life.timetable.replace([new])
    life.clock.advance(1)
    life.timetable.replace([new])
    assert life.states() == [("2026-11-21T09:00", "started")]


def _fail(*args: object, **how: object) -> None:
    raise LedgerError("the disk is full")
