"""What the parts of the ledger have in common."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Insert

from runner.clock import Clock
from runner.store.database import Database

T = TypeVar("T")


class Part:
    """A part of the ledger: methods about one matter, on a database that all parts share.

    `executor` names this process in the attempts and spans that it begins.
    """

    executor: str
    _database: Database
    _clock: Clock

    def _read(self, action: str, work: Callable[[Connection], T]) -> T:
        with self._database.read(action) as connection:
            return work(connection)

    def _write(self, action: str, work: Callable[[Connection], T], *, flush: bool = True) -> T:
        return self._database.write(action, work, flush=flush)


def new_id(connection: Connection, statement: Insert) -> int:
    """Insert a row; returns its id."""
    key = connection.execute(statement).inserted_primary_key
    assert key is not None
    return int(key[0])
