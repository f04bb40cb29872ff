"""What people were told outside of the ledger, what waits, and what could not be told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from runner.store.asked.ledger import AskedLedger
from runner.store.notification_rows import NotificationRow

LATELY = timedelta(days=1)
"""For how long a notification that was given up is shown as trouble."""


class NotificationState(StrEnum):
    """`over` was not sent since it was no longer so, or nobody was there to be told."""

    WAITING = "waiting"
    SENDING = "sending"
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"
    OVER = "over"


class NotificationLine(NamedTuple):
    """One notification for one recipient; `what` is foreign text."""

    id: int
    event: str
    recipient: str
    what: str
    state: NotificationState
    problem: str
    created_utc: datetime
    sent_utc: datetime | None
    not_before_utc: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class NotificationTrouble:
    """What could not be told lately: how many notifications, to whom, and the problem of the newest of them."""

    count: int
    recipients: tuple[str, ...]
    problem: str


def notifications(ledger: AskedLedger, limit: int = 50) -> list[NotificationLine]:
    """The latest notifications, newest first."""
    return [line_of(row) for row in ledger.notifications.newest(limit)]


def trouble_with(ledger: AskedLedger, now: datetime) -> NotificationTrouble | None:
    """What could not be told, or not yet though it was tried; None if all is well. Quick: for every page."""
    failed = [
        *ledger.notifications.failing(),
        *ledger.notifications.given_up(now - LATELY),
    ]
    if not failed:
        return None
    newest = max(failed, key=_at)
    recipients = tuple(dict.fromkeys(row.recipient for row in failed))
    return NotificationTrouble(len(failed), recipients, newest.problem)


def line_of(row: NotificationRow) -> NotificationLine:
    return NotificationLine(
        id=row.id,
        event=row.event,
        recipient=row.recipient,
        what=str(row.content.get("what", row.subject)),
        state=_state(row),
        problem=row.problem,
        created_utc=row.created_utc,
        sent_utc=row.over_utc if row.is_sent else None,
        not_before_utc=row.not_before_utc,
        tries=row.tries,
    )


def _state(row: NotificationRow) -> NotificationState:
    if row.is_sent:
        return NotificationState.SENT
    if row.over_utc is not None:
        return NotificationState.FAILED if row.tries else NotificationState.OVER
    if row.begun_utc is not None:
        return NotificationState.SENDING
    return NotificationState.RETRYING if row.tries else NotificationState.WAITING


def _at(row: NotificationRow) -> datetime:
    return row.over_utc or row.created_utc
