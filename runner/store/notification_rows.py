"""What people are told, as callers write it to the ledger and read it. Instants are aware and in UTC."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple


class NewNotification(NamedTuple):
    """What a recipient is to be told, not before an instant; `key` is the same for the same news to the same recipient.

    `content` is what happened, as `notifications/news.py` has it, in a form that JSON takes.
    """

    key: str
    event: str
    subject: str
    recipient: str
    content: Mapping[str, object]
    not_before_utc: datetime


class Untold(NamedTuple):
    """A recipient who is still to be told something of an event, and when the oldest of it was made."""

    recipient: str
    event: str
    oldest_utc: datetime


class NotificationRow(NamedTuple):
    """What a recipient is told, or was.

    `tries` counts how often it was begun to be sent, and `begun_utc` is when the present try began, None between tries;
    `problem` says why the last try failed. Once it is over (`over_utc`), it was sent, or it was given up for that
    problem.
    """

    id: int
    key: str
    event: str
    subject: str
    recipient: str
    content: Mapping[str, Any]
    created_utc: datetime
    not_before_utc: datetime
    tries: int
    begun_utc: datetime | None
    problem: str
    over_utc: datetime | None
    is_sent: bool
