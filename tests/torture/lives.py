"""The processes of the torture: a zygote forks them, and this file watches and ends them."""

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

    def wait(self, timeout_s: float | None = None) -> int:
        """Its exit code, or minus the signal that ended it. Raises subprocess.TimeoutExpired."""
        if (code := self._look(timeout_s)) is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout_s or 0)
        return code

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _look(self, timeout_s: float | None) -> int | None:
        with self._lock:
            if self.returncode is None and select.select([self._attendant], [], [], timeout_s)[0]:
                self.returncode = int(self._attendant.recv(16))
                self._attendant.close()
            return self.returncode


class Zygote:
    """The zygote. It starts with its first child, and ends with this process; then its children end too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None

    def start(self, words: Sequence[str], environment: Mapping[str, str], log: Path) -> Life:
        """Run the wrapper of the command line with these words; its output is appended to `log`."""
        ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        request = json.dumps({"words": words, "environment": dict(environment)}).encode()
        with theirs, log.open("ab") as output, self._lock:
            self._control = self._control or self._begin()
            socket.send_fds(self._control, [request], [theirs.fileno(), output.fileno()])
        return Life(int(ours.recv(16)), ours)

    def _begin(self) -> socket.socket:
        control, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, str(ZYGOTE_FILE)], stdin=theirs, start_new_session=True
            )
        atexit.register(lambda: (control.close(), process.wait()))
        return control


ZYGOTE = Zygote()
