"""Notifications: what people are to be told outside of the ledger, to whom, and what became of it. See
docs/decisions/0026."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from runner.store import schema
from runner.store.asked.notifications import AskedNotifications
from runner.store.bulk import chunks
from runner.store.notification_rows import NewNotification, NotificationRow, Untold
from runner.store.part import Part

NOTIFICATION = schema.notifications.c
COLUMNS = tuple(NOTIFICATION[name] for name in NotificationRow._fields)

IS_OPEN = NOTIFICATION.over_utc.is_(None)
"""As the index of open ones has it, word for word."""

LOOK_BACK = timedelta(days=2)
"""How far back the newest message to a recipient is looked for: nobody has messages further apart."""


class Notifications(AskedNotifications, Part):
    def note(self, news: Collection[NewNotification]) -> int:
        """Write down what is to be told, in one transaction; what has a known key is told already. Returns how many
        were new."""
        now, by_key = self._clock.now(), {one.key: one for one in news}

        def work(connection: Connection) -> int:
            for keys in chunks(list(by_key)):
                known = select(NOTIFICATION.key).where(NOTIFICATION.key.in_(keys))
                for key in connection.scalars(known).all():
                    del by_key[key]
            rows = [
                {**one._asdict(), "created_utc": now, "tries": 0, "problem": "", "is_sent": False}
                for one in by_key.values()
            ]
            if rows:
                connection.execute(insert(schema.notifications), rows)
            return len(rows)

        return self._write(f"record {len(news)} notifications", work) if news else 0

    def waiting(self) -> list[Untold]:
        """To whom what is still to be told, without the news themselves."""
        of_whom = (NOTIFICATION.recipient, NOTIFICATION.event)
        query = select(*of_whom, func.min(NOTIFICATION.created_utc)).where(IS_OPEN).group_by(*of_whom)

        def work(connection: Connection) -> list[Untold]:
            return [Untold(*row) for row in connection.execute(query)]

        return self._read("read whether anything is to be told", work)

    def open(
        self, recipient: str | None = None, event: str | None = None, limit: int = 1000
    ) -> list[NotificationRow]:
        """What is still to be told to a recipient of an event (None: of any), in the order in which it may go."""
        query = select(*COLUMNS).where(IS_OPEN)
        if recipient is not None:
            query = query.where(NOTIFICATION.recipient == recipient)
        if event is not None:
            query = query.where(NOTIFICATION.event == event)
        order = (NOTIFICATION.not_before_utc, NOTIFICATION.id)
        return self._rows("read what is to be told", query.order_by(*order).limit(limit))

    def begin(self, ids: Sequence[int]) -> None:
        """Note that one message with these begins to be sent now: another process that finds them begun and not over
        knows that they may have gone out."""
        begun = {"tries": NOTIFICATION.tries + 1, "begun_utc": self._clock.now()}
        self._change("record that notifications are sent", ids, begun)

    def sent(self, ids: Sequence[int]) -> None:
        """Note that they have gone out."""
        over = {"over_utc": self._clock.now(), "begun_utc": None, "is_sent": True, "problem": ""}
        self._change("record that notifications were sent", ids, over)

    def failed(self, ids: Sequence[int], problem: str, again_utc: datetime) -> None:
        """Note why they could not be sent, and when to try again."""
        failed = {"problem": problem, "begun_utc": None, "not_before_utc": again_utc}
        self._change("record that notifications failed", ids, failed)

    def give_up(self, ids: Sequence[int], problem: str) -> None:
        """Note that they are never sent, and why."""
        over = {"over_utc": self._clock.now(), "begun_utc": None, "problem": problem}
        self._change("record that notifications are given up", ids, over)

    def give_up_of(self, recipient: str, problem: str, before_utc: datetime | None = None) -> None:
        """The same for all that a recipient is to be told, and that was made before an instant (None: ever); not for
        what is being sent."""
        over = {"over_utc": self._clock.now(), "problem": problem}
        theirs = update(schema.notifications).where(
            IS_OPEN, NOTIFICATION.recipient == recipient, NOTIFICATION.begun_utc.is_(None)
        )
        if before_utc is not None:
            theirs = theirs.where(NOTIFICATION.created_utc < before_utc)
        self._write("record that notifications are given up", lambda it: it.execute(theirs.values(over)))

    def last_sent(self) -> dict[tuple[str, str], datetime]:
        """When the newest message of each kind went out to each recipient lately, by recipient and event."""
        since = self._clock.now() - LOOK_BACK
        query = (
            select(NOTIFICATION.recipient, NOTIFICATION.event, func.max(NOTIFICATION.over_utc))
            .where(NOTIFICATION.created_utc >= since, NOTIFICATION.is_sent)
            .group_by(NOTIFICATION.recipient, NOTIFICATION.event)
        )

        def work(connection: Connection) -> dict[tuple[str, str], datetime]:
            return {(row[0], row[1]): row[2] for row in connection.execute(query)}

        return self._read("read what was told lately", work)

    def newest_of(self, events: Collection[str], limit: int = 2000) -> list[NotificationRow]:
        """The latest notifications of these events, newest first. It reads backwards from the newest of all."""
        query = select(*COLUMNS).where(NOTIFICATION.event.in_(events)).order_by(NOTIFICATION.id.desc())
        return self._rows("read notifications", query.limit(limit))

    def states_of(self, keys: Sequence[str]) -> dict[str, NotificationRow]:
        """Those with these keys, by key."""
        query = select(*COLUMNS).where(NOTIFICATION.key.in_(keys))
        return {row.key: row for row in self._rows("look for notifications", query)}

    def _rows(self, action: str, query: Select[Any]) -> list[NotificationRow]:
        def work(connection: Connection) -> list[NotificationRow]:
            return [NotificationRow(*row) for row in connection.execute(query)]

        return self._read(action, work)

    def _change(self, action: str, ids: Sequence[int], values: Mapping[str, Any]) -> None:
        def work(connection: Connection) -> None:
            for some in chunks(ids):
                changed = update(schema.notifications).where(NOTIFICATION.id.in_(some), IS_OPEN)
                connection.execute(changed.values(values))

        self._write(action, work)
