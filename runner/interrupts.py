"""Signals. Ctrl-C: the first one asks for a stop after the current steps, the second one ends at once."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType

from runner.exit_codes import EXIT_INTERRUPTED

STOPPING = "stopping after the current steps; interrupt again to stop at once"


@contextmanager
def stop_on_interrupt(stop: Event, say: Callable[[str], None], message: str = STOPPING) -> Iterator[None]:
    """While this is open, SIGINT and SIGTERM set `stop`, and `say` is given the message.

    A second one ends the process like a kill would: the ledger is durable at every moment, so that loses nothing.
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


@contextmanager
def on_hangup(answer: Callable[[], None]) -> Iterator[None]:
    """While this is open, SIGHUP has `answer` called, in a thread of its own. One that is ignored stays so: nohup."""
    before = signal.getsignal(signal.SIGHUP)
    if before != signal.SIG_IGN:
        signal.signal(
            signal.SIGHUP, lambda number, frame: Thread(target=answer, name="hangup", daemon=True).start()
        )
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
