"""Rehearsals that a page starts: each is a process of its own, with virtual phones and a ledger that nothing else uses.
`runner run FILE --virtual` carries a file out as it is now, `runner rehearse FILE` lives through the days ahead. None
outlives the daemon."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import IO, Any, Self

from runner.clock import Clock
from runner.errors import UsageError

MOST_AT_A_TIME = 2
"""Virtual phones take memory and time of the machine that carries real work out."""

NOW = ("run", "--virtual", "--until-eof", "--format", "json")
DAYS_AHEAD = 7
AHEAD = ("rehearse", "--until", f"{DAYS_AHEAD}d", "--until-eof", "--format", "json")

MOST_KEPT = 20
MOST_LINES, LONGEST_LINE = 200, 500
MOST_RESULT_BYTES = 8 * 1024 * 1024

STOP_GRACE_S = 15.0
"""A little longer than a run takes to end by itself once its standard input has."""

_NOT_INHERITED = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
"""What systemd gives to the daemon alone."""


@dataclass
class RehearsalRun:
    """One rehearsal, of days `ahead` or of the file as it is now. `lines` are the last that it said, `result` is the
    summary as JSON that it printed in the end; None if it ended without one: the lines say why. `code` is its exit
    code."""

    number: int
    campaign: str
    path: str
    by: str
    began_utc: datetime
    is_ahead: bool = False
    ended_utc: datetime | None = None
    code: int | None = None
    lines: tuple[str, ...] = ()
    result: Mapping[str, Any] | None = None
    is_stopped: bool = False

    @property
    def is_running(self) -> bool:
        return self.ended_utc is None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many of its tasks ended in each state."""
        return self.result["counts"] if self.result else {}

    @property
    def went_well(self) -> bool:
        if self.is_ahead:  # a time in which nothing comes is no failure
            return self.result is not None and self.code == 0
        return bool(self.counts) and set(self.counts) == {"completed"}

    @property
    def report(self) -> str | None:
        """The path of its report, once it has one."""
        return self.result["report"] if self.result else None


class Rehearsals:
    """A context manager: when it ends, so do its rehearsals. Any thread may call it.

    `tell` is called with the campaign's name when something about one of its rehearsals has changed.
    """

    def __init__(self, clock: Clock, tell: Callable[[str], None]) -> None:
        self._clock, self._tell = clock, tell
        self._lock = threading.Lock()
        self._known: dict[int, RehearsalRun] = {}
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._threads: dict[int, threading.Thread] = {}
        self._last = 0
        self._is_closed = False

    def start(self, campaign: str, path: str, by: str, *, ahead: bool = False) -> RehearsalRun:
        """Begin to rehearse a campaign's file, as it is now, or the days `ahead`. Raises UsageError if too many go
        on."""
        with self._lock:
            if self._is_closed:
                raise UsageError("the daemon is ending")
            if len(self._processes) >= MOST_AT_A_TIME:
                raise UsageError(
                    f"{len(self._processes)} rehearsals go on already",
                    hint="wait until one has ended, or stop it",
                )
            process = _started([*AHEAD, "--", path] if ahead else [*NOW, "--", path])
            self._last += 1
            one = RehearsalRun(self._last, campaign, path, by, self._clock.now(), ahead)
            self._known[one.number], self._processes[one.number] = one, process
            for old in [number for number, it in self._known.items() if not it.is_running][:-MOST_KEPT]:
                del self._known[old]
            name = f"rehearsal {one.number}"
            thread = threading.Thread(target=self._watch, args=(one, process), name=name, daemon=True)
            self._threads[one.number] = thread
            thread.start()
        return one

    def stop(self, number: int) -> None:
        """End a rehearsal after its current steps, or at once if they do not end; nothing happens if it has ended."""
        with self._lock:
            process, one = self._processes.get(number), self._known.get(number)
        if process is not None and one is not None:
            one.is_stopped = True
            _end(process)

    def get(self, number: int) -> RehearsalRun | None:
        with self._lock:
            return self._known.get(number)

    def of(self, campaign: str) -> list[RehearsalRun]:
        """The rehearsals of a campaign, newest first."""
        with self._lock:
            return [one for one in reversed(self._known.values()) if one.campaign == campaign]

    def close(self) -> None:
        """End all of them, and wait for that."""
        with self._lock:
            self._is_closed = True
            processes, threads = list(self._processes.values()), list(self._threads.values())
        for process in processes:
            _end(process)
        for process in processes:
            try:
                process.wait(STOP_GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()
        for thread in threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _watch(self, one: RehearsalRun, process: subprocess.Popen[bytes]) -> None:
        """Read what a rehearsal says, until it has ended."""
        assert process.stdin and process.stdout and process.stderr
        printed: list[bytes] = []
        reader = threading.Thread(target=_read_result, args=(process.stdout, printed), daemon=True)
        reader.start()
        with process.stderr as said:
            while line := said.readline(LONGEST_LINE):
                # Replaced as a whole: pages read it at any moment.
                one.lines = (*one.lines, line.decode("utf-8", "replace").rstrip())[-MOST_LINES:]
                self._tell(one.campaign)
        reader.join()
        one.code = process.wait()
        with self._lock:
            one.result, one.ended_utc = _result(b"".join(printed)), self._clock.now()
            del self._processes[one.number], self._threads[one.number]
        _end(process)
        self._tell(one.campaign)


def _started(words: Sequence[str]) -> subprocess.Popen[bytes]:
    """Raises UsageError if no process can be started."""
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "runner", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={name: value for name, value in os.environ.items() if name not in _NOT_INHERITED},
            start_new_session=True,
        )
    except OSError as error:
        raise UsageError(f"no process can be started: {error.strerror}") from error


def _read_result(printed: IO[bytes], into: list[bytes]) -> None:
    with printed:
        into.append(printed.read(MOST_RESULT_BYTES))
        while printed.read(1 << 16):  # it must not wait for a reader
            pass


def _result(printed: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(printed)
    except ValueError:  # it ended before it had one; its last lines say why
        return None
    return found if isinstance(found, dict) and {"report", "counts"} <= found.keys() else None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close its standard input, on which it ends."""
    if process.stdin is not None and not process.stdin.closed:
        process.stdin.close()
