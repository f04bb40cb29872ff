"""SQLite's file under the ledger, by its driver alone: how it is opened, and whether it is still the same one.

Questions need no more than that (`AskedFile`); for whatever writes, `sqlite.py` puts SQLAlchemy over it.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from runner.errors import LedgerError, LedgerGone
from runner.store.asked.questions import Ask, kept, named_rows
from runner.store.sqlite_errors import translated
from runner.store.url import file_id, is_shared, ledger_path, place_of

BRING_BACK = "bring the file back as it was, or the newest backup, then start again; nothing more was begun"

BUSY_TIMEOUT_S = 10.0
"""How long a write waits for another process that writes."""

READ_CACHE_KB = 1_000
"""The cache of each connection that reads; SQLite drops it after every write of another connection."""

CHECKPOINT_PAGES = 8_000
"""How far the write-ahead log grows before it is carried over into the file: 32 MB."""


class SqliteFile:
    """One file, or one database in memory that ends with this object."""

    def __init__(self, store_url: str) -> None:
        assert not is_shared(store_url), "a file, or memory"
        self.path = ledger_path(store_url)
        self.where = str(self.path) if self.path else "in memory"
        self._file: tuple[int, int] | None = None
        self._watch: sqlite3.Connection | None = None
        self._watching = threading.Lock()

    def version(self) -> int | None:
        """The database's `data_version`, which a connection sees change after another one has written."""
        if self.path is None:
            return None
        with self._watching:
            # A connection that never writes: `data_version` does not change for the connection's own writes.
            if self._watch is None:
                self._watch = sqlite3.connect(
                    self.path, check_same_thread=False, isolation_level=None, timeout=BUSY_TIMEOUT_S
                )
            return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def check(self, action: str) -> None:
        """Writes to an open file that was removed or replaced succeed, and nobody finds them: so refuse them."""
        if self.path is None or self._file is None:
            return
        try:
            found: tuple[int, int] | None = file_id(self.path)
        except OSError:
            found = None
        if found != self._file:
            what = (
                "is gone: its file has been removed"
                if found is None
                else "has gone: another file is there now"
            )
            raise LedgerGone(f"cannot {action}: the ledger {self.where} {what}", hint=BRING_BACK)

    def close(self) -> None:
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None

    def _configure(self, connection: sqlite3.Connection, cache_kb: int) -> None:
        self.check("open it once more")  # SQLite makes a new file only later
        connection.isolation_level = None  # else the sqlite3 module begins transactions itself, and too late
        _use_wal(connection)
        connection.execute("PRAGMA synchronous=FULL").close()
        connection.execute("PRAGMA foreign_keys=ON").close()
        connection.execute(f"PRAGMA cache_size=-{cache_kb}").close()
        connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}").close()
        if self.path is not None and self._file is None:
            self._file = file_id(self.path)


class AskedFile(SqliteFile):
    """A file that one thread asks, and that nobody writes through this."""

    def __init__(self, store_url: str) -> None:
        super().__init__(store_url)
        self.place = place_of(store_url)
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def asking(self, action: str) -> Iterator[Ask]:
        try:
            with translated(action, self.where), self._transaction() as connection:
                yield partial(ask, connection)
        except LedgerError:
            self.check(action)  # raises LedgerGone in its place
            raise

    def tally(self) -> tuple[str, int] | None:
        with self.asking("read the tally") as question:
            rows = question("SELECT id, tally FROM ledger")
        return next(((row.id, row.tally) for row in rows), None)

    def close(self) -> None:
        super().close()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        if self._connection is None:
            self._connection = sqlite3.connect(str(self.path), timeout=BUSY_TIMEOUT_S)
            self._configure(self._connection, READ_CACHE_KB)
        self._connection.execute("BEGIN").close()
        try:
            yield self._connection
        finally:
            self._connection.rollback()


def ask(connection: sqlite3.Connection, question: str, /, **values: object) -> Sequence[Any]:
    """See `questions.Ask`."""
    cursor = connection.execute(question, kept(values))
    names = tuple(column[0] for column in cursor.description)
    return named_rows(names, cursor.fetchall())


def _use_wal(connection: sqlite3.Connection) -> None:
    """Write-ahead logging: readers and the writer never wait for each other. The file remembers it."""
    give_up_at = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
            return
        except sqlite3.OperationalError as error:
            # The one lock for which SQLite does not wait by itself: somebody else opens the same new file now.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
        time.sleep(0.01)
