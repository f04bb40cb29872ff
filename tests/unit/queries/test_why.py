"""Why: each answer about what ran, runs, waits or failed, through a timetable, an executor and a ledger."""

import pytest
from question_desk import Desk, Gate, advised, campaign, follow, only, said

from runner.queries.overview import overview
from runner.queries.why_answer import WhyVerdict
from runner.store.request_rows import PauseScope
from runner.tasks import LEAVE_OPEN, Again, AttemptOutcome, EffectState, Outcome

# It ran, it runs, it will run


def test_it_ran(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.RAN
    assert answer.subject == "demo/greet at 2026-11-21T09:00[Europe/Stockholm]"
    assert said(answer) == (
        "follow @north: completed at 09:00 after 0.0 s. Effects: follow @north is committed."
    )
    assert answer.parts[0].facts["effects"] == [{"kind": "follow", "target": "@north", "state": "committed"}]
    assert answer.facts["counts"] == {"completed": 1}


def test_without_a_time_the_latest_and_the_next_are_told(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:00"))
    desk.start()
    desk.move_to("2026-11-21T09:30")
    latest, coming = desk.why()
    assert (latest.verdict, coming.verdict) == (WhyVerdict.RAN, WhyVerdict.WILL_RUN)
    assert "It will run at 18:00: 1 task on A1." in said(coming)
    assert coming.facts["instant_utc"] == "2026-11-21T17:00:00Z"


def test_it_runs_now(desk: Desk) -> None:
    gate = Gate()
    desk.backend.behaviour = gate
    desk.write(campaign("09:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00", settle=False)
    assert gate.entered.wait(20)
    answer = only(desk.why(at="09:00"))
    gate.opened.set()
    desk.settle()
    assert answer.verdict is WhyVerdict.RUNNING
    assert "follow @north runs now since 09:00 on A1, attempt 1." in said(answer)


def test_it_will_run_on_another_day_at_the_campaigns_clocks(desk: Desk) -> None:
    desk.write(campaign("09:00", devices=["A1", "B2"], users=["@north", "@south"]))
    desk.start()
    for typed in ("2026-11-23T09:00", "2026-11-23T08:00:00Z", "2026-11-23T09:00[Europe/Stockholm]"):
        answer = only(desk.why(at=typed))
        assert answer.verdict is WhyVerdict.WILL_RUN
        assert "It will run at 2026-11-23 09:00: 4 tasks on A1, B2." in said(answer)


def test_what_may_hold_it_is_told_ahead(desk: Desk) -> None:
    head = "limits: {min_gap: 0s, per_device: {per_day: {follow: 1}}}"
    desk.write(campaign("09:00", users=["@north", "@south"], head=head))
    desk.start()
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.WILL_WAIT
    assert "It will run at 09:00, save for 1 of its tasks: 2 tasks on A1." in said(answer)
    assert "limits.per_device.per_day.follow" in said(answer)


def test_a_task_that_is_due_later_than_its_occurrence_is_found_by_its_own_time(desk: Desk) -> None:
    desk.write(campaign("09:00", devices=["A1", "B2"], more="spread: 20m"))
    desk.start()
    desk.move_to("2026-11-21T09:05")
    answer = only(desk.why(at="09:10"))
    assert answer.subject == "demo/greet at 2026-11-21T09:00[Europe/Stockholm]"
    assert {part.facts["lane"]: part.verdict for part in answer.parts} == {
        "A1": WhyVerdict.RAN,
        "B2": WhyVerdict.WILL_RUN,
    }


# It failed


def test_it_failed(desk: Desk) -> None:
    failed = Outcome(AttemptOutcome.FAILED, "the app is not installed", "install it", again=Again.NEVER)
    desk.backend.behaviour = lambda *_: failed
    desk.write(campaign("09:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.FAILED
    assert "failed at 09:00: the app is not installed." in said(answer)
    assert "install it. runner tasks retry 1 tries it again." in advised(answer)


def test_it_is_uncertain(desk: Desk) -> None:
    def lose(task, journal, stop):  # type: ignore[no-untyped-def]
        journal.committing("follow", task.target, "tiktok:@own", {"button": "Follow"})
        return Outcome(AttemptOutcome.UNCERTAIN, "the screen could not be read afterwards")

    desk.backend.behaviour = lose
    desk.write(campaign("09:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.UNCERTAIN
    assert "follow @north may or may not have happened" in said(answer)
    assert "runner tasks resolve 1 --happened" in advised(answer)


def test_an_effect_that_stays_open_is_told_and_nobody_is_asked(desk: Desk) -> None:
    def like(task, journal, stop):  # type: ignore[no-untyped-def]
        made = journal.committing("like", "@card", "@own", {LEAVE_OPEN: "yes"})
        journal.settle(made, EffectState.UNCERTAIN, {})
        return Outcome(AttemptOutcome.COMPLETED)

    desk.backend.behaviour = like
    desk.write(campaign("09:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.RAN and answer.advice == ()
    assert "like @card is uncertain, which stays open" in said(answer)


def test_it_was_made_and_is_not_proved_yet_and_another_waits_for_that(desk: Desk) -> None:
    def lose_the_page(task, journal, stop):  # type: ignore[no-untyped-def]
        made = journal.committing("follow", task.target, "@own", {"button": "Follow"})
        journal.settle(made, EffectState.MADE, {})
        return Outcome(AttemptOutcome.FAILED, "the page was not found", again=Again.TO_PROVE)

    desk.backend.behaviour = lose_the_page
    desk.write(campaign("09:00", users=["@north", "@south"]))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    made = desk.why_task(desk.key())
    assert made.verdict is WhyVerdict.IN_DOUBT
    assert "its follow is not proved yet: the page was not found; looked at again at" in said(made)
    assert "no other follow is made on A1 or by its account" in said(made)
    assert "runner tasks resolve 1 --happened" in advised(made)
    waits = desk.why_task(desk.key(user="@south"))
    assert waits.verdict is WhyVerdict.IN_DOUBT
    assert f"in doubt: the follow of {desk.key()} is not proved yet" in said(waits)
    desk.move_to("2026-11-21T09:00:30")
    lines = overview(desk.ledger, desk.situation()).waiting
    assert [(line.verdict, line.count) for line in lines] == [(WhyVerdict.IN_DOUBT, 1)] * 2


def test_it_is_tried_again(desk: Desk) -> None:
    desk.backend.behaviour = lambda *_: Outcome(AttemptOutcome.FAILED, "the app closed")
    desk.write(campaign("09:00", more="retry: {max: 1, delay: 60s}"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.RETRYING
    assert "attempt 1 failed: the app closed; tried again at 2026-11-21 09:01:00+01:00" in said(answer)


# It waits


def test_a_limit_holds_it_back(desk: Desk) -> None:
    desk.limits = {"min_gap": "0s", "per_device": {"per_day": {"follow": 1}}}
    desk.write(campaign("09:00", users=["@north", "@south"], more="grace: 20h"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.HELD_BACK
    held = next(part for part in answer.parts if part.verdict is WhyVerdict.HELD_BACK)
    assert "1 of 1 follow on A1 today in Europe/Stockholm; next at 2026-11-22 00:00:00+01:00" in said(held)
    assert "limits.per_device.per_day.follow" in said(held)
    assert held.facts["not_before_utc"] == "2026-11-21T23:00:00Z"


def test_the_phone_is_away(desk: Desk) -> None:
    desk.backend.away = {"A1"}
    desk.write(campaign("09:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.DEVICE_AWAY
    assert "device A1 away since 2026-11-21 09:00:00+01:00: A1: adb lists it as offline" in said(answer)
    assert "It is missed if that lasts until 10:00." in said(answer)


def test_the_phone_stayed_away_for_too_long(desk: Desk) -> None:
    desk.backend.away = {"A1"}
    desk.write(campaign("09:00", more="grace: 5m"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    desk.move_to("2026-11-21T09:06")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.MISSED
    assert "device A1 away since" in said(answer)
    assert "runner tasks retry 1" in advised(answer)


def test_its_account_is_busy_on_another_phone(desk: Desk) -> None:
    gate = Gate()

    def as_own(task, journal, stop):  # type: ignore[no-untyped-def]
        journal.works_as("tiktok", "@own")
        return gate(task, journal, stop) if task.device == "A1" else follow(task, journal, stop)

    desk.backend.behaviour = as_own
    desk.write(campaign("09:00", devices=["A1", "B2"], more="spread: 2m"))
    desk.start()
    desk.move_to("2026-11-21T09:00", settle=False)
    assert gate.entered.wait(20)
    desk.move_to("2026-11-21T09:01", settle=False)
    key = desk.key(lane="B2")
    desk.await_task(key, lambda row: row.reason)
    answer = desk.why_task(key)
    gate.opened.set()
    desk.settle()
    assert answer.verdict is WhyVerdict.ACCOUNT_BUSY
    assert "@own" in said(answer)
    assert desk.why_task(key).verdict is WhyVerdict.RAN


def test_it_waits_for_its_turn(desk: Desk) -> None:
    gate = Gate()
    desk.backend.behaviour = gate
    desk.write(campaign("09:00", users=["@north", "@south"]))
    desk.start()
    desk.move_to("2026-11-21T09:00", settle=False)
    assert gate.entered.wait(20)
    answer = desk.why_task(desk.key(user="@south"))
    gate.opened.set()
    desk.settle()
    assert answer.verdict is WhyVerdict.QUEUED
    assert "is due since 09:00 and waits for its turn on A1" in said(answer)


@pytest.mark.parametrize(
    ("scope", "subject", "resume"),
    [
        (PauseScope.ALL, None, "runner resume ends"),
        (PauseScope.CAMPAIGN, "demo", "runner resume demo ends"),
        (PauseScope.DEVICE, "A1", "runner resume A1 ends"),
    ],
)
def test_it_is_paused(desk: Desk, scope: PauseScope, subject: str | None, resume: str) -> None:
    desk.write(campaign("09:00", "18:00"))
    desk.start()
    desk.move_to("2026-11-21T08:30")
    desk.ledger.pauses.begin(scope, subject, "anna@shelf")
    desk.move_to("2026-11-21T09:00")
    latest, coming = desk.why()
    assert latest.verdict is WhyVerdict.PAUSED
    assert f"{subject or 'everything'} is paused since 08:30 by anna@shelf" in said(latest)
    assert resume in advised(latest)
    assert (coming.verdict, "is paused since 08:30 by anna@shelf" in said(coming)) == (
        WhyVerdict.WILL_RUN,
        True,
    )


def test_a_pause_that_outlasts_the_grace_is_the_reason_for_missing(desk: Desk) -> None:
    desk.write(campaign("09:00", more="grace: 10m"))
    desk.start()
    desk.ledger.pauses.begin(PauseScope.ALL, None, "anna@shelf")
    desk.move_to("2026-11-21T09:00")
    desk.move_to("2026-11-21T09:11")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.MISSED
    assert "paused since 2026-11-21 08:00:00+01:00 by anna@shelf" in said(answer)


def test_the_phone_is_on_hold(desk: Desk) -> None:
    person = Outcome(AttemptOutcome.FAILED, "a login screen is in the way", "log in", needs_person=True)
    desk.backend.behaviour = lambda *_: person
    desk.write(campaign("09:00", users=["@north", "@south"]))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.ON_HOLD
    assert [part.verdict for part in answer.parts] == [WhyVerdict.FAILED, WhyVerdict.ON_HOLD]
    assert "A1 is on hold since 09:00: a login screen is in the way" in said(answer.parts[1])
    assert "runner holds release A1" in advised(answer)
