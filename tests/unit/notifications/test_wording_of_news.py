"""What a message says: short, with the zone named, and safe whatever a foreign text holds."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from runner.notifications.news import News, NewsEvent
from runner.notifications.wording import LONGEST_LINE, MOST_NAMED, Message, MessageOrigin, message_of, safe
from runner.store.artifacts import Artifacts
from runner.store.notification_rows import NotificationRow

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLACE = MessageOrigin(ZoneInfo("Europe/Stockholm"), "https://shelf.example/", Artifacts(Path("/nowhere")))


def message(*news: News, place: MessageOrigin = PLACE) -> Message:
    rows = [
        NotificationRow(number, *one.to("anna", NOW)[:5], NOW, NOW, 1, None, "", None, False)
        for number, one in enumerate(news)
    ]
    return message_of(rows, place, NOW)


def hold(device: str = "A1", why: str = "TikTok asks to log in") -> News:
    what = f"the phone {device} needs a person"
    page = f"/phones/{device}"
    return News(NewsEvent.NEEDS_PERSON, f"hold/{device}", device, what, why, NOW, page, f"{device}.jpg")


def test_one_is_told_whole() -> None:
    told = message(hold())
    assert told.title == "runner: the phone A1 needs a person"
    assert told.text.splitlines() == [
        "the phone A1 needs a person (2026-11-21 13:00:00)",
        "  TikTok asks to log in",
        "  https://shelf.example/phones/A1",
        "Times are those of Europe/Stockholm.",
    ]


def test_many_are_counted_and_the_first_are_named() -> None:
    told = message(*(hold(f"A{number}") for number in range(MOST_NAMED + 2)))
    assert told.title == "runner: 12 phones need a person"
    assert "and 2 more: https://shelf.example/" in told.text
    assert len(told.data["items"]) == MOST_NAMED + 2  # type: ignore[arg-type]


def test_a_rehearsal_says_so() -> None:
    assert message(hold(), place=replace(PLACE, is_rehearsal=True)).title.startswith("[rehearsal] ")


def test_without_an_address_nothing_links_anywhere() -> None:
    told = message(hold(), place=replace(PLACE, url=None))
    assert "http" not in told.text
    assert json.loads(told.body())["items"][0]["link"] is None


def test_pictures_are_attached_as_far_as_they_are_there_and_not_too_large(tmp_path: Path) -> None:
    (tmp_path / "A1.jpg").write_bytes(b"picture")
    told = message(hold("A1"), hold("A2"), place=replace(PLACE, artifacts=Artifacts(tmp_path)))
    assert told.pictures == (tmp_path / "A1.jpg",)


def test_foreign_text_steers_nothing_calls_nobody_and_has_an_end() -> None:
    assert safe("a\x1b[2J\u202eb\tc") == "a\\x1b[2J\\u202eb c"
    assert safe("@everyone and <@&7> and @brand_se") == "@ everyone and < @&7> and @brand_se"
    assert len(safe("x" * 10_000)) == LONGEST_LINE
    told = message(hold(why="one\n" + "two\n" * 1000))
    assert len(told.text.splitlines()) < 20


def test_the_same_news_have_the_same_id() -> None:
    assert message(hold("A1"), hold("A2")).id == message(hold("A2"), hold("A1")).id
    assert message(hold("A1")).id != message(hold("A2")).id
