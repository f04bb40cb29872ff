"""Hosts that share a ledger in PostgreSQL, as users start them: each with its own virtual phones."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from adbutils import AdbClient
from daemon_process import PATIENCE_S, DaemonProcess, Daemons
from lives import ZYGOTE
from postgres_server import PostgresServer

from runner.clock import SystemClock
from runner.store.ledger import Ledger
from runner.virtual.process import PhonesProcess

APP = "com.zhiliaoapp.musically"


class Hosts:
    """Starts hosts on one new database; `phones` are virtual phones by the name of the host into which they are
    plugged, with an adb server for each."""

    def __init__(self, folder: Path, server: PostgresServer, phones: dict[str, PhonesProcess]) -> None:
        self.folder, self.server, self.phones = folder, server, phones
        self.database = server.new_database()
        self.store = server.tcp_url(self.database)
        self.daemons: dict[str, Daemons] = {}
        self.ledger = Ledger.open(self.store, SystemClock())

    def daemon(self, name: str, *words: str, store: str | None = None) -> DaemonProcess:
        """Start a daemon without phones; campaigns lie in the folder of `on(name)`."""
        daemons = self.on(name)
        daemons.variables["RUNNER_STORE"] = store or self.store
        return daemons.start("--name", name, "--no-phones", *words)

    def worker(
        self, name: str, *words: str, store: str | None = None, state: str | None = None
    ) -> DaemonProcess:
        """Start the worker of a host; `state` is another folder than that of the host."""
        daemons = self.on(state or name)
        daemons.variables["RUNNER_STORE"] = store or self.store
        daemons.adb_port = self.phones[name].adb_server_port
        command = ["worker", "--name", name, "--verbose", *words]
        worker = DaemonProcess(ZYGOTE.command(command, daemons.environment))
        daemons.started.append(worker)
        return worker

    def command(self, *words: str, on: str | None = None) -> subprocess.CompletedProcess[str]:
        """Carry out a command of the runner, on the machine of a host."""
        daemons = self.on(on or "elsewhere")
        daemons.variables["RUNNER_STORE"] = self.store
        if on is not None:
            daemons.adb_port = self.phones[on].adb_server_port
        command = [sys.executable, "-m", "runner", *words]
        return subprocess.run(
            command, env=daemons.environment, capture_output=True, text=True, timeout=120, check=False
        )

    @contextmanager
    def moved(self, serial: str, here: str, there: str) -> Iterator[None]:
        """While this is open, a phone is plugged into another host."""
        (phone,) = [phone for phone in self.phones[here].phones if phone.serial == serial]
        clients = [AdbClient(port=self.phones[name].adb_server_port) for name in (here, there)]
        for source, target in (clients, clients[::-1]):
            source.disconnect(phone.address)
            target.connect(phone.address)
            if source is clients[0]:
                yield

    def on(self, name: str) -> Daemons:
        if name not in self.daemons:
            (self.folder / name).mkdir()
            self.daemons[name] = Daemons(self.folder / name)
        return self.daemons[name]

    def memory(self, serial: str) -> list[str]:
        """Whom a phone remembers to have followed, in order."""
        for process in self.phones.values():
            for phone in process.phones:
                if phone.serial == serial:
                    with urlopen(f"{phone.control}/memory", timeout=30) as answer:
                        app: Any = json.load(answer)["apps"].get(APP, {})
                    return [follow["user"] for follow in app.get("follows", [])]
        raise AssertionError(serial)

    def until(self, holds: Callable[[], object], what: str) -> None:
        give_up_at = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < give_up_at, f"{what}\n{self.said}"
            time.sleep(0.05)

    @property
    def said(self) -> str:
        return "\n\n".join(
            f"{name}:\n{process.said}"
            for name, daemons in self.daemons.items()
            for process in daemons.started
        )

    def close(self) -> None:
        for daemons in self.daemons.values():
            daemons.close()
        self.ledger.close()
        self.server.drop_database(self.database)
