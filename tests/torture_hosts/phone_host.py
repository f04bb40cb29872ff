"""One of several hosts: a process of the runner with an adb server, a folder and a way to the database of its own."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from adb_server import PlainAdbServer
from episode import ASKED_TO_END
from lives import ZYGOTE, Life
from wire import Wire


class PhoneHost:
    """A context manager. `words` is what it runs: `runner worker ...` or `runner daemon ...`; `armed` is the file that
    chooses the point at which one of all hosts stops."""

    def __init__(
        self,
        name: str,
        folder: Path,
        words: Iterable[str],
        database_port: int,
        environment: Mapping[str, str],
        armed: Path,
        wrapping: Iterable[str] = (),
    ) -> None:
        self.name, self.folder = name, folder
        self.wire = Wire(database_port)
        self.adb: PlainAdbServer
        self.life: Life | None = None
        self.lives = 0
        self.is_asked_to_end = False
        self._words, self._given, self._armed = list(words), environment, armed
        self._wrapping = list(wrapping)
        self._is_killed = False
        self._ended_at: float | None = None
        self._stack = ExitStack()

    @property
    def log(self) -> Path:
        return self.folder / f"{self.lives:03}.log"

    @property
    def trace(self) -> Path:
        return self.folder / f"{self.lives:03}.trace"

    def start(self, store_url: str) -> None:
        """Begin its next life."""
        self.lives += 1
        self.is_asked_to_end, self._is_killed, self._ended_at = False, False, None
        environment = os.environ | self._given | {
            "RUNNER_STATE_DIR": str(self.folder / "state"),
            "RUNNER_STORE": store_url,
            "ANDROID_ADB_SERVER_PORT": str(self.adb.port),
        }  # fmt: skip
        options = ["--trace", str(self.trace), "--armed", str(self._armed), *self._wrapping]
        self.life = ZYGOTE.start([*options, "--", *self._words], environment, self.log)

    @property
    def is_alive(self) -> bool:
        return self.life is not None and self.life.poll() is None

    @property
    def is_stopped(self) -> bool:
        """Whether it stands still: at a point that somebody chose, or because it was told to."""
        if self.life is None or not self.is_alive:
            return False
        try:
            stat = Path(f"/proc/{self.life.pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return False
        return stat.rpartition(")")[2].split()[0] == "T"

    def stop(self) -> None:
        """Let it stand still."""
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """Let it die; it is not started again before somebody says so."""
        self._is_killed = True
        if self.life is not None:
            self.life.kill()
            self.life.wait(30)

    def ask_to_end(self) -> None:
        """As a service is stopped."""
        self.is_asked_to_end = True
        with self.trace.open("a") as trace:
            trace.write(f"-\t-\t{ASKED_TO_END}\n")
        self._send(signal.SIGTERM)

    def end(self, within_s: float) -> str | None:
        """Ask it to end, and wait; what is wrong with how it did."""
        if self.life is None or not self.is_alive:
            return None
        self.ask_to_end()
        try:
            code = self.life.wait(within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return f"it did not end within {within_s:.0f} s of SIGTERM"
        return f"it ended with {code}" if code else None

    def tell_what_it_does(self) -> None:
        """Have it write into its log where each of its threads is."""
        self._send(signal.SIGUSR1)

    @property
    def code(self) -> int | None:
        """How its latest life ended, if it has."""
        return self.life.poll() if self.life else None

    def has_ended_for(self, seconds: float) -> bool:
        """Whether its latest life ended so long ago, without being killed by us."""
        if self.code is None or self._is_killed:
            return False
        self._ended_at = self._ended_at or time.monotonic()
        return time.monotonic() - self._ended_at >= seconds

    def _send(self, number: signal.Signals) -> None:
        if self.life is not None:
            self.life.send_signal(number)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True)
        self.adb = self._stack.enter_context(PlainAdbServer(self.folder))
        self._stack.enter_context(self.wire)
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_alive:
            self.kill()
        self._stack.close()
