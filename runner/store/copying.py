"""Copies a ledger with all of its history into an empty database of whatever kind, and compares the two row by row."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Float,
    Select,
    Table,
    cast,
    delete,
    func,
    inspect,
    select,
    type_coerce,
)
from sqlalchemy.types import BigInteger, Integer, Text

from runner.errors import LedgerError
from runner.private_files import make_file, make_folder
from runner.store import schema
from runner.store.bulk import Values
from runner.store.columns import Instant
from runner.store.database import Database
from runner.store.sqlite import back_up_file
from runner.store.upgrade import make_tables
from runner.store.url import ledger_path

AT_ONCE = 5_000
"""How many rows are in memory at a time."""

_PLAIN = (Boolean, Float, Integer, BigInteger)
_SUM = 1 << 64

Digest = tuple[int, int]
"""How many rows a table has, and the sum of their hashes in this process: the same in whatever order they come."""


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table that both ledgers have: its name, and how many rows were copied and found again, value by value."""

    name: str
    rows: int


@contextmanager
def new_database(store_url: str) -> Iterator[Database]:
    """A database to copy a ledger into. A file must not be there, and is removed if that fails. Raises LedgerError."""
    path = ledger_path(store_url)
    if path is not None:
        _make_new(path)
    target = Database(store_url)
    try:
        yield target
    except BaseException:
        target.close()
        if path is not None:
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        raise
    target.close()


def back_up(source: Database, file: Path) -> int:
    """Write the ledger as it is at one moment to a new file; returns how many tasks it holds."""
    with new_database(f"sqlite:///{file.absolute()}") as target:
        if source.path is not None:
            with source.connector.translated("back it up"):
                back_up_file(source.path, file)
        else:
            copy_ledger(source, target, _tally(source))
        with target.read("count its tasks") as connection:
            return connection.scalar(select(func.count()).select_from(schema.tasks)) or 0


def _tally(source: Database) -> int:
    with source.read("read the tally") as connection:
        found = source.connector.read_tally(connection)
    return 0 if found is None else found[1]


def copy_ledger(source: Database, target: Database, tally: int) -> list[CopiedTable]:
    """Copy everything, as it is at one moment, into a database without tables; in one transaction, within which every
    table is read again and compared. The copy has this tally. Raises LedgerError, and writes nothing, if what came out
    of it is not what went in."""
    copied: list[CopiedTable] = []

    def work(writing: Connection) -> None:
        _refuse_tables(writing, target.where)
        make_tables(writing)
        writing.execute(delete(schema.ledger))  # of its own: it becomes the one that is copied
        with source.read("copy it") as reading:
            for table in schema.metadata.sorted_tables:
                copied.append(_copy(reading, writing, table, target))
            for table in schema.metadata.sorted_tables:
                if table.autoincrement_column is not None:
                    target.connector.number_after(writing, table, source.connector.numbered(reading, table))
            target.connector.put_tally(writing, tally)

    target.migrate(f"copy the ledger {source.where}", work)
    return copied


def _copy(reading: Connection, writing: Connection, table: Table, target: Database) -> CopiedTable:
    query = _query(table)
    copied, found = _Rows(reading, query), _Rows(writing, query)
    target.connector.load(writing, table, tuple(table.c.keys()), copied)
    for _ in found:
        pass
    if found.digest != copied.digest:
        raise LedgerError(
            f"the table {table.name} of {target.where} does not hold what was copied into it: {found.digest[0]} of "
            f"{copied.digest[0]} rows came back, or other values",
            hint="nothing was kept; please report it, with the version of the database",
        )
    return CopiedTable(table.name, copied.digest[0])


class _Rows:
    """The rows of a query, once, and their digest when all have passed."""

    def __init__(self, connection: Connection, query: Select[Any]) -> None:
        self._connection, self._query = connection, query
        self._count = self._hashes = 0

    @property
    def digest(self) -> Digest:
        return self._count, self._hashes % _SUM

    def __iter__(self) -> Iterator[Values]:
        for row in self._connection.execute(self._query, execution_options={"yield_per": AT_ONCE}):
            values = tuple(row)
            said = repr(values)
            if not said.isascii() or "\\x00" in said:
                values = tuple(map(_kept, values))
                said = repr(values)
            self._count += 1
            self._hashes += hash(said)
            yield values


def _query(table: Table) -> Select[Any]:
    """All rows, each value as every database can take it: instants as numbers, words and documents as text."""
    return select(*(_as_kept(column).label(column.name) for column in table.c))


def _as_kept(column: Column[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, JSON):
        return cast(column, Text)  # a driver may read it otherwise, and SQL's NULL is not JSON's null
    if isinstance(column.type, Instant):
        return type_coerce(column, BigInteger)
    return column if isinstance(column.type, _PLAIN) else type_coerce(column, Text)


def _kept(value: Any) -> Any:
    """A text that every database can hold: half of a character, or none, becomes `?`."""
    if type(value) is not str:
        return value
    value = value.replace("\0", "?") if "\0" in value else value
    return value if value.isascii() else value.encode(errors="replace").decode()


def _make_new(path: Path) -> None:
    if path.exists():
        raise LedgerError(
            f"{path} is there already", hint="name a file that is not there: nothing is written over"
        )
    try:
        make_folder(path.parent)
        make_file(path)
    except OSError as error:
        raise LedgerError(
            f"cannot make {path}: {error.strerror}", hint="name another file, or make the folder writable"
        ) from error


def _refuse_tables(connection: Connection, where: str) -> None:
    if names := inspect(connection).get_table_names():
        raise LedgerError(
            f"cannot copy a ledger to {where}: it is not empty (it has a table {names[0]})",
            hint="name a new file, or a database that was just made (createdb NAME)",
        )
