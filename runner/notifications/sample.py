"""A message as news of an event would have it, to try recipients with."""

from datetime import datetime

from runner.notifications.news import News, NewsEvent
from runner.notifications.wording import Message, MessageOrigin, message_of
from runner.settings import Settings
from runner.store.artifacts import Artifacts
from runner.store.notification_rows import NotificationRow

TEST = "This is a test by hand: nothing has happened."

WHAT = {
    NewsEvent.NEEDS_PERSON: ("the phone R58M123ABC needs a person", "/phones/R58M123ABC"),
    NewsEvent.UNCERTAIN: ("demo/greet: follow @north on R58M123ABC is uncertain", "/tasks/1"),
    NewsEvent.DAEMON_WAS_DOWN: ("the daemon was down from 09:00 to 09:15", "/"),
    NewsEvent.HOST_GONE: ("the host shelf-2 died at 09:15", "/hosts"),
    NewsEvent.FAILED: ("demo/greet: follow @north on R58M123ABC failed", "/tasks/1"),
    NewsEvent.MISSED: ("demo/greet: follow @north on R58M123ABC was missed", "/tasks/1"),
    NewsEvent.INVALID_FILE: ("the campaign file demo.yaml is invalid", "/campaigns/demo"),
    NewsEvent.PHONE_GONE: ("the phone R58M123ABC is gone", "/phones/R58M123ABC"),
    NewsEvent.PHONE_BACK: ("the phone R58M123ABC is back", "/phones/R58M123ABC"),
    NewsEvent.HOST_BACK: ("the host shelf-2 is back", "/hosts"),
    NewsEvent.SUMMARY: ("summary of the 24 hours until 08:00", "/"),
    NewsEvent.TEST: ("a test", "/"),
}


def sample(event: NewsEvent, settings: Settings, now: datetime) -> Message:
    """The message of an event that has not happened, and says so."""
    what, page = WHAT[event]
    news = News(event, f"test/{now.isoformat()}", "test", what, TEST, now, page)
    new = news.to("test", now)
    row = NotificationRow(0, *new[:5], now, now, 1, None, "", None, False)
    origin = MessageOrigin(settings.zone, settings.public_url, Artifacts(settings.state_dir))
    return message_of([row], origin, now)
