"""Processes that run the command line: a zygote forks them, and this file watches and ends them."""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

ZYGOTE_FILE = Path(__file__).with_name("zygote.py")


class Life:
    """A process that the zygote has forked; its methods are like those of `subprocess.Popen`."""

    def __init__(self, pid: int, attendant: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._attendant = attendant
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, or minus the signal that ended it. Raises subprocess.TimeoutExpired."""
        if (code := self._look(timeout)) is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return code

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _look(self, timeout_s: float | None) -> int | None:
        with self._lock:
            if self.returncode is None and select.select([self._attendant], [], [], timeout_s)[0]:
                self.returncode = int(self._attendant.recv(16))
                self._attendant.close()
            return self.returncode


class Command(Life):
    """A command whose output and errors come through one pipe, `stdout`."""

    def __init__(self, pid: int, attendant: socket.socket, stdout: IO[str]) -> None:
        super().__init__(pid, attendant)
        self.stdout = stdout

    def communicate(self, timeout: float | None = None) -> tuple[str, None]:
        """Everything that it writes from now to its end. Raises subprocess.TimeoutExpired."""
        said: list[str] = []
        reader = threading.Thread(target=lambda: said.append(self.stdout.read()), daemon=True)
        reader.start()
        reader.join(timeout)
        if reader.is_alive():
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        self.stdout.close()
        self.wait(timeout)
        return said[0], None


class Zygote:
    """The zygote. It starts with its first child, and ends with this process; then its children end too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None

    def start(self, words: Sequence[str], environment: Mapping[str, str], log: Path) -> Life:
        """Run the wrapper of the command line with these words; its output is appended to `log`."""
        with log.open("ab") as output:
            return Life(
                *self._fork(words, environment, output.fileno(), output.fileno(), has_kill_points=True)
            )

    def command(
        self, words: Sequence[str], environment: Mapping[str, str], folder: Path | None = None
    ) -> Command:
        """Run `runner WORDS...`, with the umask of this process."""
        ours, theirs = os.pipe()
        try:
            child = self._fork(words, environment, theirs, theirs, folder)
        finally:
            os.close(theirs)
        return Command(*child, os.fdopen(ours, encoding="utf-8"))

    def in_terminal(self, words: Sequence[str], environment: Mapping[str, str], terminal: int) -> Life:
        """Run `runner WORDS...` with this descriptor of a terminal as standard input, output and error."""
        return Life(*self._fork(words, environment, terminal, terminal, is_terminal=True))

    def run(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        timeout_s: float,
        folder: Path | None = None,
    ) -> "subprocess.CompletedProcess[str]":
        """Run `runner WORDS...` to its end."""
        with TemporaryFile() as output, TemporaryFile() as errors:
            life = Life(*self._fork(words, environment, output.fileno(), errors.fileno(), folder))
            try:
                code = life.wait(timeout_s)
            except subprocess.TimeoutExpired:
                life.kill()
                raise
            said = [file.seek(0) or file.read().decode() for file in (output, errors)]
        return subprocess.CompletedProcess(["runner", *words], code, *said)

    def _fork(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        output: int,
        errors: int,
        folder: Path | None = None,
        *,
        has_kill_points: bool = False,
        is_terminal: bool = False,
    ) -> tuple[int, socket.socket]:
        ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        os.umask(umask := os.umask(0))
        request = {
            "words": words,
            "environment": dict(environment),
            "folder": str(folder or Path.cwd()),
            "umask": umask,
            "has_kill_points": has_kill_points,
            "is_terminal": is_terminal,
        }
        with theirs, self._lock:
            self._control = self._control or self._begin()
            message = json.dumps(request).encode()
            socket.send_fds(self._control, [message], [theirs.fileno(), output, errors])
        return int(ours.recv(16)), ours

    def _begin(self) -> socket.socket:
        control, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, str(ZYGOTE_FILE)], stdin=theirs, start_new_session=True
            )
        atexit.register(lambda: (control.close(), process.wait()))
        return control


ZYGOTE = Zygote()
