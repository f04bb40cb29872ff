"""What is asked about the lives of daemons, and what the ledger knows of time."""

from datetime import datetime

from runner.store.asked.questions import AskedPart
from runner.store.rows import SpanRow

LATEST_ATTEMPTS = 100
"""How many of the newest attempts are searched for the one that ended last: near enough for a warning."""

LATEST = (
    f"SELECT started_utc, finished_utc FROM attempts ORDER BY id DESC LIMIT {LATEST_ATTEMPTS}",
    "SELECT seen_utc, stopped_utc FROM daemon_spans ORDER BY id DESC LIMIT 1",
    "SELECT begun_utc, settled_utc FROM effects ORDER BY id DESC LIMIT 1",
    "SELECT created_utc FROM occurrences ORDER BY id DESC LIMIT 1",
)


class AskedSpans(AskedPart):
    def newest(self, limit: int = 50) -> list[SpanRow]:
        """The latest spans, newest first."""
        return self._spans(limit)

    def last(self) -> SpanRow | None:
        return next(iter(self._spans(1)), None)

    def at(self, instant: datetime) -> SpanRow | None:
        """The newest span in which a daemon was surely alive at this instant."""
        lived = "WHERE started_utc <= :instant AND coalesce(stopped_utc, seen_utc) >= :instant"
        return next(iter(self._spans(1, lived, instant=instant)), None)

    def latest_instant(self) -> datetime | None:
        """The latest instant in the ledger; a clock that is behind it is wrong, or was wrong then."""
        with self._asked.asking("read the latest instant") as ask:
            found = [instant for question in LATEST for row in ask(question) for instant in row]
        return max((instant for instant in found if instant is not None), default=None)

    def _spans(self, limit: int, where: str = "", **values: object) -> list[SpanRow]:
        question = (
            "SELECT id, executor, version, started_utc, start_reason, seen_utc, stopped_utc, stop_reason"
            f" FROM daemon_spans {where} ORDER BY id DESC LIMIT :limit"
        )
        rows = self._ask("read the daemon's spans", question, limit=limit, **values)
        return [SpanRow(*row) for row in rows]
