"""The database under the ledger: how it is opened, and its transactions."""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event

from runner.errors import LedgerError, LedgerGone
from runner.store.commits import Commits, claim, raw
from runner.store.sqlite_errors import translated
from runner.store.url import file_id, ledger_path

BUSY_TIMEOUT_S = 10.0
"""How long a write waits for another process that is writing."""

WRITE_CACHE_KB = 16_000
"""Pages that the connection which writes keeps: the rows of ten thousand tasks fit in, so no transaction spills
halfway."""

READ_CACHE_KB = 1_000
"""Pages that each connection which reads keeps; SQLite drops them after every write of another one."""

READERS = 4
"""Connections of one process that read. A transaction is short, so that lanes by the hundred need no more."""

CHECKPOINT_PAGES = 8_000
"""How far the write-ahead log grows before it is carried over into the file: 32 MB."""

BRING_BACK = "bring the file back as it was, or the newest backup, then start again; nothing more was begun"

T = TypeVar("T")


class Database:
    """Short transactions on one database, from any thread. Errors of the database leave it as LedgerError."""

    def __init__(self, store_url: str) -> None:
        self.path = ledger_path(store_url)
        self.where = str(self.path) if self.path else "in memory"
        self._file: tuple[int, int] | None = None
        self._writer = self._engine(1, WRITE_CACHE_KB)
        self._readers = self._engine(READERS, READ_CACHE_KB) if self.path else self._writer
        self._commits = Commits(self._writer)
        self._watch: sqlite3.Connection | None = None
        self._watching = threading.Lock()

    @contextmanager
    def read(self, action: str) -> Iterator[Connection]:
        """A transaction that sees one state of the database from beginning to end."""
        with self._told(action), self._readers.begin() as connection:
            raw(connection).execute("BEGIN").close()
            yield connection

    def write(self, action: str, work: Callable[[Connection], T], *, flush: bool = True) -> T:
        """Do `work` in a transaction that is durable when this returns; if it raises, nothing is written. Without
        `flush` it outlives this process, but a failure of power only once a later write has been flushed.

        Threads that write at the same time share a transaction and its flush to the disk, so `work` may be done
        by another thread. It must not call the database's own methods.
        """
        self.check(action)
        with self._told(action):
            return self._commits.carry_out(work, flush=flush)

    @property
    def transactions(self) -> int:
        """How many have written; the same for all that share one, while it goes on."""
        return self._commits.count

    def check(self, action: str) -> None:
        """Raises LedgerGone if the file at the path is not the one that was opened; cheap."""
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

    def on_write(self, tell: Callable[[float], None]) -> None:
        """Have `tell` called after each transaction that wrote, with the seconds that it took; it must not raise."""
        self._commits.tell = tell

    def migrate(self, action: str, work: Callable[[Connection], None]) -> None:
        """Do `work` in a transaction in which tables may be dropped and made anew.

        SQLite would delete what refers to the rows of a table that is dropped, so it looks at references only
        when all is done.
        """
        with self._told(action), self._writer.connect() as connection:
            raw(connection).execute("PRAGMA foreign_keys=OFF").close()
            try:
                with connection.begin():
                    claim(connection)
                    work(connection)
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                    assert broken is None, f"a migration breaks a reference: {broken}"
            finally:
                raw(connection).execute("PRAGMA foreign_keys=ON").close()

    def version(self) -> int:
        """A number that is another one after somebody has written, in this process or elsewhere; cheap."""
        if self.path is None:
            return self._commits.count
        with self._told("look for changes"), self._watching:
            if self._watch is None:
                self._watch = sqlite3.connect(
                    self.path, check_same_thread=False, isolation_level=None, timeout=BUSY_TIMEOUT_S
                )
            return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def _told(self, action: str) -> Iterator[None]:
        """What fails since the file is not there any more is told as that."""
        try:
            with translated(action, self.where):
                yield
        except LedgerError:
            self.check(action)
            raise

    def close(self) -> None:
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        self._writer.dispose()
        self._readers.dispose()

    def _engine(self, connections: int, cache_kb: int) -> Engine:
        """Threads wait for one of a few connections: each is dear to open. In memory everything shares one."""
        engine = create_engine(
            URL.create("sqlite", database=str(self.path) if self.path else None),
            poolclass=QueuePool,
            pool_use_lifo=True,
            json_serializer=to_json,
            json_deserializer=_from_json,
            pool_size=connections,
            max_overflow=0,
            connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_S},
        )

        def configure(connection: sqlite3.Connection, record: object) -> None:
            self.check("open it once more")  # SQLite makes a new file only later
            _configure(connection, cache_kb)
            if self.path is not None and self._file is None:
                self._file = file_id(self.path)

        event.listen(engine, "connect", configure)
        return engine


def _configure(connection: sqlite3.Connection, cache_kb: int) -> None:
    connection.isolation_level = None  # the sqlite3 module would begin transactions by itself, and later
    _use_wal(connection)
    connection.execute("PRAGMA synchronous=FULL").close()
    connection.execute("PRAGMA foreign_keys=ON").close()
    connection.execute(f"PRAGMA cache_size=-{cache_kb}").close()
    connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}").close()


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


def to_json(value: object) -> str:
    """As the ledger keeps it. Half a character, which UTF-8 cannot say, becomes `?`."""
    text = _encode(value)
    return text if text.isascii() else text.encode(errors="replace").decode()


@lru_cache(maxsize=256)
def _from_json(text: str) -> object:
    """Shared by those who read the same text, as the tasks of an entry share their config: not to be changed."""
    return json.loads(text)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be kept as JSON")


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_plain).encode
