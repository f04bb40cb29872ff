"""An adb server that can be killed and started again, unlike the one of the virtual phones."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from runner.virtual.adbserver import find_adb

ENDING_WITH_US = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()
"""A harness that is interrupted leaves no server behind, where the system can see to that."""


class PlainAdbServer:
    """A context manager; its port stays the same across restarts."""

    def __init__(self, folder: Path) -> None:
        self._home = folder / "adb-home"
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])

    def start(self) -> None:
        self._home.mkdir(exist_ok=True)
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("ADB", "ANDROID"))
        }
        # It must see neither the phones nor the keys of whoever runs the tests.
        alone = {"ADB_USB": "0", "ADB_EMU": "0", "ADB_MDNS": "0", "HOME": str(self._home)}
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*ENDING_WITH_US, find_adb(), "-L", f"tcp:localhost:{self.port}", "server", "nodaemon"],
                env=inherited | alone | {"ANDROID_USER_HOME": str(self._home), "TMPDIR": str(self._home)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._wait_until_it_listens()

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def connect(self, addresses: Iterable[str]) -> None:
        for address in addresses:
            self._ask("connect", address)

    def disconnect(self, address: str) -> None:
        """Forget a phone that it knows."""
        self._ask("disconnect", address)

    def _ask(self, *words: str) -> None:
        command = [find_adb(), "-P", str(self.port), *words]
        subprocess.run(command, check=True, capture_output=True, timeout=30)

    def _wait_until_it_listens(self) -> None:
        until = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except ConnectionRefusedError:
                assert time.monotonic() < until, "the adb server does not start"
                time.sleep(0.02)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
