"""What is found in the ledger: everything once, over restarts too."""

from datetime import time, timedelta
from pathlib import Path

from host_shelf import HostShelf
from news_desk import NewsDesk

from runner.notifications.host_look import GONE_FOR, STOPPED_FOR
from runner.notifications.look import AFTER_START, NewsLook
from runner.notifications.news import News, NewsEvent
from runner.notifications.present import Present
from runner.store.campaign_rows import InvalidFile
from runner.store.phone_rows import READY
from runner.store.phones import PhoneSeen
from runner.tasks import TaskState

HOUR = timedelta(hours=1)


def found(look: NewsLook) -> list[News]:
    return [one for part in look.news() for one in part]


def events(look: NewsLook) -> list[str]:
    return [one.event.value for one in found(look)]


def test_a_task_that_went_wrong_is_found_once(desk: NewsDesk) -> None:
    look = desk.look()
    for state in (TaskState.FAILED, TaskState.UNCERTAIN):
        desk.end(desk.add(entry=state.value), state)
    desk.ledger.tasks.miss([desk.add(entry="late")], "held back for longer than 1h")
    desk.end(desk.add(entry="fine"), TaskState.COMPLETED)
    assert sorted(events(look)) == ["failed", "missed", "uncertain"]
    assert events(look) == []
    desk.clock.advance(60)
    assert events(look) == []


def test_a_task_that_fails_anew_is_told_anew(desk: NewsDesk) -> None:
    look, key = desk.look(), desk.fail()
    assert events(look) == ["failed"]
    desk.clock.advance(1)
    desk.ledger.tasks.retry(key)
    assert events(look) == []
    desk.end(key)
    assert events(look) == ["failed"]


def test_a_phone_that_needs_a_person_is_found_with_its_task_and_its_screen(desk: NewsDesk) -> None:
    look, key = desk.look(), desk.add()
    desk.ledger.holds.place("A1", "TikTok asks to log in", key)
    desk.end(key)
    (news,) = found(look)
    assert (news.event, news.subject, news.page) == (NewsEvent.NEEDS_PERSON, "A1", "/phones/A1")
    assert (news.screenshot, news.task) == ("ab/1.jpg", key)
    assert "TikTok asks to log in" in news.why and "follow @north" in news.why


def test_what_was_missed_as_a_whole_is_found(desk: NewsDesk) -> None:
    look = desk.look()
    desk.miss("2026-11-21T09:00[UTC]")
    (news,) = found(look)
    assert (news.event, news.why) == (NewsEvent.MISSED, "the daemon was down")
    assert events(look) == []


def test_what_happened_right_before_a_crash_is_found_after_it(desk: NewsDesk) -> None:
    desk.ledger.spans.begin("1", "started")
    desk.fail(entry="old")
    desk.clock.advance(3 * HOUR.total_seconds())
    (span,) = desk.ledger.spans.newest(1)
    desk.ledger.spans.heartbeat(span.id)
    desk.fail(entry="new")
    desk.clock.advance(50 * HOUR.total_seconds())
    desk.ledger.spans.begin("1", "started")
    assert [one.what.split(":")[0] for one in found(desk.look()) if one.event == "failed"] == ["demo/new"]


def test_without_an_earlier_daemon_nothing_old_is_told(desk: NewsDesk) -> None:
    desk.fail()
    desk.clock.advance(AFTER_START.total_seconds())
    desk.ledger.spans.begin("1", "started")
    assert events(desk.look()) == []


def test_a_daemon_that_died_is_told_and_one_that_was_restarted_is_not(desk: NewsDesk) -> None:
    first = desk.ledger.spans.begin("1", "started")
    desk.clock.advance(30)
    desk.ledger.spans.begin("1", "started")
    look = desk.look()
    (news,) = found(look)
    assert news.what == "the daemon was down from 2026-11-21 12:00:00+00:00 to 2026-11-21 12:00:30+00:00"
    assert events(look) == []
    second = desk.ledger.spans.last()
    assert second is not None and second.id != first
    desk.ledger.spans.end(second.id, "stopped")
    desk.clock.advance(60)
    third = desk.ledger.spans.begin("1", "started")
    assert events(desk.look()) == []
    desk.ledger.spans.end(third, "stopped")
    desk.clock.advance(HOUR.total_seconds())
    desk.ledger.spans.begin("1", "started")
    (news,) = found(desk.look())
    assert (news.event, news.why) == (NewsEvent.DAEMON_WAS_DOWN, "stopped")


def test_a_clock_that_was_set_back_hides_nothing(desk: NewsDesk) -> None:
    look = desk.look()
    assert events(look) == []
    desk.clock.advance(-HOUR.total_seconds())
    assert events(look) == []
    desk.fail()
    assert events(look) == ["failed"]


def test_an_invalid_file_is_found_with_its_problems(desk: NewsDesk, tmp_path: Path) -> None:
    look, file = desk.look(), str(tmp_path / "demo.yaml")
    problem = "1: one\n2: no such key"
    desk.ledger.campaigns.replace_invalid_files([InvalidFile(file, "demo", problem, None, desk.clock.now())])
    (news,) = found(look)
    assert (news.event, news.page) == (NewsEvent.INVALID_FILE, "/campaigns/demo")
    assert "2: no such key" in news.why
    assert events(look) == []


def test_a_phone_goes_and_comes_back(desk: NewsDesk) -> None:
    look = desk.look()
    desk.ledger.phones.note([PhoneSeen("A1", READY), PhoneSeen("OTHER", "offline")])
    assert events(look) == []
    desk.clock.advance(1)
    desk.ledger.phones.note([PhoneSeen("A1", "offline")])
    (gone,) = found(look)
    assert (gone.event, gone.subject) == (NewsEvent.PHONE_GONE, "A1")
    desk.clock.advance(1)
    desk.ledger.phones.note([PhoneSeen("A1", "unauthorized")])
    assert events(look) == []
    desk.ledger.notifications.note([gone.to("anna", desk.clock.now())])
    desk.clock.advance(1)
    desk.ledger.phones.note([PhoneSeen("A1", READY)])
    (back,) = found(desk.look())
    assert (back.event, back.identity) == (NewsEvent.PHONE_BACK, gone.identity)


def test_the_summary_comes_once_a_day_and_also_after_a_night_without_a_daemon(desk: NewsDesk) -> None:
    look = desk.look(time(13))
    desk.fail()
    assert events(look) == ["failed"]
    desk.clock.advance(HOUR.total_seconds())
    (summary,) = found(look)
    assert summary.identity == "summary/2026-11-21"
    assert "Tasks that fell due: 1 failed." in summary.why
    assert "failed: demo/greet: follow @north on A1: no button" in summary.why
    assert events(look) == []
    desk.ledger.spans.begin("1", "started")
    desk.clock.advance(30 * HOUR.total_seconds())
    desk.ledger.spans.begin("1", "started")
    assert "summary/2026-11-22" in [one.identity for one in found(desk.look(time(13)))]


def test_a_host_that_dies_is_told_once_and_when_it_is_back(desk: NewsDesk) -> None:
    shelf, look = HostShelf(desk.ledger, desk.clock), desk.look()
    shelf.host("north", is_daemon=True)
    shelf.host("south", "A1", "A2")
    shelf.leads("north")
    assert events(look) == []
    desk.clock.advance(60)
    shelf.dies("south", ago=timedelta(seconds=7))
    (gone,) = found(look)
    assert (gone.event, gone.subject, gone.page) == (NewsEvent.HOST_GONE, "south", "/hosts")
    assert gone.what.startswith("the host south died at ") and gone.wait == GONE_FOR
    assert gone.why == "What is to be done on A1, A2 waits for it."
    assert not Present(desk.ledger).is_over(gone, "anna")
    assert events(look) == []
    desk.ledger.notifications.note([gone.to("anna", desk.clock.now())])
    assert events(desk.look()) == ["host-gone"], "the same news, with the same identity"
    shelf.host("south", "A1")
    (back,) = found(desk.look())
    assert (back.event, back.identity) == (NewsEvent.HOST_BACK, gone.identity)
    assert Present(desk.ledger).is_over(gone, "anna")
    assert Present(desk.ledger).is_over(back, "ben"), "nobody told him that it had gone"


def test_a_host_that_is_stopped_is_told_if_phones_wait_for_it(desk: NewsDesk) -> None:
    shelf, look = HostShelf(desk.ledger, desk.clock), desk.look()
    shelf.host("north", is_daemon=True)
    shelf.host("south", "A1")
    for name in ("north", "south"):
        shelf.stops(name, ago=timedelta())
    (gone,) = found(look)
    assert (gone.subject, gone.wait) == ("south", STOPPED_FOR)
    assert "stopped at" in gone.what and "(terminated)" in gone.what


def test_a_lead_that_changes_hands_is_no_time_without_a_daemon(desk: NewsDesk) -> None:
    HostShelf(desk.ledger, desk.clock).host("north", is_daemon=True)
    desk.ledger.spans.begin("1", "started")
    desk.clock.advance(14)
    desk.ledger.spans.begin("1", "took the lead")
    assert events(desk.look()) == []
    desk.clock.advance(1800)
    desk.ledger.spans.begin("1", "took the lead")
    assert events(desk.look()) == ["daemon-was-down"]
