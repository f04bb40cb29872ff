"""Signals. Ctrl-C: the first one asks for a stop after the current steps, the second one ends at once."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType

from runner.exit_codes import EXIT_INTERRUPTED

STOPPING = "stopping after the current steps; interrupt again to stop at once"


@contextmanager
def stop_on_interrupt(stop: Event, say: Callable[[str], None], message: str = STOPPING) -> Iterator[None]:
    """While this is open, SIGINT and SIGTERM set `stop`, and `say` gets the message.

    A second signal ends the process as a kill would: the ledger is durable at every moment, so that loses nothing.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(EXIT_INTERRUPTED)
        stop.set()
        say(message)

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stop_at_eof(stop: Event, grace_s: float) -> None:
    """Set `stop` once standard input ends, which it does when the process that holds its other end dies, however that
    dies; end this process if it is still there `grace_s` seconds later. Like a second interrupt, that loses nothing."""

    def watch() -> None:
        # Unbuffered: a thread in the midst of a buffered read would keep the interpreter from ending in good order.
        while os.read(0, 4096):
            pass
        stop.set()
        threading.Event().wait(grace_s)
        os._exit(EXIT_INTERRUPTED)

    Thread(target=watch, name="end of input", daemon=True).start()


@contextmanager
def on_hangup(answer: Callable[[], None]) -> Iterator[None]:
    """While this is open, SIGHUP calls `answer`, in a thread of its own. If it is ignored it stays so, for nohup."""
    before = signal.getsignal(signal.SIGHUP)
    if before != signal.SIG_IGN:
        # A thread: a handler runs in the middle of the main thread's code, which may hold a lock that `answer` needs.
        signal.signal(
            signal.SIGHUP, lambda number, frame: Thread(target=answer, name="hangup", daemon=True).start()
        )
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
