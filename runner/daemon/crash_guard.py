"""A daemon runs until somebody asks it to end, or until one of its threads fails: then all of it ends."""

import os
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import NoReturn, Self


class CrashGuard:
    """While this is open, an exception that ends any thread ends the whole daemon: half a daemon helps nobody.

    `over` is set when the daemon must end; `error` is the first failure, None if somebody asked for the end. `forgives`
    is asked first, where a process goes on without what has failed.
    """

    def __init__(self) -> None:
        self.over = threading.Event()
        self.error: BaseException | None = None
        self.forgives: Callable[[BaseException], bool] = lambda error: False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._before, threading.excepthook = threading.excepthook, self._thread_failed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        threading.excepthook = self._before

    def fail(self, error: BaseException) -> None:
        """End the daemon because of this failure; any thread may call it."""
        if self.forgives(error):
            return
        with self._lock:
            if self.error is None:
                self.error = error
        self.over.set()

    def _thread_failed(self, args: threading.ExceptHookArgs) -> None:
        self.fail(args.exc_value or args.exc_type())


def end_process(code: int) -> NoReturn:
    """End the process without waiting for its threads: the ledger is durable at every moment."""
    # os._exit flushes nothing, and the last lines say why the daemon ended.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
