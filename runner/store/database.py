"""The database under the ledger: how it is opened, and its transactions."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event

from runner.errors import LedgerError
from runner.store.failures import translated

BUSY_TIMEOUT_S = 10.0
"""How long a write waits for another process that is writing."""


class Database:
    """Short transactions on one database, from any thread. Errors of the database leave it as LedgerError."""

    def __init__(self, store_url: str) -> None:
        self.path = ledger_path(store_url)
        self.where = str(self.path) if self.path else "in memory"
        self._engine = _engine(self.path)
        self._writer = self._engine.execution_options(begin="BEGIN IMMEDIATE")
        self._writing = threading.Lock()

    @contextmanager
    def read(self, action: str) -> Iterator[Connection]:
        """A transaction that sees one state of the database from beginning to end."""
        with translated(action, self.where), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self, action: str) -> Iterator[Connection]:
        """A transaction that is durable when it is left. The threads of this process take turns."""
        with self._writing, translated(action, self.where), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        self._engine.dispose()


def ledger_path(store_url: str) -> Path | None:
    """The file that a store's URL names, absolute; None for `sqlite://`, which lives in memory.

    What follows `sqlite:///` is the path as it is, so any folder's name will do.
    """
    if store_url in ("sqlite://", "sqlite:///:memory:"):
        return None
    scheme, _, path = store_url.partition(":///")
    if scheme != "sqlite" or not path or "?" in path:
        file = "ledger.db" if "://" in store_url else store_url
        raise LedgerError(
            f"cannot open the ledger {store_url!r}: a ledger is named by a URL like sqlite:///FILE",
            hint=f"write sqlite:///{file}, or an absolute path with four slashes: sqlite:////srv/ledger.db",
        )
    return Path(path).absolute()


def _engine(path: Path | None) -> Engine:
    """In memory everything shares one connection, for which transactions queue."""
    size = {"pool_size": 8} if path else {"pool_size": 1, "max_overflow": 0}
    engine = create_engine(
        URL.create("sqlite", database=str(path) if path else None),
        poolclass=QueuePool,
        pool_use_lifo=True,
        json_serializer=_to_json,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_S},
        **size,
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # the sqlite3 module would begin transactions by itself, and later
    _use_wal(connection)
    connection.execute("PRAGMA synchronous=FULL").close()
    connection.execute("PRAGMA foreign_keys=ON").close()


def _use_wal(connection: sqlite3.Connection) -> None:
    """Write-ahead logging: readers and the writer never wait for each other. The file remembers it."""
    give_up_at = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
            return
        except sqlite3.OperationalError as error:
            # SQLite waits for every lock but this one: while somebody else opens the same new file.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
        time.sleep(0.01)


def _begin(connection: Connection) -> None:
    # A write claims the database at its start: one that begins as a read may find it taken halfway.
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _to_json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)
    return text.encode(errors="replace").decode()


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be kept as JSON")
