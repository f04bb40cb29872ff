"""Decides which news go next to a recipient: like ones together, not too often, not at night. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo

from runner.notifications.news import NewsEvent
from runner.notifications.recipients import Recipient
from runner.store.notification_rows import NotificationRow

MOST = 500
"""How many news one message counts."""

ALONE = (NewsEvent.SUMMARY, NewsEvent.TEST)
"""Events that have a message each, and whose time has been chosen already."""


def next_turn(
    recipient: Recipient,
    waiting: Callable[[NewsEvent], Sequence[NotificationRow]],
    last_sent: Mapping[tuple[str, str], datetime],
    now: datetime,
    zone: tzinfo,
) -> Sequence[NotificationRow]:
    """The news of one event that go to the recipient now in one message; empty if nothing goes now.

    `waiting` gives its open ones of an event, `last_sent` is when it was told last, by recipient and event; `zone` is
    that of its quiet hours.
    """
    is_quiet = recipient.quiet is not None and recipient.quiet.holds(now.astimezone(zone).time())
    for event in NewsEvent:
        if is_quiet and event not in recipient.urgent:
            continue
        last = last_sent.get((recipient.name, event))
        # A clock that was set back shows times again: what went out "later" says nothing then.
        if event not in ALONE and last is not None and last <= now < last + recipient.every:
            continue
        rows = waiting(event)
        # What failed goes again with all that has come since: a server that is away gets one message.
        retried = [row.not_before_utc for row in rows if row.tries]
        if retried and max(retried) > now:
            continue
        ready = [row for row in rows if row.not_before_utc <= now]
        if ready:
            return ready[:1] if event in ALONE else ready[:MOST]
    return ()
