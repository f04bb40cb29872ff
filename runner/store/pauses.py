"""Pauses: which tasks a person keeps from starting, and since when."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, or_, select, update

from runner.store import schema
from runner.store.part import Part
from runner.store.request_rows import PauseRow, PauseScope

PAUSE = schema.pauses.c
PAUSE_COLUMNS = (PAUSE.scope, PAUSE.subject, PAUSE.requested_by, PAUSE.since_utc, PAUSE.ended_utc)
PAUSES = select(*PAUSE_COLUMNS).order_by(PAUSE.id)
CURRENT = PAUSES.where(PAUSE.ended_utc.is_(None))
"""Made once: the executor asks after each step."""


class Pauses(Part):
    def begin(self, scope: PauseScope, subject: str | None, by: str) -> None:
        """Keep tasks from starting until `end`; a pause that lasts already keeps its beginning."""
        row = {"scope": scope, "subject": subject, "requested_by": by, "since_utc": self._clock.now()}
        lasting = select(PAUSE.id).filter_by(scope=scope, subject=subject, ended_utc=None)

        def work(connection: Connection) -> None:
            if connection.scalar(lasting) is None:
                connection.execute(insert(schema.pauses).values(row))

        self._write(f"pause {subject or 'everything'}", work)

    def end(self, scope: PauseScope | None = None, subject: str | None = None) -> int:
        """End the pauses of a scope and a subject (None: of all of them); returns how many there were."""
        lasting = update(schema.pauses).filter_by(ended_utc=None)
        if scope is not None:
            lasting = lasting.filter_by(scope=scope)
        if subject is not None:
            lasting = lasting.filter_by(subject=subject)
        ended = lasting.values(ended_utc=self._clock.now())
        return self._write(
            f"resume {subject or 'everything'}", lambda connection: connection.execute(ended).rowcount
        )

    def current(self) -> list[PauseRow]:
        """The pauses that last, oldest first."""
        return self._pauses(CURRENT)

    def between(self, from_utc: datetime, until_utc: datetime) -> list[PauseRow]:
        """The pauses that lasted at some instant from `from_utc` until `until_utc`, oldest first."""
        lasted = (PAUSE.since_utc < until_utc, or_(PAUSE.ended_utc.is_(None), PAUSE.ended_utc > from_utc))
        return self._pauses(PAUSES.where(*lasted))

    def _pauses(self, query: Select[Any]) -> list[PauseRow]:
        def work(connection: Connection) -> list[PauseRow]:
            return [PauseRow(*row) for row in connection.execute(query)]

        return self._read("read the pauses", work)
