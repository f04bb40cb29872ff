"""Rows for every table of a ledger, made from its columns: whatever a table gets later is in them, too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Enum, Float, Integer, Table, delete, insert
from sqlalchemy.types import BigInteger, TypeEngine

from runner.store import schema
from runner.store.columns import Instant
from runner.store.database import Database

ROWS = 3
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ODD = "Hej då 🎉 \\ \t'\"\n%s $1 <null>"
"""What a copy that is made by way of text could spoil."""


@contextmanager
def opened(store_url: str) -> Iterator[Database]:
    database = Database(store_url)
    try:
        yield database
    finally:
        database.close()


def fill(store_url: str) -> None:
    """Put ROWS rows into every table of a ledger, which has its tables; that of the ledger itself has one."""
    with opened(store_url) as database:

        def work(connection: Any) -> None:
            connection.execute(delete(schema.ledger))
            for table in schema.metadata.sorted_tables:
                rows = 1 if table is schema.ledger else ROWS
                connection.execute(insert(table), [_row(table, number) for number in range(1, rows + 1)])

        database.write("fill it", work)


def _row(table: Table, number: int) -> dict[str, Any]:
    return {
        column.name: _value(column, number)
        for column in table.c
        # The database counts by itself, from 1: so references find their rows.
        if column is not table.autoincrement_column
    }


def _value(column: Column[Any], number: int) -> Any:
    if column.nullable and number == ROWS and not column.foreign_keys:
        return None
    if isinstance(column.type, Enum):
        return next(iter(column.type.enum_class))  # type: ignore[arg-type]
    for kinds, made in _MADE:
        if isinstance(_kind(column), kinds):
            return made(number)
    return f"{column.name} {number} {ODD}"


def _kind(column: Column[Any]) -> TypeEngine[Any]:
    """The type of a column, or of that to which it refers."""
    return next((reference.column.type for reference in column.foreign_keys), column.type)


_MADE: tuple[tuple[Any, Callable[[int], Any]], ...] = (
    (Instant, lambda number: NOON + timedelta(microseconds=number)),
    (Boolean, lambda number: number % 2 == 0),
    (Float, lambda number: number + 0.1),
    (JSON, lambda number: {"text": ODD, "numbers": [number, 2.5, None, True]}),
    ((BigInteger, Integer), lambda number: number),
)
