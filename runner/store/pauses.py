"""Pauses: which tasks a person keeps from starting, and since when."""

from sqlalchemy import Connection, insert, select, update

from runner.store import schema
from runner.store.asked.obstacles import AskedPauses
from runner.store.part import Part
from runner.store.request_rows import PauseScope

PAUSE = schema.pauses.c


class Pauses(AskedPauses, Part):
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
