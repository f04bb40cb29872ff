"""What the parts of the ledger have in common: each has the methods about one matter, on a database that all share."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Insert, Table, insert, literal, select

from runner.clock import Clock
from runner.store.asked.questions import AskedPart
from runner.store.database import Database

T = TypeVar("T")
Item = TypeVar("Item")


class Part(AskedPart):
    """Each call is a transaction of its own. Every method raises LedgerError if the ledger cannot be read or written,
    or does not hold what the call names."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database)
        self._database = database
        self._clock = clock

    def _read(self, action: str, work: Callable[[Connection], T]) -> T:
        with self._database.read(action) as connection:
            return work(connection)

    def _write(
        self, action: str, work: Callable[[Connection], T], *, flush: bool = True, guarded: bool = False
    ) -> T:
        return self._database.write(action, work, flush=flush, guarded=guarded)

    def _write_together(
        self,
        action: str,
        work: Callable[[Connection, Sequence[Item]], Sequence[T]],
        item: Item,
        *,
        flush: bool = True,
        guarded: bool = False,
    ) -> T:
        return self._database.write_together(action, work, work, item, flush=flush, guarded=guarded)

    def _write_beside(self, action: str, work: Callable[[Connection], T], *, flush: bool = True) -> T:
        return self._database.write_beside(action, work, flush=flush)


def new_id(connection: Connection, statement: Insert) -> int:
    """Insert a row; returns its id, as the database gave it."""
    key = connection.execute(statement).inserted_primary_key
    assert key is not None
    return int(key[0])


def add_unless_there(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row; returns false, and leaves the table as it is, if it has one with this key, even one that another
    transaction has just inserted. A value may be an expression."""
    values = [
        value.label(name) if hasattr(value, "label") else literal(value, table.c[name].type).label(name)
        for name, value in row.items()
    ]
    statement = insert(table).from_select(list(row), select(*values).suffix_with("ON CONFLICT DO NOTHING"))
    return connection.execute(statement.execution_options(preserve_rowcount=True)).rowcount > 0
