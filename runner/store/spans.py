"""The lives of daemons, and what the ledger knows of time."""

from datetime import datetime

from sqlalchemy import insert, update

from runner.clock import Clock
from runner.store import schema
from runner.store.asked.spans import AskedSpans
from runner.store.database import Database
from runner.store.part import Part, new_id
from runner.store.tally import Tally


class Spans(AskedSpans, Part):
    """`executor` names this process in the spans that it begins. Each beat raises the ledger's tally."""

    def __init__(self, database: Database, clock: Clock, tally: Tally, executor: str) -> None:
        super().__init__(database, clock)
        self._tally = tally
        self._executor = executor

    def begin(self, version: str, reason: str, seen_utc: datetime | None = None) -> int:
        """Begin the span of a daemon; returns its id. `reason` says why it begins.

        The daemon has considered everything that was due up to `seen_utc` (None: now).
        """
        now = self._clock.now()
        row = {"executor": self._executor, "version": version, "started_utc": now, "start_reason": reason}
        statement = insert(schema.daemon_spans).values(**row, seen_utc=seen_utc or now, stop_reason="")
        return self._tally.write("begin a span", lambda connection: new_id(connection, statement))

    def heartbeat(self, span_id: int, seen_utc: datetime | None = None) -> None:
        """Note that the daemon lives, and has considered everything that was due up to `seen_utc` (None: now)."""
        beat = (
            update(schema.daemon_spans).filter_by(id=span_id).values(seen_utc=seen_utc or self._clock.now())
        )
        self._tally.write(
            "say that the daemon lives", lambda connection: connection.execute(beat), guarded=True
        )

    def end(self, span_id: int, reason: str) -> None:
        """End a span: the daemon stops, or its clock stepped. `seen_utc` stays as it is."""
        ended = update(schema.daemon_spans).filter_by(id=span_id, stopped_utc=None)
        values = {"stopped_utc": self._clock.now(), "stop_reason": reason}
        self._tally.write("end the span", lambda connection: connection.execute(ended.values(values)))
