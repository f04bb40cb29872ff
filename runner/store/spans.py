"""The lives of daemons, and what the ledger knows of time."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from runner.clock import Clock
from runner.store import schema
from runner.store.database import Database
from runner.store.part import Part, new_id
from runner.store.rows import SpanRow
from runner.store.tally import Tally

SPAN = schema.daemon_spans.c
ATTEMPT, EFFECT, OCCURRENCE = schema.attempts.c, schema.effects.c, schema.occurrences.c

LATEST_ATTEMPTS = 100
"""How many of the newest attempts are searched for the one that ended last: near enough for a warning."""


class Spans(Part):
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

    def newest(self, limit: int = 50) -> list[SpanRow]:
        """The latest spans, newest first."""
        return self._spans(limit)

    def last(self) -> SpanRow | None:
        return next(iter(self._spans(1)), None)

    def at(self, instant: datetime) -> SpanRow | None:
        """The newest span in which a daemon was surely alive at this instant."""
        ended = func.coalesce(SPAN.stopped_utc, SPAN.seen_utc)
        return next(iter(self._spans(1, SPAN.started_utc <= instant, ended >= instant)), None)

    def latest_instant(self) -> datetime | None:
        """The latest instant in the ledger; a clock that is behind it is wrong, or was wrong then."""

        def work(connection: Connection) -> datetime | None:
            newest = select(ATTEMPT.started_utc, ATTEMPT.finished_utc).order_by(ATTEMPT.id.desc())
            found = [instant for row in connection.execute(newest.limit(LATEST_ATTEMPTS)) for instant in row]
            for last in (
                select(SPAN.seen_utc, SPAN.stopped_utc).order_by(SPAN.id.desc()),
                select(EFFECT.begun_utc, EFFECT.settled_utc).order_by(EFFECT.id.desc()),
                select(OCCURRENCE.created_utc).order_by(OCCURRENCE.id.desc()),
            ):
                found += connection.execute(last.limit(1)).one_or_none() or ()
            return max((instant for instant in found if instant is not None), default=None)

        return self._read("read the latest instant", work)

    def _spans(self, limit: int, *where: ColumnElement[bool]) -> list[SpanRow]:
        columns = (
            SPAN.id,
            SPAN.executor,
            SPAN.version,
            SPAN.started_utc,
            SPAN.start_reason,
            SPAN.seen_utc,
            SPAN.stopped_utc,
            SPAN.stop_reason,
        )
        query = select(*columns).where(*where).order_by(SPAN.id.desc()).limit(limit)

        def work(connection: Connection) -> list[SpanRow]:
            return [SpanRow(*row) for row in connection.execute(query)]

        return self._read("read the daemon's spans", work)
