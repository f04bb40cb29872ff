"""The life of a long-running command: it goes on until somebody asks it to end, or until a thread fails."""

import ctypes
import os
import sys
import threading
from types import TracebackType
from typing import NoReturn, Self

M_ARENA_MAX = -8
"""The option of mallopt(3)."""


class Life:
    """While this is open, an exception that ends any thread ends this life too, rather than half of it.

    `over` is set when it is to end; `error` is the first failure, None if the end was asked for.
    """

    def __init__(self) -> None:
        self.over = threading.Event()
        self.error: BaseException | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._before, threading.excepthook = threading.excepthook, self._thread_failed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        threading.excepthook = self._before

    def fail(self, error: BaseException) -> None:
        """End it because of this failure; any thread may say so."""
        with self._lock:
            if self.error is None:
                self.error = error
        self.over.set()

    def _thread_failed(self, args: threading.ExceptHookArgs) -> None:
        self.fail(args.exc_value or args.exc_type())


def use_few_arenas() -> None:
    """Have glibc's threads share two heaps: with one for each thread, memory that is free in one is taken anew in
    another, and a process of many threads grows for weeks. Other C libraries do not need it."""
    try:
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)
    except (OSError, AttributeError):
        return


def leave(code: int) -> NoReturn:
    """End the process without waiting for its threads: the ledger is durable at every moment."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
