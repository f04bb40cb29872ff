"""SQLite under the ledger: how it opens a file, its transactions, and the expressions that it writes its own way.

One process writes at a time, and readers never wait for it: that is write-ahead logging. See `connector`.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, QueuePool, Table, create_engine, event, func, select
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.ext.compiler import compiles

from runner.clock import Clock, SystemClock
from runner.store.asked.questions import Ask
from runner.store.bulk import insert_rows
from runner.store.connector import (
    among,
    database_now,
    json_list,
    json_member,
    json_values,
    least,
    unsearched,
)
from runner.store.instants import EPOCH, MICROSECOND
from runner.store.json_text import from_json, to_json
from runner.store.kept import KeptConnections
from runner.store.sqlite_errors import translated
from runner.store.sqlite_file import BUSY_TIMEOUT_S, READ_CACHE_KB, SqliteFile, ask

WRITE_CACHE_KB = 16_000
"""The cache of the connection that writes: the rows of ten thousand tasks fit in, so no transaction spills halfway."""

READERS = 4
"""How many connections of one process read. Transactions are short, so hundreds of lanes need no more."""

AT_ONCE = 5_000
"""How many rows are in memory while many are inserted."""

MOST_DAMAGE = 20
"""How many damaged places are told."""

_HIGHEST = "SELECT seq FROM sqlite_sequence WHERE name = ?"

NOW = "clock_now"
"""The function that tells the time of the ledger's clock."""


class Sqlite(SqliteFile):
    """One file, or one database in memory that ends with this object. Its clock is that of the only process that
    writes."""

    undoes_alone = True

    def __init__(self, store_url: str, clock: Clock | None = None) -> None:
        super().__init__(store_url)
        self._clock = clock or SystemClock()
        self._writer = self._engine(1, WRITE_CACHE_KB)
        self.readers = self._engine(READERS, READ_CACHE_KB) if self.path else self._writer
        self._writing = KeptConnections(self._writer, 1)
        self._reading = KeptConnections(self.readers, READERS) if self.path else self._writing
        self._flushes = True

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._reading.use() as connection, _ended(connection):
            _raw(connection).execute("BEGIN").close()
            yield connection

    @contextmanager
    def asking(self) -> Iterator[Ask]:
        with self.reading() as connection:
            yield partial(ask, _raw(connection))

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        with self._reading.use() as connection, _ended(connection):
            yield connection

    @contextmanager
    def writing(self, *, flush: bool, guarded: bool) -> Iterator[Connection]:
        """One process writes at a time, so a guarded write is like any other."""
        with self._writing.use() as connection, _ended(connection):
            self._begin_write(connection, flush=flush)
            yield connection

    def writing_beside(self, *, flush: bool) -> None:
        """The file has one writer."""

    def try_lock(self, connection: Connection, names: Sequence[str]) -> bool:
        """Whoever writes does so alone."""
        return True

    def execute(self, connection: Connection, statement: str) -> Any:
        cursor = _raw(connection).execute(statement)
        row = cursor.fetchone()
        cursor.close()
        return row

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """SQLite would delete the rows that refer to a table that is dropped, so it checks references only at the
        end."""
        with self._writing.use() as connection:
            # The pragma does nothing inside of a transaction, so it comes before and after.
            _raw(connection).execute("PRAGMA foreign_keys=OFF").close()
            try:
                with connection.begin():
                    self._begin_write(connection, flush=True)
                    yield connection
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                    assert broken is None, f"a migration breaks a reference: {broken}"
            finally:
                _raw(connection).execute("PRAGMA foreign_keys=ON").close()

    def read_tally(self, connection: Connection) -> tuple[str, int] | None:
        # Each effect asks this, and SQLAlchemy's care would take more time than the question.
        row = self.execute(connection, "SELECT id, tally FROM ledger")
        return None if row is None else (row[0], row[1])

    def raise_tally(self, connection: Connection) -> int:
        return int(self.execute(connection, "UPDATE ledger SET tally = tally + 1 RETURNING tally")[0])

    def put_tally(self, connection: Connection, tally: int) -> None:
        self.execute(connection, f"UPDATE ledger SET tally = {tally}")

    def translated(self, action: str) -> AbstractContextManager[None]:
        return translated(action, self.where, DBAPIError, TimeoutError)

    def damage(self, connection: Connection) -> list[str]:
        said = connection.exec_driver_sql(f"PRAGMA integrity_check({MOST_DAMAGE})").scalars().all()
        return [] if said == ["ok"] else [f"the file is damaged: {line}" for line in said]

    def load(
        self, connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
    ) -> None:
        every = iter(rows)
        while some := list(islice(every, AT_ONCE)):
            insert_rows(connection, table, columns, some)

    def numbered(self, connection: Connection, table: Table) -> int:
        if not table.dialect_options["sqlite"]["autoincrement"]:
            return int(connection.execute(select(func.max(table.c.id))).scalar() or 0)
        return int(connection.exec_driver_sql(_HIGHEST, (table.name,)).scalar() or 0)

    def number_after(self, connection: Connection, table: Table, number: int) -> None:
        if table.dialect_options["sqlite"]["autoincrement"]:
            connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
            connection.exec_driver_sql("INSERT INTO sqlite_sequence VALUES (?, ?)", (table.name, number))

    def writes_s(self) -> float:
        return 0.0  # nobody else answers here

    def reads_s(self) -> float:
        return 0.0

    def hang_up(self) -> None: ...

    def close(self) -> None:
        super().close()
        self._writing.close()
        self._reading.close()
        self._writer.dispose()
        self.readers.dispose()

    def _begin_write(self, connection: Connection, *, flush: bool) -> None:
        if flush is not self._flushes:  # SQLite takes this only outside of transactions
            level = "FULL" if flush else "NORMAL"
            _raw(connection).execute(f"PRAGMA synchronous={level}").close()
            self._flushes = flush
        # A transaction that begins as a read may fail at its first write: another process has the lock, and SQLite does
        # not wait for it then.
        _raw(connection).execute("BEGIN IMMEDIATE").close()

    def _now(self) -> int:
        return (self._clock.now() - EPOCH) // MICROSECOND

    def _engine(self, connections: int, cache_kb: int) -> Engine:
        """An engine whose threads share a few connections, which are dear to open. In memory all share one."""
        engine = create_engine(
            URL.create("sqlite", database=str(self.path) if self.path else None),
            poolclass=QueuePool,
            pool_use_lifo=True,
            json_serializer=to_json,
            json_deserializer=from_json,
            pool_size=connections,
            max_overflow=0,
            connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_S},
        )

        def configure(connection: sqlite3.Connection, record: object) -> None:
            self._configure(connection, cache_kb)
            connection.create_function(NOW, 0, self._now)

        event.listen(engine, "connect", configure)
        return engine


def back_up_file(source: Path, file: Path) -> None:
    """Copy a database that may be in use, as it is at one moment, to an empty file."""
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(file)) as copy:
        live.backup(copy)  # in one step: it sees one state, and keeps nobody from writing


def _raw(connection: Connection) -> sqlite3.Connection:
    """The connection of the sqlite3 module, for statements that need none of SQLAlchemy's care."""
    return cast(sqlite3.Connection, connection.connection.dbapi_connection)


@contextmanager
def _ended(connection: Connection) -> Iterator[None]:
    """Commit at the end, or undo, what has begun past SQLAlchemy, which knows of it only if a statement went through
    it."""
    try:
        yield
        if connection.in_transaction():
            connection.commit()
        else:
            _raw(connection).commit()
    except BaseException:
        # Also after a commit that has failed: SQLite goes on with the transaction then.
        with suppress(sqlite3.Error):  # the first error is the one that tells
            _raw(connection).rollback()
        raise


# How SQLite writes the expressions of `connector`


@compiles(among, "sqlite")
def _among(element: among, compiler: Any, **options: Any) -> str:
    column, array = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({array}))"


@compiles(unsearched, "sqlite")
def _unsearched(element: unsearched, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


@compiles(json_values, "sqlite")
def _json_values(element: json_values, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(json_list, "sqlite")
def _json_list(element: json_list, compiler: Any, **options: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **options)})"


@compiles(json_member, "sqlite")
def _json_member(element: json_member, compiler: Any, **options: Any) -> str:
    json_object, name = (compiler.process(clause, **options) for clause in element.clauses)
    return f"json_extract({json_object}, '$.' || {name})"


@compiles(least, "sqlite")
def _least(element: least, compiler: Any, **options: Any) -> str:
    return f"min({compiler.process(element.clauses, **options)})"


@compiles(database_now, "sqlite")
def _database_now(element: database_now, compiler: Any, **options: Any) -> str:
    return f"{NOW}()"
