"""Every occurrence is decided once, over reloads and ledgers that fail."""

from datetime import UTC

import pytest
from claims import claim
from daemons import HALF_HOURS, NINE, Life, campaign, local

from runner.errors import LedgerError
from runner.scheduling import timetable as timetable_module
from runner.store.rows import Decision, OccurrenceState
from runner.tasks import AttemptOutcome, Occurrence, Outcome, TaskState

# A steady life


def test_an_occurrence_starts_at_its_instant_once(life: Life):
    life.start(campaign(NINE))
    life.go_on(59)
    assert not life.rows()
    life.go_on(3600)
    assert life.states() == [("2026-11-21T09:00", "started")]
    assert [task.device for task in life.submitted] == ["R58M123ABC", "R58M456DEF"]
    assert life.rows()[0].commit == "f40866b"
    assert [row.state for row in life.tasks()] == ["pending"] * 2


def test_rows_are_made_at_the_instant_and_tasks_may_be_due_later(life: Life):
    life.start(campaign(NINE, more="spread: 20m"))
    life.go_on(61)
    assert [task.due_utc for task in life.submitted] == [local("21 09:00"), local("21 09:10")]


def test_tasks_are_in_the_ledger_before_they_are_handed_over(life: Life):
    seen = []
    life.timetable = timetable_module.Timetable(
        life.ledger,
        life.clock,
        lambda tasks: seen.extend(life.ledger.tasks.get(one.key) for one in tasks),
        print,
    )
    life.put_in_force(campaign(NINE))
    life.timetable.begin([campaign(NINE)])
    life.clock.advance(61)
    life.timetable.settle_due()
    assert [row.state for row in seen] == ["pending"] * 2


def test_what_falls_on_one_instant_is_recorded_in_one_transaction(life: Life):
    life.start(campaign(NINE), campaign(NINE, name="other"), campaign(NINE, HALF_HOURS, name="third"))
    writes = []
    record = life.ledger.occurrences.record
    life.ledger.occurrences.record = lambda decisions, **how: (
        writes.append(len(decisions)) or record(decisions, **how)
    )
    life.go_on(62)
    assert writes == [4]
    assert life.states(campaign="third") == [
        ("2026-11-21T09:00", "started"),
        ("2026-11-21T08:00:00Z", "merged"),
    ]


def test_waiting_asks_nobody_anything(life: Life):
    many = [campaign(NINE, name=f"c-{number}", devices=[f"D{n}" for n in range(50)]) for number in range(50)]
    life.put_in_force(*many)
    life.timetable.begin(many)
    life.timetable._ledger = None
    for _ in range(50):
        life.clock.advance(1)
        life.timetable.settle_due()


def test_what_the_ledger_was_asked_before_the_instant_it_is_not_asked_again(life: Life, monkeypatch):
    life.start(campaign(NINE))
    life.timetable.foresee()
    monkeypatch.setattr(life.ledger.occurrences, "known", None)
    life.clock.advance(61)
    life.timetable.settle_due()
    assert life.states() == [("2026-11-21T09:00", "started")]


def test_what_somebody_has_begun_since_is_not_begun_again(life: Life):
    life.start(campaign(NINE))
    life.timetable.foresee()
    nominal = "2026-11-21T09:00[Europe/Stockholm]"
    occurrence = Occurrence("demo", "publish", nominal, "09:00", local("21 09:00"))
    life.ledger.occurrences.record([Decision(occurrence, OccurrenceState.SKIPPED, "by hand", None, [])])
    life.clock.advance(61)
    life.timetable.settle_due()
    assert life.states() == [("2026-11-21T09:00", "skipped")]
    assert not life.submitted


def test_the_next_instant_is_that_of_the_entry_that_comes_first(life: Life):
    assert life.timetable.next_instant() is None
    life.start(campaign(NINE, HALF_HOURS), campaign(NINE, '"09:10"', name="other"))
    assert life.timetable.next_instant() == local("21 09:00")
    life.go_on(62)
    assert life.timetable.next_instant() == local("21 09:10")
    life.go_on(600)
    assert life.timetable.next_instant() == local("21 09:30")


def test_an_event_tells_of_each_decision(life: Life):
    life.start(campaign(NINE))
    life.go_on(62)
    (decided,) = life.decided()
    assert (decided.campaign, decided.entry, decided.state, decided.tasks) == (
        "demo",
        "publish",
        "started",
        2,
    )


# Overlap


def test_overlap_skip_looks_at_what_is_open_of_the_entry(life: Life):
    life.start(campaign(NINE, '"09:30"', '"10:00"', more="overlap: skip", devices=["A1"]))
    life.go_on(32 * 60)
    assert [state for _, state in life.states()] == ["started", "skipped"]
    assert "2026-11-21T09:00[Europe/Stockholm]" in life.rows()[1].reason
    attempt = claim(life.ledger, life.submitted[0].key)
    life.ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.COMPLETED), TaskState.COMPLETED)
    life.go_on(3600)
    assert [state for _, state in life.states()] == ["started", "skipped", "started"]


def test_overlap_skip_makes_up_for_one_at_a_time(life: Life):
    entry = campaign(HALF_HOURS, more="overlap: skip; on_missed: run_all; grace: 3h")
    life.start(entry)
    life.timetable.end("stopped")
    life.clock.advance(3600)
    life.start(entry)
    assert [state for _, state in life.states()] == ["started", "skipped"]


# Reloads


def test_a_reload_gives_the_old_campaigns_everything_up_to_now(life: Life):
    life.start(campaign(NINE))
    life.clock.advance(63)
    life.reload(campaign('"09:05"'))
    life.go_on(600)
    assert [nominal for nominal, _ in life.states()] == ["2026-11-21T09:00", "2026-11-21T09:05"]


def test_a_reload_makes_up_for_nothing_that_is_new(life: Life):
    life.start(campaign('"20:00"'))
    life.go_on(600)
    life.reload(campaign('"20:00"', NINE))
    life.go_on(600)
    assert not life.rows()


def test_a_start_time_counts_from_when_the_ledger_saw_it(life: Life):
    life.start(campaign('"20:00"'))
    life.go_on(59)
    new = campaign('"20:00"', NINE)
    life.put_in_force(new)
    life.clock.advance(2)
    life.timetable.replace([new])
    assert life.states() == [("2026-11-21T09:00", "started")]


def test_a_reload_that_changes_nothing_changes_nothing(life: Life):
    life.start(campaign(HALF_HOURS))
    for _ in range(100):
        life.go_on(30)
        life.reload(campaign(HALF_HOURS))
    assert [nominal[11:16] for nominal, _ in life.states()] == ["08:00", "08:30"]
    assert len(life.submitted) == 4


def test_a_campaign_that_is_renamed_keeps_what_was_done(life: Life):
    life.start(campaign(NINE, more="overlap: skip"))
    life.go_on(62)
    new = campaign(NINE, '"09:30"', name="autumn", head="formerly: [demo]", more="overlap: skip")
    life.ledger.campaigns.rename("demo", "autumn", life.clock.now())
    life.reload(new)
    life.clock.step(-120)
    life.go_on(3600)
    assert life.states() == [("2026-11-21T09:00", "started")]
    assert life.states(campaign="autumn") == [("2026-11-21T09:30", "skipped")]


def test_a_reload_is_in_the_ledger_with_what_was_considered(life: Life):
    life.start(campaign(NINE))
    life.clock.advance(3)
    life.reload(campaign(NINE))
    assert life.ledger.spans.last().seen_utc == life.clock.now()


# Spans and trouble


def test_heartbeats_say_up_to_when_all_was_considered(life: Life):
    life.start(campaign(NINE))
    beats = []
    heartbeat = life.ledger.spans.heartbeat
    life.ledger.spans.heartbeat = lambda span, seen: beats.append(seen) or heartbeat(span, seen)
    life.go_on(60)
    assert len(beats) == 6
    assert life.ledger.spans.last().seen_utc == local("21 09:00")


def test_an_orderly_end_is_in_the_ledger(life: Life):
    life.start(campaign(NINE))
    life.go_on(30)
    life.timetable.end("stopped by SIGTERM")
    span = life.ledger.spans.last()
    assert (span.stop_reason, span.seen_utc.astimezone(UTC)) == ("stopped by SIGTERM", life.clock.now())
    life.clock.advance(120)
    life.timetable.settle_due()
    assert not life.rows()


def test_a_ledger_that_fails_loses_and_doubles_nothing(life: Life, monkeypatch: pytest.MonkeyPatch):
    life.start(campaign(NINE))
    life.clock.advance(62)
    with monkeypatch.context() as broken:
        broken.setattr(life.ledger.occurrences, "record", _fail)
        for _ in range(3):
            with pytest.raises(LedgerError):
                life.timetable.beat()
            life.clock.advance(5)
    life.go_on(60)
    assert life.states() == [("2026-11-21T09:00", "started")]
    assert "the daemon was held up" in life.rows()[0].reason


def test_a_reload_that_fails_halfway_can_be_done_again(life: Life, monkeypatch: pytest.MonkeyPatch):
    life.start(campaign('"20:00"'))
    new = campaign('"20:00"', NINE)
    life.put_in_force(new)
    life.clock.advance(62)
    with monkeypatch.context() as broken:
        broken.setattr(life.ledger.campaigns, "schedules", _fail)
        with pytest.raises(LedgerError):
            life.timetable.replace([new])
    life.clock.advance(1)
    life.timetable.replace([new])
    assert life.states() == [("2026-11-21T09:00", "started")]


def _fail(*args: object, **how: object) -> None:
    raise LedgerError("the disk is full")
