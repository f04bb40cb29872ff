"""What recipients get: once, together, not too often, again after a failure, and never at the cost of a task."""

import tempfile
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest
from news_desk import NewsDesk, run

from runner.campaign.quantities import Hours
from runner.notifications.look import NewsLook
from runner.notifications.news import NewsEvent
from runner.notifications.office import BACK_OFF, DEADLINE_S, TOO_OLD
from runner.notifications.recipients import Recipient
from runner.notifications.wording import AGAIN
from runner.queries.notifications import NotificationState, notifications, trouble_with
from runner.store.phone_rows import READY
from runner.store.phones import PhoneSeen

ANNA = Recipient("anna", "json://localhost", gather=timedelta(), every=timedelta(minutes=5))
BOB = replace(ANNA, name="bob", events=frozenset({NewsEvent.NEEDS_PERSON}))
MINUTE = 60.0


def test_news_are_told_once_to_each_who_wants_them(desk: NewsDesk) -> None:
    office = desk.office(ANNA, BOB)
    desk.fail()
    for _ in range(3):
        run(office)
        desk.clock.advance(10 * MINUTE)
    assert [name for name, _ in desk.sent] == ["anna"]
    assert desk.titles == ["demo/greet: follow @north on A1 failed"]
    assert [line.state for line in notifications(desk.ledger)] == [NotificationState.SENT]


def test_like_news_go_in_one_message_and_then_not_too_often(desk: NewsDesk) -> None:
    office = desk.office(replace(ANNA, gather=timedelta(seconds=20)))
    for number in range(3):
        desk.fail(f"A{number}")
    run(office)
    assert desk.sent == []
    desk.clock.advance(20)
    run(office)
    assert desk.titles == ["3 tasks failed"]
    desk.fail("A4")
    desk.clock.advance(4 * MINUTE)
    run(office)
    assert len(desk.sent) == 1
    desk.clock.advance(MINUTE)
    run(office)
    assert desk.titles[1:] == ["demo/greet: follow @north on A4 failed"]


def test_a_new_process_goes_on_where_the_old_one_ended(desk: NewsDesk) -> None:
    desk.ledger.spans.begin("1", "started")
    old = desk.office(ANNA)
    desk.fail("A1")
    run(old)
    desk.fail("A2")
    desk.ledger.spans.begin("1", "started")
    new = desk.office(ANNA)
    run(new)
    assert len(desk.sent) == 1, "the distance between messages holds over restarts"
    desk.clock.advance(5 * MINUTE)
    run(new)
    assert desk.titles[1:] == ["demo/greet: follow @north on A2 failed"]


def test_what_was_cut_off_is_sent_again_and_says_so(desk: NewsDesk) -> None:
    office = desk.office(ANNA)
    desk.fail()
    desk.opening.clear()
    office.run()
    (row,) = desk.ledger.notifications.open()
    assert row.begun_utc is not None
    desk.opening.set()
    office.close()
    desk.sent.clear()
    # As a process leaves it that was killed while it sent.
    with desk.ledger._database.connector.writing(flush=True, guarded=False) as connection:
        connection.exec_driver_sql("UPDATE notifications SET over_utc = NULL, is_sent = 0, begun_utc = 1")
    run(desk.office(ANNA))
    ((_, message),) = desk.sent
    assert message.text.startswith(AGAIN)
    assert message.data["may_be_repeated"] is True
    assert desk.ledger.notifications.open() == []


def test_what_cannot_be_sent_is_tried_again_and_given_up_in_the_end(desk: NewsDesk) -> None:
    office = desk.office(ANNA)
    desk.answers += ["refused"] * (len(BACK_OFF) + 1)
    desk.fail()
    run(office)
    trouble = trouble_with(desk.ledger, desk.clock.now())
    assert trouble is not None
    assert (trouble.count, trouble.recipients, trouble.problem) == (1, ("anna",), "refused")
    for wait in BACK_OFF:
        desk.clock.advance(wait.total_seconds() - 1)
        tried = len(desk.sent)
        run(office)
        assert len(desk.sent) == tried
        desk.clock.advance(1)
        run(office)
        assert len(desk.sent) == tried + 1
    assert [(line.state, line.problem) for line in notifications(desk.ledger)] == [
        (NotificationState.FAILED, "refused")
    ]
    desk.clock.advance(10 * 60 * MINUTE)
    run(office)
    assert len(desk.sent) == len(BACK_OFF) + 1


def test_a_recipient_that_hangs_delays_nobody_else(desk: NewsDesk) -> None:
    slow = replace(ANNA, name="slow")
    office = desk.office(slow)
    desk.fail()
    desk.opening.clear()
    office.run()
    for _ in range(3):
        desk.clock.advance(DEADLINE_S + 1)
        office.run()
    (line,) = notifications(desk.ledger)
    assert (line.state, line.problem) == (NotificationState.RETRYING, "no answer within 60 s")
    desk.clock.advance(BACK_OFF[0].total_seconds())
    office.run()
    assert desk.sent == [], "no second message while the first one is on its way"
    desk.opening.set()
    office.close()
    assert [line.state for line in notifications(desk.ledger)] == [NotificationState.SENT]


def test_nights_are_quiet_and_what_is_over_by_the_morning_is_told_to_nobody(desk: NewsDesk) -> None:
    sleeper = replace(ANNA, quiet=Hours.parse("11:00-13:00"), urgent=frozenset({NewsEvent.NEEDS_PERSON}))
    office, kept = desk.office(sleeper), desk.fail("A1")
    mended = desk.fail("A2")
    run(office)
    assert desk.sent == []
    desk.ledger.holds.place("A3", "TikTok asks to log in")
    run(office)
    assert desk.titles == ["the phone A3 needs a person"]
    desk.ledger.tasks.retry(mended)
    desk.clock.advance(60 * MINUTE)
    run(office)
    assert desk.titles[1:] == ["demo/greet: follow @north on A1 failed"]
    assert kept in str(desk.sent[1][1].data)
    assert sorted(line.state for line in notifications(desk.ledger)) == ["over", "sent", "sent"]


def test_a_hold_that_was_released_before_it_was_told_is_not_told(desk: NewsDesk) -> None:
    office = desk.office(replace(ANNA, gather=timedelta(seconds=20)))
    desk.ledger.holds.place("A1", "TikTok asks to log in")
    run(office)
    desk.ledger.holds.release("A1")
    desk.clock.advance(20)
    run(office)
    assert desk.sent == []
    assert trouble_with(desk.ledger, desk.clock.now()) is None


def test_only_who_heard_that_a_phone_was_gone_hears_that_it_is_back(desk: NewsDesk) -> None:
    office = desk.office(ANNA)
    for state, minutes in ((READY, 1), ("offline", 1), (READY, 3), ("offline", 3), (READY, 3)):
        desk.ledger.phones.note([PhoneSeen("A1", state)])
        run(office)
        desk.clock.advance(minutes * MINUTE)
        run(office)
    assert desk.titles == ["the phone A1 is gone", "the phone A1 is back"]


def test_the_summary_goes_out_at_its_time(desk: NewsDesk) -> None:
    office = desk.office(ANNA, summary_at=time(13))
    run(office)
    desk.clock.advance(60 * MINUTE)
    run(office)
    assert desk.titles == ["summary of the 24 hours until 2026-11-21 13:00"]


def test_thousands_that_wait_for_the_morning_hold_up_nothing_that_is_urgent(desk: NewsDesk) -> None:
    quiet, urgent = Hours.parse("00:00-00:00"), frozenset({NewsEvent.NEEDS_PERSON})
    office = desk.office(replace(ANNA, quiet=quiet, urgent=urgent), BOB)
    for number in range(1100):
        desk.miss(f"2026-11-21T09:00[UTC] {number}")
    run(office)
    desk.ledger.holds.place("A1", "TikTok asks to log in")
    run(office)
    assert sorted(name for name, _ in desk.sent) == ["anna", "bob"]
    assert set(desk.titles) == {"the phone A1 needs a person"}


def test_what_waits_for_somebody_who_is_gone_from_the_settings_ends(desk: NewsDesk) -> None:
    night = replace(ANNA, quiet=Hours.parse("00:00-00:00"))
    desk.fail()
    run(desk.office(night, BOB))
    run(desk.office(BOB))
    (line,) = notifications(desk.ledger)
    assert (line.state, line.problem) == (
        NotificationState.OVER,
        "its recipient is no longer in the settings",
    )


def test_news_become_too_old(desk: NewsDesk) -> None:
    office = desk.office(replace(ANNA, quiet=Hours.parse("00:00-00:00")))
    desk.fail()
    run(office)
    desk.clock.advance(TOO_OLD.total_seconds() + 1)
    run(office)
    (line,) = notifications(desk.ledger)
    assert line.problem == "it could not be told for two days"


def test_a_bug_ends_nothing(desk: NewsDesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where its crash log goes
    office = desk.office(ANNA)

    def fail(*_: object) -> list[object]:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(NewsLook, "news", fail)
    for _ in range(2):
        office.run()
    assert len(list(tmp_path.glob("runner-crash-*"))) == 1
