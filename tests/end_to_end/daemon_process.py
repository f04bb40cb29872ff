"""`runner daemon` as a user starts it; the tests read its log line by line."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from lives import ZYGOTE, Command

PATIENCE_S = 100.0
NEVER = "2099-01-01T00:00:00+00:00"
SOON_S = 4
"""How far ahead a start time is written: far enough for the daemon to read it in time."""


def soon(seconds: float) -> str:
    """The first whole second at least this far ahead, as a start time."""
    at = datetime.now(UTC) + timedelta(seconds=seconds + 1)
    return at.replace(microsecond=0).isoformat()


def campaign_text(
    *serials: str, at: str | list[str], name: str = "trial", backend: str = "device", **more: Any
) -> str:
    """A campaign that follows one user on phones; `more` are keys of its entry."""
    entry = {
        "script": "follow",
        "devices": "shelf",
        "config": {"target_users": ["@demo_north"]},
        "start_times": at,
    }
    data = {
        "version": 1,
        "name": name,
        "timezone": "UTC",
        "backend": backend,
        "limits": {"min_gap": "0s"},
        "devices": {"shelf": list(serials)},
        "scripts": {"greet": entry | more},
    }
    return json.dumps(data)  # JSON is YAML


class DaemonProcess:
    """A running daemon; its output comes through one pipe. `url` is known once `ready` has waited for it."""

    def __init__(self, process: "Command | subprocess.Popen[str]") -> None:
        self.lines: list[dict[str, Any]] = []
        """The lines of its log."""
        self.plain: list[str] = []
        """What it wrote besides its log."""
        self.url = ""
        self.is_read = threading.Event()
        """While this is cleared, nobody reads its output."""
        self.is_read.set()
        self._news = threading.Condition()
        self._ended = False
        self.process = process
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait_for(self, event: str, since: int = 0, **values: Any) -> dict[str, Any]:
        """Wait for the first line of an event with these values, from the line `since` on."""

        def found() -> dict[str, Any] | None:
            return next(
                (
                    line
                    for line in self.lines[since:]
                    if line["event"] == event and values.items() <= line.items()
                ),
                None,
            )

        with self._news:
            self._news.wait_for(lambda: found() or self._ended, PATIENCE_S)
            line = found()
        assert line is not None, f"it never said {event} {values}:\n{self.said}"
        return line

    def ready(self) -> "DaemonProcess":
        self.url = self.wait_for("ready")["url"]
        return self

    def unread(self) -> None:
        """Read its output no more, and make the pipe as small as the system allows, so that it is soon full."""
        assert self.process.stdout is not None
        fcntl.fcntl(self.process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        self.is_read.clear()

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urlopen(self.url + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def metric(self, sample: str) -> float:
        """The value of a sample, by its name and labels as they are written."""
        _, text = self.get("/metrics")
        values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        assert sample in values, text
        return float(values[sample])

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something that no line of the log tells."""
        give_up_at = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < give_up_at, self.said
            time.sleep(0.05)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and wait for the end; the exit code."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        self.is_read.set()
        code = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return code

    @property
    def said(self) -> str:
        return "\n".join([*map(str, self.lines), *self.plain])

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for text in stream:
                self.is_read.wait()
                with self._news:
                    try:
                        self.lines.append(json.loads(text))
                    except ValueError:
                        self.plain.append(text.rstrip("\n"))
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


def of_its_own(command: list[str], environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    """A daemon that a Python of its own runs."""
    return subprocess.Popen(
        command,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


class Daemons:
    """Starts daemons on one state directory, folder of campaigns and adb server; ends those that are left."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.campaigns = folder / "campaigns"
        self.campaigns.mkdir()
        self.adb_port: int | None = None
        self.variables: dict[str, str] = {}
        """Further variables of their environment, such as RUNNER_TOKEN."""
        self.is_forked = True
        """Whether the zygote forks them; else each has a Python of its own."""
        self.started: list[DaemonProcess] = []

    @property
    def environment(self) -> dict[str, str]:
        port = {"ANDROID_ADB_SERVER_PORT": str(self.adb_port)} if self.adb_port else {}
        return (
            os.environ
            | {"RUNNER_STATE_DIR": str(self.state), "RUNNER_TIMEZONE": "UTC"}
            | port
            | self.variables
        )

    @property
    def witness(self) -> Path:
        """Where the witness of the ledger is."""
        return self.state.with_name(f"{self.state.name}.witness")

    @property
    def store_url(self) -> str:
        return f"sqlite:///{self.state / 'ledger.db'}"

    def write(self, text: str, name: str = "trial.yaml") -> None:
        """Put a campaign file in place in one step, as editors do."""
        path = self.campaigns / name
        path.with_suffix(".new").write_text(text, encoding="utf-8")
        path.with_suffix(".new").replace(path)

    def start(self, *words: str, program: Path | None = None, api_only: bool = False) -> DaemonProcess:
        what = "--api-only" if api_only else str(self.campaigns)
        command = ["daemon", what, "--port", "0", "--verbose", *words]
        if self.is_forked and program is None:
            daemon = DaemonProcess(ZYGOTE.command(command, self.environment))
        else:
            start = [str(program)] if program else ["-m", "runner"]
            daemon = DaemonProcess(of_its_own([sys.executable, *start, *command], self.environment))
        self.started.append(daemon)
        return daemon

    def start_soon(self, *serials: str, options: Sequence[str] = (), **entry: Any) -> DaemonProcess:
        """Start a daemon, and once it is ready give its campaign a near start time: starting takes its time."""
        self.write(campaign_text(*serials, at=NEVER, **entry))
        daemon = self.start(*options).ready()
        self.write(campaign_text(*serials, at=soon(SOON_S), **entry))
        return daemon

    def close(self) -> None:
        for daemon in self.started:
            if daemon.process.poll() is None:
                daemon.process.kill()
            daemon.wait()
