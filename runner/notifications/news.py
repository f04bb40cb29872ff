"""News: what happened that people want to be told outside of the runner."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from runner.clock import utc
from runner.store.notification_rows import NewNotification, NotificationRow

LONGEST = 2000
"""How many characters of a foreign text are kept: a notification is short, the ledger has the whole."""


class NewsEvent(StrEnum):
    """What news are about; the most pressing first."""

    NEEDS_PERSON = "needs-person"
    UNCERTAIN = "uncertain"
    DAEMON_WAS_DOWN = "daemon-was-down"
    HOST_GONE = "host-gone"
    FAILED = "failed"
    MISSED = "missed"
    INVALID_FILE = "invalid-file"
    PHONE_GONE = "phone-gone"
    PHONE_BACK = "phone-back"
    HOST_BACK = "host-back"
    SUMMARY = "summary"
    TEST = "test"


TOLD = tuple(event for event in NewsEvent if event is not NewsEvent.TEST)
"""The events that a recipient may choose."""


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened.

    `identity` is the same whenever the same thing is found again. `subject` is the phone, task, file or campaign,
    `what` a sentence without a full stop, `why` what is known of the reason, with lines of its own if need be. `page`
    is the path of the dashboard's page about it, `screenshot` a path inside the artifacts' folder, `task` the key of
    the task that it is about. It is not told before `wait` has passed, since it may be over by then.
    """

    event: NewsEvent
    identity: str
    subject: str
    what: str
    why: str
    at_utc: datetime
    page: str
    screenshot: str | None = None
    task: str | None = None
    wait: timedelta = timedelta()

    def to(self, recipient: str, not_before_utc: datetime) -> NewNotification:
        """What the ledger keeps of it for one recipient."""
        content = {
            "identity": self.identity,
            "what": self.what[:LONGEST],
            "why": self.why[:LONGEST],
            "at_utc": utc(self.at_utc),
            "page": self.page,
            "screenshot": self.screenshot,
            "task": self.task,
        }
        key = key_of(self.event, self.identity, recipient)
        return NewNotification(key, self.event, self.subject, recipient, content, not_before_utc)


def key_of(event: NewsEvent, identity: str, recipient: str) -> str:
    """The key of news for a recipient."""
    return f"{event}/{identity}@{recipient}"


def news_of(row: NotificationRow) -> News:
    """The news that a row of the ledger tells."""
    told: dict[str, Any] = dict(row.content)
    at_utc = datetime.fromisoformat(told.pop("at_utc"))
    return News(NewsEvent(row.event), subject=row.subject, at_utc=at_utc, **told)
