"""PostgreSQL under the ledger: a database that several hosts share. See docs/decisions/0035-postgresql.md.

Transactions that write exclude each other by an advisory lock, so that a part may read and then write as on SQLite;
`guarded` ones share that lock. Readers see the state of one instant and wait for nobody.
"""

import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, cast
from weakref import WeakSet

import psycopg
from sqlalchemy import Connection, Dialect, Engine, QueuePool, Table, create_engine

from runner.errors import LedgerUnavailable
from runner.store import postgres_expressions  # noqa: F401 - so that SQLAlchemy knows them
from runner.store.asked.questions import Ask, kept, named_rows
from runner.store.json_text import from_json, to_json
from runner.store.kept import KeptConnections
from runner.store.postgres_connecting import connect, is_pooled
from runner.store.postgres_errors import SEE_SERVER, translated
from runner.store.postgres_hang_up import awaits_answer, hang_up
from runner.store.postgres_transactions import (
    BEGIN_TO_MIGRATE,
    BEGIN_TO_READ,
    BEGINNINGS,
    BESIDE,
    carry_out,
    forget,
    has_news,
    raw_of,
    undo,
)
from runner.store.url import shown

READERS = 2
"""How many connections of one process read at most, if it does not ask for fewer."""

CERTAIN_WITHIN_S = 10
"""How long the server is asked what became of a transaction whose connection was lost at its end."""

TRY_LOCK = (
    b"SELECT bool_and(pg_try_advisory_xact_lock(hashtextextended(value, 7243610937423))) "
    b"FROM json_array_elements_text(CAST(%s AS JSON))"
)
"""By numbers of 64 bits, so that two names hardly ever share one; if they do, one of them is tried again."""


class Postgres:
    """A database of a server, by its URL as libpq takes it."""

    path: Path | None = None
    undoes_alone = False

    def __init__(self, store_url: str, readers: int | None = None) -> None:
        self._url = store_url
        self.where = shown(store_url)
        self._prepares = not is_pooled()
        self._connections: WeakSet[psycopg.Connection[Any]] = WeakSet()
        self._connecting = threading.Lock()
        self._writer = self._engine(1)
        self.readers = self._engine(readers or READERS)
        self._writing = KeptConnections(self._writer, 1)
        self._reading = KeptConnections(self.readers, readers or READERS)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._transaction(self._reading, BEGIN_TO_READ) as connection:
            yield connection

    @contextmanager
    def asking(self) -> Iterator[Ask]:
        with self.reading() as connection:
            yield partial(_ask, raw_of(connection))

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        with self._reading.use() as connection:
            if has_news(raw_of(connection)):
                connection.invalidate()
            try:
                yield connection
                forget(connection)
            except BaseException:
                undo(connection)
                raise

    @contextmanager
    def writing(self, *, flush: bool, guarded: bool) -> Iterator[Connection]:
        with self._transaction(self._writing, BEGINNINGS[flush, guarded]) as connection:
            yield connection

    @contextmanager
    def writing_beside(self, *, flush: bool, urgent: bool) -> Iterator[Connection]:
        with self._transaction(self._reading, BESIDE[flush], urgent=urgent) as connection:
            yield connection

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        with self._transaction(self._writing, BEGIN_TO_MIGRATE) as connection:
            yield connection

    def try_lock(self, connection: Connection, names: Sequence[str]) -> bool:
        with raw_of(connection).execute(TRY_LOCK, [to_json(list(names))]) as cursor:
            row = cursor.fetchone()
        return row is not None and row[0] is not False  # NULL: there are no names

    def execute(self, connection: Connection, statement: str) -> Any:
        with raw_of(connection).execute(statement.encode()) as cursor:
            return cursor.fetchone() if cursor.description else None

    def read_tally(self, connection: Connection) -> tuple[str, int] | None:
        row = self.execute(connection, "SELECT id, (SELECT last_value FROM ledger_tally) FROM ledger")
        return None if row is None else (row[0], row[1])

    def raise_tally(self, connection: Connection) -> int:
        """By a sequence: nobody waits for the end of another's transaction, and it stays raised in any case."""
        return int(self.execute(connection, "SELECT nextval('ledger_tally')")[0])

    def put_tally(self, connection: Connection, tally: int) -> None:
        self.execute(connection, f"SELECT setval('ledger_tally', {max(tally, 1)})")

    def version(self) -> str:
        """Which transactions have ended, of all that the server carries out: more than those that change this
        database."""
        with self.looking() as connection:
            return cast(str, self.execute(connection, "SELECT pg_current_snapshot()::text")[0])

    def check(self, action: str) -> None:
        """The server itself refuses what is done in a database that is gone."""

    def translated(self, action: str) -> AbstractContextManager[None]:
        return translated(action, self.where)

    def damage(self, connection: Connection) -> list[str]:
        """A server looks after its files itself: `pg_amcheck` and data checksums are its administrator's."""
        return []

    def numbered(self, connection: Connection, table: Table) -> int:
        row = self.execute(connection, f"SELECT last_value, is_called FROM {_sequence(connection, table)}")
        return int(row[0]) if row[1] else int(row[0]) - 1

    def number_after(self, connection: Connection, table: Table, number: int) -> None:
        self.execute(connection, f"SELECT setval('{_sequence(connection, table)}', {number + 1}, false)")

    def load(
        self, connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
    ) -> None:
        names = ", ".join(columns)
        with (
            raw_of(connection).cursor() as cursor,
            cursor.copy(f"COPY {table.name} ({names}) FROM STDIN".encode()) as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def insert_and_number(
        self,
        connection: Connection,
        table: Table,
        columns: tuple[str, ...],
        rows: Sequence[tuple[Any, ...]],
        key: tuple[str, ...],
    ) -> dict[tuple[Any, ...], int]:
        """With a parameter for each column, however many rows there are: the server plans the statement once."""
        if not rows:
            return {}
        statement = _insertion_of_arrays(table, columns, key, connection.dialect)
        arrays = [list(values) for values in zip(*rows, strict=True)]
        with raw_of(connection).execute(statement, arrays) as cursor:
            return {tuple(named): number for number, *named in cursor}

    def writes_s(self) -> float:
        return self._writing.longest_s()

    def reads_s(self) -> float:
        return self._reading.longest_s()

    def hang_up(self) -> None:
        with self._connecting:
            connections = list(self._connections)
        for connection in connections:
            if awaits_answer(connection):
                hang_up(connection)

    def close(self) -> None:
        self._writing.close()
        self._reading.close()
        self._writer.dispose()
        self.readers.dispose()

    @contextmanager
    def _transaction(
        self, kept: KeptConnections, begin: bytes, *, urgent: bool = False
    ) -> Iterator[Connection]:
        """A transaction that these statements begin. Not SQLAlchemy's, which would send them one by one."""
        with kept.use(urgent=urgent) as connection:
            try:
                transaction_id = self._begin(connection, begin)
                yield connection
                self._commit(connection, transaction_id)
                forget(connection)
            except BaseException:
                undo(connection)
                raise

    def _begin(self, connection: Connection, statements: bytes) -> str | None:
        """Returns the transaction's number; None for one that reads."""
        try:
            result = carry_out(raw_of(connection), statements)
        except psycopg.OperationalError:
            if not raw_of(connection).closed:
                raise
            # The server was away since the last transaction: nothing of this one has been done, so it can begin anew.
            connection.invalidate()
            result = carry_out(raw_of(connection), statements)
        number = result.get_value(0, 0) if result.ntuples else None
        return None if number is None else number.decode()

    def _commit(self, connection: Connection, transaction_id: str | None) -> None:
        raw = raw_of(connection)
        try:
            if carry_out(raw, b"COMMIT").command_status != b"COMMIT":
                raise psycopg.errors.InFailedSqlTransaction("an error in it was passed over: it was undone")
        except psycopg.OperationalError:
            # The answer is lost, and with it whether it was written. The server knows.
            if transaction_id is None or not raw.closed or not self._is_committed(transaction_id):
                raise
            connection.invalidate()

    def _is_committed(self, transaction_id: str) -> bool:
        """Whether a transaction was written whose connection was lost at its end."""
        give_up_at = time.monotonic() + CERTAIN_WITHIN_S
        while True:
            try:
                with self._connect() as connection:
                    question = connection.execute("SELECT pg_xact_status(%s::xid8)", (transaction_id,))
                    status = question.fetchone()
                if status != ("in progress",):
                    return status == ("committed",)
            except psycopg.errors.InvalidParameterValue:
                return False  # "in the future": the server has come back without it
            except psycopg.OperationalError as error:
                if time.monotonic() > give_up_at:
                    raise LedgerUnavailable(
                        f"the ledger {self.where} was lost at the end of a write, and nobody knows whether that was "
                        f"written ({str(error).strip()})",
                        hint=SEE_SERVER,
                    ) from error
            time.sleep(0.1)

    def _engine(self, connections: int) -> Engine:
        return create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            paramstyle="format",
            poolclass=QueuePool,
            pool_use_lifo=True,
            pool_size=connections,
            max_overflow=0,
            json_serializer=to_json,
            json_deserializer=from_json,
            use_native_hstore=False,
        )

    def _connect(self) -> psycopg.Connection[Any]:
        connection = connect(self._url, self.where, prepares=self._prepares)
        with self._connecting:
            self._connections.add(connection)
        return connection


@lru_cache(maxsize=16)
def _insertion_of_arrays(
    table: Table, columns: tuple[str, ...], key: tuple[str, ...], dialect: Dialect
) -> bytes:
    arrays = ", ".join(f"CAST(%s AS {table.c[name].type.compile(dialect)}[])" for name in columns)
    into = f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT * FROM unnest({arrays})"
    return f"{into} RETURNING {', '.join(('id', *key))}".encode()


def _sequence(connection: Connection, table: Table) -> str:
    found = connection.exec_driver_sql("SELECT pg_get_serial_sequence(%s, 'id')", (table.name,)).scalar()
    assert isinstance(found, str), f"the ids of {table.name} are numbered"
    return found


def _ask(raw: psycopg.Connection[Any], question: str, /, **values: object) -> Sequence[Any]:
    with raw.cursor() as cursor:
        cursor.execute(_worded(question), kept(values))
        names = tuple(column.name for column in cursor.description or ())
        return named_rows(names, cursor.fetchall())


@lru_cache(maxsize=256)
def _worded(question: str) -> bytes:
    """A question with its parameters as psycopg writes them."""
    return re.sub(r":(\w+)", r"%(\1)s", question.replace("%", "%%")).encode()
