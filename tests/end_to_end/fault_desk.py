"""Tasks that meet faults: flows of the notes app, which the product's own executor carries out from a ledger, on a
phone that is disturbed and on another one that is not."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fault_rows import NOTES, SERIAL, Table
from phone_shelf import eventually

from runner.backends.device import DeviceBackend
from runner.clock import SystemClock
from runner.execution import retry
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.state import Mode
from runner.flows import flow_run
from runner.phone import transport
from runner.phone.session import Session
from runner.planning.limits import effective_limits
from runner.reasons import ReasonKind
from runner.scripts.script import FlowText
from runner.settings import Settings
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.rows import TaskRow
from runner.tasks import Occurrence, RetryRule, Task, TaskState

OTHER = "TABLE02"
SHORT_S = 4.0
"""How long a phone may take to answer here; 30 s otherwise."""

HEAD = "version: 1\nname: {name}\napp: {app}\n"
FLOWS = {
    "press": "effects: none\nsteps:\n  - launch: {fresh: true}\n  - tap: {id: add_note}\n"
    "  - wait_for: {id: note_title_field, timeout: 3s}\n",
    "copy": "effects: none\nparameters: {file: {type: string}}\nsteps:\n"
    '  - launch: {fresh: true}\n  - push: {file: "${config.file}", to: /sdcard/Movies/}\n',
    "fetch": "effects: none\nparameters: {file: {type: string}, kept: {type: string}}\nsteps:\n"
    '  - launch: {fresh: true}\n  - push: {file: "${config.file}", to: /sdcard/Movies/}\n'
    '  - pull: {file: /sdcard/Movies/clip.mp4, to: "${config.kept}"}\n',
    "fetch_nothing": "effects: none\nparameters: {kept: {type: string}}\nsteps:\n  - launch: {fresh: true}\n"
    '  - pull: {file: /sdcard/nothing, to: "${config.kept}"}\n',
    "seek": "effects: none\nsteps:\n  - launch: {fresh: true}\n  - tap: {text: Nobody, timeout: 1s}\n",
    "visit": "effects: none\nsteps:\n  - launch: {fresh: true}\n",
    "note": """
effects: {note: 1}
proofs:
  kept:
    happened: {all: [{id: add_note}, {text: "${evidence.title}"}]}
    not_happened: {id: save_note}
steps:
  - launch: {fresh: true}
  - tap: {id: add_note}
  - type: {into: {id: note_title_field}, text: milk}
  - commit:
      effect: note
      tap: {text: Save}
      evidence: {title: milk}
      proof: kept
""",
    "note_proved_later": """
effects: {note: 1}
steps:
  - launch: {fresh: true}
  - tap: {id: add_note}
  - type: {into: {id: note_title_field}, text: milk}
  - commit: {effect: note, tap: {text: Save}, evidence: {title: milk}}
  - verify:
verify:
  steps:
    - launch: {fresh: true}
    - wait_for: {id: add_note}
  happened: {text: "${evidence.title}"}
  not_happened: {id: add_note}
  settle: 500ms
""",
}
"""Flows by their names; each does what the calls of some rows do."""


class Desk:
    """A ledger, an executor that carries its tasks out, and two phones."""

    def __init__(self, table: Table, ledger: Ledger, folder: Path) -> None:
        self.table, self.ledger, self.folder = table, ledger, folder
        clock = SystemClock()
        flows = {
            ("demo", name): FlowText(f"flows/{name}.yaml", HEAD.format(name=name, app=_app(name)) + text)
            for name, text in FLOWS.items()
        }
        settings = Settings(folder, "", table.shelf.adb_port, ZoneInfo("UTC"))
        self.backend = DeviceBackend(settings, clock, flows)
        limits = effective_limits({"min_gap": "0s"})
        self.executor = Executor(
            ledger=ledger,
            artifacts=Artifacts(folder / "artifacts"),
            backends={"device": self.backend},
            limiter=Limiter(ledger.effects, lambda task: limits, UTC, clock),
            clock=clock,
            sink=lambda event: None,
            mode=Mode.daemon(),
        )

    @property
    def kept(self) -> Path:
        """Where a flow that fetches a file from the phone puts it."""
        return self.folder / "fetched.mp4"

    def add(self, script: str, serial: str = SERIAL) -> str:
        """Ask for a task; its key."""
        now, number = datetime.now(UTC), len(self.ledger.tasks.all(run_id="1"))
        nominal = f"run:{number}"
        task = Task(
            key=f"demo/{script}/{nominal}/{serial}",
            campaign="demo",
            entry=script,
            script=script,
            backend="device",
            device=serial,
            username=None,
            target=None,
            nominal=nominal,
            ordinal=0,
            due_utc=now,
            timeout_s=120.0,
            config={"file": str(self.table.file), "kept": str(self.kept)},
            retry=RetryRule(1, 0.05),
        )
        version = self.ledger.campaigns.record("demo", "demo.yaml", "text", None)
        self.ledger.occurrences.add(
            version, [Occurrence("demo", script, nominal, "manual", now)], [task], "1"
        )
        self.executor.submit([task])
        return task.key

    def row(self, key: str) -> TaskRow:
        row = self.ledger.tasks.get(key)
        assert row is not None
        return row

    def ended(self, key: str) -> TaskRow:
        """The task when it is over."""
        return self._when(key, lambda row: row.state not in (TaskState.PENDING, TaskState.RUNNING))

    def waiting(self, key: str) -> TaskRow:
        """The task when it waits for its phone."""
        return self.waiting_for(key, ReasonKind.DEVICE_AWAY)

    def waiting_for(self, key: str, kind: ReasonKind) -> TaskRow:
        return self._when(key, lambda row: row.state is TaskState.PENDING and row.reason_kind is kind)

    def _when(self, key: str, is_so: Any) -> TaskRow:
        until = time.monotonic() + 60
        while not is_so(row := self.row(key)):
            assert time.monotonic() < until, row
            eventually(lambda: is_so(self.row(key)))
        return row

    @property
    def saves(self) -> int:
        return len(self.table.phone.memory(NOTES)["saves"])


def _app(flow: str) -> str:
    return "com.nobody" if flow == "visit" else NOTES


@contextmanager
def desk_with(shelf: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk with a runner of little patience, which has worked on the first phone already."""
    for method in (Session._call, Session._shell):
        monkeypatch.setitem(method.__kwdefaults__, "timeout_s", SHORT_S)
    monkeypatch.setattr(transport, "CALL_TIMEOUT_S", SHORT_S)
    monkeypatch.setattr("runner.phone.session.CALL_TIMEOUT_S", SHORT_S)
    monkeypatch.setattr(flow_run, "REACH_S", 2.0)
    for name in ("FIRST_LOOK_S", "LONGEST_LOOK_S", "FIRST_PROOF_S", "LONGEST_PROOF_S"):
        monkeypatch.setattr(retry, name, 0.2)
    with Ledger.open(f"sqlite:///{folder / 'ledger.db'}", SystemClock()) as ledger:
        desk = Desk(Table(shelf, folder), ledger, folder)
        desk.executor.start()
        with closing(desk.executor):
            first = desk.ended(desk.add("press"))
            assert first.state is TaskState.COMPLETED, first.reason
            yield desk
            desk.executor.drain(10)
        desk.backend.close()
