"""Writes lines in a thread of its own: the writers of lines never wait for their reader."""

import threading
import time
from collections import deque
from collections.abc import Callable

MOST_WAITING = 4_000_000
"""The most characters that wait for a reader who stands still; further lines are dropped."""


class LineWriter:
    """Hands lines to `write`, one at a time and in order. Any thread may put them.

    A terminal after Ctrl-S, a pager or a full pipe may take nothing for any length of time. Meanwhile lines wait; once
    they have `most_waiting` characters, the next ones are dropped, and `gap` makes a line that stands in their place.
    If `write` raises because nobody reads any more, that line is lost.
    """

    def __init__(
        self, write: Callable[[str], None], gap: Callable[[int], str], *, most_waiting: int = MOST_WAITING
    ) -> None:
        self._write = write
        self._gap = gap
        self._most_waiting = most_waiting
        self._lines: deque[str] = deque()
        self._waiting = 0
        self._gap_of = 0
        self._news = threading.Condition()
        self._is_closed = False
        self._busy_since: float | None = None
        self._thread = threading.Thread(target=self._run, name="lines", daemon=True)
        self.dropped = 0
        """How many lines were never written since the start."""

    def start(self) -> None:
        self._thread.start()

    def put(self, line: str) -> None:
        """Have a line written soon; never waits."""
        with self._news:
            # Once lines were dropped, all are until the gap is written: its line stands for one stretch.
            if self._gap_of or self._waiting + len(line) > self._most_waiting:
                self._gap_of += 1
                self.dropped += 1
                return
            self._lines.append(line)
            self._waiting += len(line)
            self._news.notify_all()

    def flush(self, timeout_s: float | None = None) -> bool:
        """Wait until all lines so far have been written; False if the time was too short."""
        with self._news:
            return self._news.wait_for(self._is_done, timeout_s)

    def close(self, timeout_s: float | None = None) -> bool:
        """The same, then write no more; the thread is left to a reader who still reads nothing."""
        done = self.flush(timeout_s)
        with self._news:
            self._is_closed = True
            self._news.notify_all()
        return done

    @property
    def stalled_s(self) -> float:
        """How long the present line has been waiting for its reader; 0 if there is none."""
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    def _is_done(self) -> bool:
        return not self._lines and not self._gap_of and self._busy_since is None

    def _run(self) -> None:
        while (line := self._next()) is not None:
            try:
                self._write(line)
            except (
                OSError,
                ValueError,
                SystemExit,
            ):  # the reader has gone (so says rich), or the file was closed
                with self._news:
                    self.dropped += 1
            with self._news:
                self._busy_since = None
                self._news.notify_all()

    def _next(self) -> str | None:
        """The next line to write; None after the end. Only lines behind the waiting ones were dropped, so the gap comes
        after those."""
        with self._news:
            self._news.wait_for(lambda: self._lines or self._gap_of or self._is_closed)
            if self._is_closed:
                return None
            self._busy_since = time.monotonic()
            if not self._lines:
                count, self._gap_of = self._gap_of, 0
                return self._gap(count)
            line = self._lines.popleft()
            self._waiting -= len(line)
            return line
