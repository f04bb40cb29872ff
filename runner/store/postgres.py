"""PostgreSQL under the ledger: a database that several hosts share. See docs/decisions/0035-postgresql.md.

Transactions that write exclude each other by an advisory lock, so that a part may read and then write as on SQLite;
`guarded` ones share that lock. Readers see the state of one instant and wait for nobody.
"""

import os
import re
import select
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, cast
from weakref import WeakSet

import psycopg
from sqlalchemy import BigInteger, Connection, Engine, Integer, QueuePool, Table, create_engine
from sqlalchemy.ext.compiler import compiles

from runner.errors import LedgerUnavailable
from runner.store.asked.questions import Ask, kept, named_rows
from runner.store.connector import among, database_now, json_list, json_member, json_values, least, unsearched
from runner.store.json_text import from_json, to_json
from runner.store.kept import KeptConnections
from runner.store.postgres_errors import SEE_SERVER, refused_server, translated
from runner.store.postgres_hang_up import awaits_answer, hang_up
from runner.store.url import libpq_url, shown

OLDEST = 150000
"""The oldest server that will do, as `server_version_num` has it: PostgreSQL 15."""

READERS = 2
"""How many connections of one process read at most, if it does not ask for fewer."""

CONNECT_TIMEOUT_S = 5
BUSY_TIMEOUT_S = 10
"""How long a write waits for others that write."""

BESIDE_TIMEOUT_S = 1
"""How long a write beside all others waits for a row that another one has locked."""

IDLE_TIMEOUT_S = 3
"""How long a transaction that writes may do nothing before the server ends it: a process that is frozen, or cut off,
within one must not keep all others from writing."""

CERTAIN_WITHIN_S = 10
"""How long the server is asked what became of a transaction whose connection was lost at its end."""

SILENCE_S = 10
"""How long the network may be silent after something was sent before the connection counts as lost."""

WRITING, MIGRATING = 7243610937421, 7243610937422
"""The numbers of the advisory locks, chosen at random."""

TRY_LOCK = (
    b"SELECT bool_and(pg_try_advisory_xact_lock(hashtextextended(value, 7243610937423))) "
    b"FROM json_array_elements_text(CAST(%s AS JSON))"
)
"""By numbers of 64 bits, so that two names hardly ever share one; if they do, one of them is tried again."""

BEGIN_TO_READ = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

POOLED = "RUNNER_POOLED"
"""The environment variable that says that a pooler stands in between that gives each transaction another connection."""


class Postgres:
    """A database of a server, by its URL as libpq takes it."""

    path: Path | None = None
    undoes_alone = False

    def __init__(self, store_url: str, readers: int | None = None) -> None:
        self._url = store_url
        self.where = shown(store_url)
        self._is_pooled = os.environ.get(POOLED, "") not in ("", "0")
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
            yield partial(_ask, _raw(connection))

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        with self._reading.use() as connection:
            if _has_news(_raw(connection)):
                connection.invalidate()
            try:
                yield connection
                _forget(connection)
            except BaseException:
                _undo(connection)
                raise

    @contextmanager
    def writing(self, *, flush: bool, guarded: bool) -> Iterator[Connection]:
        with self._transaction(self._writing, _BEGINNINGS[flush, guarded]) as connection:
            yield connection

    @contextmanager
    def writing_beside(self, *, flush: bool) -> Iterator[Connection]:
        with self._transaction(self._reading, _BESIDE[flush]) as connection:
            yield connection

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        # Two locks: others write while one waits for the other who makes the tables, but not while this one does.
        both = f"pg_advisory_xact_lock({MIGRATING}), pg_advisory_xact_lock({WRITING})"
        with self._transaction(
            self._writing, f"BEGIN; SELECT pg_current_xact_id(), {both}".encode()
        ) as connection:
            yield connection

    def try_lock(self, connection: Connection, names: Sequence[str]) -> bool:
        with _raw(connection).execute(TRY_LOCK, [to_json(list(names))]) as cursor:
            row = cursor.fetchone()
        return row is not None and row[0] is not False  # NULL: there are no names

    def execute(self, connection: Connection, statement: str) -> Any:
        with _raw(connection).execute(statement.encode()) as cursor:
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
            _raw(connection).cursor() as cursor,
            cursor.copy(f"COPY {table.name} ({names}) FROM STDIN".encode()) as copy,
        ):
            for row in rows:
                copy.write_row(row)

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
    def _transaction(self, kept: KeptConnections, begin: bytes) -> Iterator[Connection]:
        """A transaction that these statements begin. Not SQLAlchemy's, which would send them one by one."""
        with kept.use() as connection:
            try:
                transaction_id = self._begin(connection, begin)
                yield connection
                self._commit(connection, transaction_id)
                _forget(connection)
            except BaseException:
                _undo(connection)
                raise

    def _begin(self, connection: Connection, statements: bytes) -> str | None:
        """Returns the transaction's number; None for one that reads."""
        try:
            result = _carry_out(_raw(connection), statements)
        except psycopg.OperationalError:
            if not _raw(connection).closed:
                raise
            # The server was away since the last transaction: nothing of this one has been done, so it can begin anew.
            connection.invalidate()
            result = _carry_out(_raw(connection), statements)
        number = result.get_value(0, 0) if result.ntuples else None
        return None if number is None else number.decode()

    def _commit(self, connection: Connection, transaction_id: str | None) -> None:
        raw = _raw(connection)
        try:
            if _carry_out(raw, b"COMMIT").command_status != b"COMMIT":
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
        connection = psycopg.connect(
            libpq_url(self._url),
            autocommit=True,
            prepare_threshold=None if self._is_pooled else 2,
            **unless_given(self._url),
        )
        connection.prepared_max = 500
        try:
            _refuse_unfit(connection, self.where)
        except BaseException:
            connection.close()
            raise
        with self._connecting:
            self._connections.add(connection)
        return connection


def unless_given(url: str) -> dict[str, Any]:
    """Parameters of the connection that the URL does not give."""
    ours = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "application_name": "campaign-runner",
        "keepalives_idle": SILENCE_S,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": SILENCE_S * 1000,
    }
    given = psycopg.conninfo.conninfo_to_dict(libpq_url(url))
    return {name: value for name, value in ours.items() if name not in given}


def _refuse_unfit(connection: psycopg.Connection[Any], where: str) -> None:
    info = connection.info
    if info.server_version < OLDEST:
        raise refused_server(where, f"the server is PostgreSQL {info.server_version // 10000}")
    if (encoding := info.parameter_status("server_encoding")) != "UTF8":
        raise refused_server(where, f"the database keeps text as {encoding}")


def _sequence(connection: Connection, table: Table) -> str:
    found = connection.exec_driver_sql("SELECT pg_get_serial_sequence(%s, 'id')", (table.name,)).scalar()
    assert isinstance(found, str), f"the ids of {table.name} are numbered"
    return found


def _raw(connection: Connection) -> psycopg.Connection[Any]:
    """The connection of psycopg, for statements that need none of SQLAlchemy's care."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def _ask(raw: psycopg.Connection[Any], question: str, /, **values: object) -> Sequence[Any]:
    with raw.cursor() as cursor:
        cursor.execute(_worded(question), kept(values))
        names = tuple(column.name for column in cursor.description or ())
        return named_rows(names, cursor.fetchall())


@lru_cache(maxsize=256)
def _worded(question: str) -> bytes:
    """A question with its parameters as psycopg writes them."""
    return re.sub(r":(\w+)", r"%(\1)s", question.replace("%", "%%")).encode()


def _carry_out(raw: psycopg.Connection[Any], statements: bytes) -> psycopg.pq.abc.PGresult:
    """Carry out statements without parameters with one message to the server; returns the last one's result."""
    result = raw.pgconn.exec_(statements)
    if result.status not in (psycopg.pq.ExecStatus.COMMAND_OK, psycopg.pq.ExecStatus.TUPLES_OK):
        error = psycopg.errors.error_from_result(result)
        # Without a code of the server it is libpq that speaks: the connection is lost.
        raise error if error.sqlstate else psycopg.OperationalError(str(error))
    return result


def _has_news(raw: psycopg.Connection[Any]) -> bool:
    """Whether the server has said something that nobody asked: most likely that it ends the connection."""
    way = select.poll()
    way.register(raw.pgconn.socket, select.POLLIN)
    return bool(way.poll(0))


def _forget(connection: Connection) -> None:
    """Have SQLAlchemy forget the transaction that it has seen begin, and that is over."""
    if connection.in_transaction():
        connection.rollback()


def _undo(connection: Connection) -> None:
    if connection.invalidated:  # SQLAlchemy has seen that it was lost
        return
    raw = _raw(connection)
    if not raw.closed:
        raw.pgconn.exec_(b"ROLLBACK")
    if raw.closed or raw.pgconn.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        connection.invalidate()


def _begin_to_write(*, flush: bool, lock: str = "") -> bytes:
    limits = (
        f"SET LOCAL lock_timeout = '{BUSY_TIMEOUT_S if lock else BESIDE_TIMEOUT_S}s'; "
        f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_TIMEOUT_S}s'"
    )
    unflushed = "" if flush else "; SET LOCAL synchronous_commit = off"
    locked = f", {lock}({WRITING})" if lock else ""
    return f"BEGIN; {limits}{unflushed}; SELECT pg_current_xact_id(){locked}".encode()


_LOCKS = {False: "pg_advisory_xact_lock", True: "pg_advisory_xact_lock_shared"}
_BEGINNINGS = {
    (flush, guarded): _begin_to_write(flush=flush, lock=lock)
    for flush in (True, False)
    for guarded, lock in _LOCKS.items()
}
_BESIDE = {flush: _begin_to_write(flush=flush) for flush in (True, False)}


# How PostgreSQL writes the expressions of `connector`


@compiles(among, "postgresql")
def _among(element: among, compiler: Any, **options: Any) -> str:
    column, array = (compiler.process(clause, **options) for clause in element.clauses)
    kind = element.clauses.clauses[0].type
    is_number = isinstance(kind, (Integer, BigInteger))
    return (
        f"{column} = ANY(CAST(ARRAY(SELECT json_array_elements_text(CAST({array} AS JSON))) "
        f"AS {'BIGINT' if is_number else 'TEXT'}[]))"
    )


@compiles(unsearched, "postgresql")
def _unsearched(element: unsearched, compiler: Any, **options: Any) -> str:
    """It knows how many rows have which values."""
    return str(compiler.process(element.clauses, **options))


@compiles(json_values, "postgresql")
def _json_values(element: json_values, compiler: Any, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSON))"


@compiles(json_list, "postgresql")
def _json_list(element: json_list, compiler: Any, **options: Any) -> str:
    return f"CAST(json_agg({compiler.process(element.clauses, **options)}) AS TEXT)"


@compiles(json_member, "postgresql")
def _json_member(element: json_member, compiler: Any, **options: Any) -> str:
    json_object, name = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({json_object} ->> {name})"


@compiles(least, "postgresql")
def _least(element: least, compiler: Any, **options: Any) -> str:
    return f"least({compiler.process(element.clauses, **options)})"


@compiles(database_now, "postgresql")
def _database_now(element: database_now, compiler: Any, **options: Any) -> str:
    """Of the moment, not of the transaction's beginning: it may have waited for a lock since."""
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
