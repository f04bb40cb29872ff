"""Decides which news go next to a recipient: like ones together, not too often, not at night. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo

from runner.notifications.news import NewsEvent
from runner.notifications.recipients import Recipient
from runner.store.rows import NotificationRow

MOST = 500
"""How many news one message counts."""

ALONE = (NewsEvent.SUMMARY, NewsEvent.TEST)
"""Events that have a message each, and whose time has been chosen already."""


def next_turn(
    recipient: Recipient,
    rows: Iterable[NotificationRow],
    last_sent: Mapping[tuple[str, str], datetime],
    now: datetime,
    zone: tzinfo,
) -> Sequence[NotificationRow]:
    """The news of one event that go to the recipient now in one message; empty if nothing goes now.

    `rows` are the open ones of any recipients, `last_sent` is when it was told last, by recipient and event; `zone` is
    that of its quiet hours.
    """
    by_event: dict[str, list[NotificationRow]] = {}
    for row in rows:
        if row.recipient == recipient.name:
            by_event.setdefault(row.event, []).append(row)
    is_quiet = recipient.quiet is not None and recipient.quiet.holds(now.astimezone(zone).time())
    for event in NewsEvent:
        waiting = by_event.get(event, [])
        if not waiting or (is_quiet and event not in recipient.urgent):
            continue
        last = last_sent.get((recipient.name, event))
        # A clock that was set back shows times again: what went out "later" says nothing then.
        if event not in ALONE and last is not None and last <= now < last + recipient.every:
            continue
        # What failed goes again with all that has come since: a server that is away gets one message.
        retried = [row.not_before_utc for row in waiting if row.tries]
        if retried and max(retried) > now:
            continue
        ready = [row for row in waiting if row.not_before_utc <= now]
        if ready:
            return ready[:1] if event in ALONE else ready[:MOST]
    return ()
