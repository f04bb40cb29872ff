"""How transactions of PostgreSQL begin and end, past SQLAlchemy, and the locks that keep writers apart."""

import select
from typing import Any, cast

import psycopg
from sqlalchemy import Connection

BUSY_TIMEOUT_S = 10
"""How long a write waits for others that write."""

BESIDE_TIMEOUT_S = 1
"""How long a write beside all others waits for a row that another one has locked."""

IDLE_TIMEOUT_S = 3
"""How long a transaction that writes may do nothing before the server ends it: a process that is frozen, or cut off,
within one must not keep all others from writing."""

WRITING, MIGRATING = 7243610937421, 7243610937422
"""The numbers of the advisory locks, chosen at random."""

BEGIN_TO_READ = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


def raw_of(connection: Connection) -> psycopg.Connection[Any]:
    """The connection of psycopg, for statements that need none of SQLAlchemy's care."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def carry_out(raw: psycopg.Connection[Any], statements: bytes) -> psycopg.pq.abc.PGresult:
    """Carry out statements without parameters with one message to the server; returns the last one's result."""
    result = raw.pgconn.exec_(statements)
    if result.status not in (psycopg.pq.ExecStatus.COMMAND_OK, psycopg.pq.ExecStatus.TUPLES_OK):
        error = psycopg.errors.error_from_result(result)
        # Without a code of the server it is libpq that speaks: the connection is lost.
        raise error if error.sqlstate else psycopg.OperationalError(str(error))
    return result


def has_news(raw: psycopg.Connection[Any]) -> bool:
    """Whether the server has said something that nobody asked: most likely that it ends the connection."""
    way = select.poll()
    way.register(raw.pgconn.socket, select.POLLIN)
    return bool(way.poll(0))


def forget(connection: Connection) -> None:
    """Have SQLAlchemy forget the transaction that it has seen begin, and that is over."""
    if connection.in_transaction():
        connection.rollback()


def undo(connection: Connection) -> None:
    if connection.invalidated:  # SQLAlchemy has seen that it was lost
        return
    raw = raw_of(connection)
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
BEGINNINGS = {
    (flush, guarded): _begin_to_write(flush=flush, lock=lock)
    for flush in (True, False)
    for guarded, lock in _LOCKS.items()
}
BESIDE = {flush: _begin_to_write(flush=flush) for flush in (True, False)}
BEGIN_TO_MIGRATE = (
    "BEGIN; SELECT pg_current_xact_id(), "
    # Two locks: others write while one waits for the other who makes the tables, but not while this one does.
    f"pg_advisory_xact_lock({MIGRATING}), pg_advisory_xact_lock({WRITING})"
).encode()
