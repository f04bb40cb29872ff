"""A lock of a session with PostgreSQL, on a connection of its own."""

import threading
from collections.abc import Callable
from typing import LiteralString

import psycopg

from runner.store.postgres_hang_up import hang_up

LEADS = 0x1EAD
"""The space of these locks among the advisory ones: the number beside it is that of a lead."""

PATIENCE_S = 2
"""How long an answer may take: a lead that is not renewed in time is over."""


class PostgresLock:
    """Any thread may call it. `conninfo` gives what libpq takes, at the moment of connecting."""

    def __init__(self, conninfo: Callable[[], str]) -> None:
        self._conninfo = conninfo
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[tuple[bool]] | None = None
        self._held: int | None = None

    def take(self, number: int) -> bool:
        with self._lock:
            if number == self._held:
                return True
            try:
                row = self._ask("SELECT pg_try_advisory_lock(%s, %s)", LEADS, number % 2**31)
                self._held = number if row and row[0] else None
                return self._held is not None
            except psycopg.Error:
                self._drop()
                return False

    def give_back(self) -> None:
        with self._lock:
            self._held = None
            if self._connection is not None:
                try:
                    self._ask("SELECT pg_advisory_unlock_all()")
                except psycopg.Error:
                    self._drop()

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _ask(self, statement: LiteralString, *numbers: int) -> tuple[bool] | None:
        connection = self._connected()
        impatient = threading.Timer(PATIENCE_S, hang_up, [connection])
        impatient.start()
        try:
            return connection.execute(statement, numbers).fetchone()
        finally:
            impatient.cancel()

    def _connected(self) -> "psycopg.Connection[tuple[bool]]":
        if self._connection is None:
            self._connection = psycopg.connect(
                self._conninfo(), autocommit=True, connect_timeout=PATIENCE_S, prepare_threshold=None,
                application_name="runner lead", keepalives_idle=2, keepalives_interval=1, keepalives_count=2,
                tcp_user_timeout=PATIENCE_S * 1000,
            )  # fmt: skip
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection, self._held = None, None
