"""Connections that stay open: to check one out of SQLAlchemy's pool takes longer than SQLite needs for most
questions."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine


class KeptConnections:
    """A few connections of an engine, opened as they are needed; each serves one thread at a time."""

    def __init__(self, engine: Engine, count: int) -> None:
        self._engine = engine
        self._free = threading.Semaphore(count)
        self._idle: deque[Connection] = deque()
        self._since: dict[object, float] = {}
        """Since when each use of one goes on."""
        self._is_closed = False

    @contextmanager
    def use(self) -> Iterator[Connection]:
        """A connection, which whoever uses it leaves outside of a transaction. After an error it goes back to the
        engine, which undoes what was begun on it."""
        with self._free:
            connection = self._take()
            use = object()
            self._since[use] = time.monotonic()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            finally:
                del self._since[use]
            self._idle.append(connection)
            if self._is_closed:
                self.close()

    def longest_s(self) -> float:
        """For how long the longest use goes on; 0 if nobody uses one."""
        since = list(self._since.values())
        return time.monotonic() - min(since) if since else 0.0

    def close(self) -> None:
        """Close those that nobody uses; the others follow as soon as they are free."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> Connection:
        try:
            return self._idle.pop()  # the latest: its pages are in the cache
        except IndexError:
            return self._engine.connect()
