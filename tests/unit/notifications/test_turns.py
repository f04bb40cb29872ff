"""Which news go next to a recipient."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from runner.campaign.quantities import Hours
from runner.notifications.news import News, NewsEvent
from runner.notifications.recipients import Recipient
from runner.notifications.turns import MOST, next_turn
from runner.store.notification_rows import NotificationRow

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANNA = Recipient("anna", "json://localhost", every=5 * MINUTE)
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def row(
    number: int, event: NewsEvent = NewsEvent.FAILED, to: str = "anna", **changes: object
) -> NotificationRow:
    news = News(event, f"it/{number}", "A1", "it", "", NOW, "/")
    made = NotificationRow(number, *news.to(to, NOW)[:5], NOW, NOW, 0, None, "", None, False)
    return made._replace(**changes)


def ids(
    rows: list[NotificationRow], now: datetime = NOW, recipient: Recipient = ANNA, **last: datetime
) -> list[int]:
    last_sent = {("anna", event): at for event, at in last.items()}

    def waiting(event: NewsEvent) -> list[NotificationRow]:
        return [one for one in rows if one.event == event]

    return [one.id for one in next_turn(recipient, waiting, last_sent, now, STOCKHOLM)]


def test_like_news_go_together() -> None:
    assert ids([row(1), row(2, NewsEvent.MISSED), row(3)]) == [1, 3]


def test_the_most_pressing_go_first() -> None:
    assert ids([row(1), row(2, NewsEvent.NEEDS_PERSON)]) == [2]


def test_news_wait_for_others() -> None:
    assert ids([row(1, not_before_utc=NOW + MINUTE)]) == []
    assert ids([row(1, not_before_utc=NOW), row(2, not_before_utc=NOW + MINUTE)]) == [1]


def test_messages_about_one_kind_of_event_keep_their_distance() -> None:
    assert ids([row(1)], failed=NOW - 4 * MINUTE) == []
    assert ids([row(1)], failed=NOW - 5 * MINUTE) == [1]
    assert ids([row(1)], missed=NOW) == [1]
    assert ids([row(1)], failed=NOW + 60 * MINUTE) == [1], "the clock was set back"


def test_what_failed_goes_again_with_what_has_come_since() -> None:
    failed = row(1, tries=1, problem="refused", not_before_utc=NOW + MINUTE)
    assert ids([failed, row(2)]) == []
    assert ids([failed, row(2)], NOW + MINUTE) == [1, 2]


def test_the_night_is_quiet_on_the_fleets_clocks_but_for_what_is_urgent() -> None:
    sleeper = replace(ANNA, quiet=Hours.parse("22:00-07:00"), urgent=frozenset({NewsEvent.NEEDS_PERSON}))
    late, morning = (datetime(2026, 11, day, hour, tzinfo=UTC) for day, hour in ((21, 21), (22, 6)))
    assert ids([row(1), row(2, NewsEvent.NEEDS_PERSON)], late, sleeper) == [2]
    assert ids([row(1), row(3)], late, sleeper) == []
    assert ids([row(1), row(3)], morning, sleeper) == [1, 3]
    assert ids([row(1)], late - MINUTE, sleeper) == [1], "21:59 in Stockholm"


def test_summaries_go_alone_and_in_time() -> None:
    rows = [row(1, NewsEvent.SUMMARY), row(2, NewsEvent.SUMMARY)]
    assert ids(rows, summary=NOW - MINUTE) == [1]


def test_one_message_has_an_end() -> None:
    assert len(ids([row(number) for number in range(MOST + 7)])) == MOST
