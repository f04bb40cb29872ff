"""A rehearsal daemon as a person sees it in a browser: its dashboard, on virtual phones."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.request import Request, urlopen

from daemon_process import NEVER, SOON_S, DaemonProcess, Daemons, campaign_text, soon
from runner_command import RunnerCommand

from runner.clock import SystemClock
from runner.store.ledger import Ledger
from runner.store.rows import TaskFilter, TaskRow
from runner.tasks import TaskState

PHONES = ("VIRTUAL01", "VIRTUAL02")


class DashboardDaemon:
    """`runner daemon --virtual` with the campaign `trial`, whose entry `greet` follows users on `phones`.

    The campaign is never due until `run_soon`. `command` runs `runner` with its environment.
    """

    def __init__(self, daemons: Daemons, phones: Sequence[str] = PHONES, **variables: str) -> None:
        self.daemons, self.phones = daemons, phones
        daemons.variables |= variables
        self.process: DaemonProcess
        self.command = RunnerCommand(lambda: dict(daemons.environment))

    def start(self, *options: str) -> "DashboardDaemon":
        """Start it; after the first time at the same address."""
        if hasattr(self, "process"):
            at = ["--port", self.url.rsplit(":", 1)[1]]
        else:
            at = []
            self.write(at=NEVER)
        self.process = self.daemons.start("--virtual", *at, *options).ready()
        return self

    def stop(self) -> None:
        assert self.process.end() == 0

    @property
    def url(self) -> str:
        return self.process.url

    @property
    def store_url(self) -> str:
        return f"sqlite:///{self.daemons.state / 'rehearsals' / 'daemon' / 'ledger.db'}"

    def write(self, at: str | list[str], **entry: Any) -> None:
        """Write the campaign's file; `entry` are further keys of its entry."""
        self.daemons.write(campaign_text(*self.phones, at=at, **entry))

    def run_soon(self, **entry: Any) -> None:
        """Have the campaign come due in some seconds."""
        self.write(soon(SOON_S), **entry)

    def control(self, path: str, **wish: object) -> None:
        """Send a control action to the virtual phones: `control("phones/VIRTUAL01/fault", ...)`."""
        where = self.process.wait_for("virtual phones")["control"]
        kind = {"Content-Type": "application/json"}
        urlopen(Request(where + path, json.dumps(wish).encode(), kind), timeout=60).close()

    def until(self, holds: Callable[[], bool]) -> None:
        self.process.until(holds)

    def tasks(self, *states: TaskState) -> list[TaskRow]:
        """The tasks in its ledger, in these states or in any."""
        with Ledger.open(self.store_url, SystemClock()) as ledger:
            return ledger.tasks.page(TaskFilter(states=set(states) or None), 0, 1000)[1]

    def until_ended(self, count: int = 1) -> None:
        """Wait until so many tasks have ended."""
        ended = [state for state in TaskState if state.is_final]
        self.until(lambda: len(self.tasks(*ended)) >= count)
