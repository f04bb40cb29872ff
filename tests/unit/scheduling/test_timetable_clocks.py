"""Every occurrence is decided once, over sleep and clocks that step."""

from daemons import HALF_HOURS, NINE, Life, campaign


def test_after_sleep_the_newest_is_made_up_for_with_the_reason(life: Life):
    life.start(campaign(HALF_HOURS))
    life.go_on(10)
    life.sleep(3700)
    assert [state for _, state in life.states()] == ["missed", "missed", "started"]
    assert (
        "the machine slept, or its clock stepped forward, from 2026-11-21 08:59:10" in life.rows()[0].reason
    )
    (step,) = life.steps()
    assert step.seconds == 3700
    newer, older = life.ledger.spans.newest()
    assert older.stop_reason == newer.start_reason == step.message


def test_what_comes_as_the_machine_wakes_is_on_time(life: Life):
    life.start(campaign(NINE, '"09:59"', more="on_missed: skip"))
    life.sleep(3602)
    assert [state for _, state in life.states()] == ["missed", "started"]
    assert life.rows()[1].reason == ""


def test_a_clock_that_steps_back_does_nothing_twice(life: Life):
    life.start(campaign(HALF_HOURS))
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
    life.start(campaign('"20:00"'))
    life.go_on(3600)
    life.clock.step(-3600)
    life.go_on(5)
    life.reload(campaign('"20:00"', NINE))
    life.go_on(120)
    assert life.states() == [("2026-11-21T09:00", "started")]


def test_a_start_time_that_was_first_seen_by_a_clock_that_was_ahead_comes_at_its_time(life: Life):
    life.clock.step(365 * 86400)
    life.start(campaign(NINE))
    life.go_on(5)
    life.clock.step(-365 * 86400)
    life.go_on(120)
    assert life.states() == [("2026-11-21T09:00", "started")]
    life.timetable.end("stopped")
    life.clock.advance(24 * 3600)
    life.start(campaign(NINE))
    assert [nominal for nominal, _ in life.states()] == ["2026-11-21T09:00", "2026-11-22T09:00"]


def test_a_step_back_and_forth_again_changes_nothing(life: Life):
    life.start(campaign('{cron: "* * * * *"}'))
    life.go_on(600)
    life.clock.step(-86400)
    life.timetable.settle_due()
    life.clock.step(86400)
    life.go_on(60)
    names = [nominal for nominal, _ in life.states()]
    assert names == [f"2026-11-21T09:{minute:02}" for minute in range(11)]


def test_what_came_into_force_while_the_clock_was_behind_is_made_up_for_from_then(life: Life):
    life.start(campaign('"20:00"'))
    life.go_on(3600)
    life.clock.step(-3600)
    life.go_on(5)
    life.reload(campaign('"20:00"', NINE, '"08:30"'))
    life.sleep(3600)
    assert life.states() == [("2026-11-21T09:00", "started")]


def test_a_clock_behind_the_ledger_is_told_of_and_catches_up_from_the_ledger(life: Life):
    life.start(campaign(NINE))
    life.go_on(7200)
    life.timetable.end("stopped")
    life.clock.step(-20 * 365 * 86400)
    life.start(campaign(NINE))
    (warning,) = life.steps()
    assert "7300d before the last entry of the ledger" in warning.message
    assert warning.seconds == -20 * 365 * 86400
    life.clock.step(20 * 365 * 86400 + 86400)
    life.timetable.beat()
    assert [nominal for nominal, _ in life.states()] == ["2026-11-21T09:00", "2026-11-22T09:00"]


def test_small_differences_of_the_clocks_are_no_step(life: Life):
    life.start(campaign(NINE))
    for _ in range(20):
        life.clock.step(1.5)
        life.go_on(5)
        life.clock.step(-1.5)
        life.go_on(5)
    assert not life.steps()
    assert life.states() == [("2026-11-21T09:00", "started")]


def test_a_daemon_that_was_held_up_says_so(life: Life):
    life.start(campaign(NINE, more="on_missed: skip"))
    life.clock.advance(600)
    life.timetable.beat()
    assert life.rows()[0].reason == (
        "the daemon was held up from 2026-11-21 08:59:00+01:00 to 2026-11-21 09:09:00+01:00 (on_missed: skip)"
    )
