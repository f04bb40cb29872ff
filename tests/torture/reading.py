"""Reads a ledger beside the daemon, which may be dead or may not have made the tables yet."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waves import WAVES, Deed

FINAL = ("completed", "failed", "missed", "skipped", "cancelled", "uncertain")


@dataclass
class Reading:
    """Reads the ledger in a file."""

    file: Path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        try:
            connection = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)
        except sqlite3.OperationalError:
            return []
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname == "SQLITE_ERROR" and "no such table" not in str(error):
                raise  # the query is wrong
            return []
        finally:
            connection.close()

    def count(self, condition: str) -> int:
        """How many tasks meet a condition."""
        return sum(count for (count,) in self.rows(f"SELECT count(*) FROM tasks WHERE {condition}"))

    def states(self) -> dict[str, int]:
        return dict(self.rows("SELECT state, count(*) FROM tasks GROUP BY state"))

    def committed_beside(self) -> "Counter[Deed]":
        """What was done for tasks outside of waves, all in one app: they may have been stopped or deleted in time."""
        query = f"""
            SELECT tasks.device, 'tiktok', kind, ltrim(effects.target, '@')
            FROM effects JOIN tasks ON tasks.id = task_id
            WHERE effects.state = 'committed' AND NOT {WAVES}
        """
        return Counter(self.rows(query))

    def contradictions(self, promised: Collection[int]) -> Iterator[str]:
        """What cannot be true when everything is over; `promised` are the ids of tasks outside of the waves that must
        be completed."""
        listed = ", ".join(map(str, promised)) or "NULL"
        for key, state, reason in self.rows(
            f"SELECT key, state, reason FROM tasks WHERE state != 'completed' AND ({WAVES} OR id IN ({listed}))"
        ):
            yield f"{key} is {state}: {reason}"
        for key, count in self.rows(
            "SELECT key, count(*) FROM effects JOIN tasks ON tasks.id = task_id "
            "WHERE effects.state != 'refuted' AND script != 'account_warmup' GROUP BY key HAVING count(*) > 1"
        ):
            yield f"{key} has {count} effects that happened"
        for state, count in self.rows(
            "SELECT state, count(*) FROM effects WHERE state NOT IN ('committed', 'refuted') "
            "AND NOT (state = 'uncertain' AND CAST(evidence AS TEXT) LIKE '%leave_open%') GROUP BY state"
        ):
            yield f"{count} effects are {state}"
        for (count,) in self.rows("SELECT count(*) FROM attempts WHERE outcome IS NULL"):
            if count:
                yield f"{count} attempts never ended"
        yield from self._damage()

    def _damage(self) -> Iterator[str]:
        for (answer,) in self.rows("PRAGMA integrity_check"):
            if answer != "ok":
                yield answer
