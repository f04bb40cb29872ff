"""The table of faults again, met by tasks: what is tried again, and the state of lane and phone afterwards.

Each row strikes in a flow of the notes app, which the product's own executor carries out from a ledger. Another phone
has a task too, which no fault of the first one touches; and in the end the lane of the first one goes on.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fault_rows import ALWAYS, NOTES, ROWS, SERIAL, Row, Table, Then, push, shell, tap
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
from runner.tasks import EffectState, Occurrence, RetryRule, Task, TaskState

pytestmark = pytest.mark.phones

OTHER = "TABLE02"
SHORT_S = 4.0
"""How long a phone may take to answer here; 30 s otherwise."""

HEAD = "version: 1\nname: {name}\napp: org.example.notes\n"
FLOWS = {
    "press": "effects: none\nsteps:\n  - launch: {fresh: true}\n  - tap: {id: add_note}\n"
    "  - wait_for: {id: note_title_field, timeout: 3s}\n",
    "copy": "effects: none\nparameters: {file: {type: string}}\nsteps:\n"
    '  - launch: {fresh: true}\n  - push: {file: "${config.file}", to: /sdcard/Movies/}\n',
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
}
FLOW_OF = {tap: "press", shell: "press", push: "copy"}
"""The flow that does what a row's call does; the one that taps for all other rows."""


class Desk:
    """A ledger, an executor that carries its tasks out, and two phones."""

    def __init__(self, table: Table, ledger: Ledger, folder: Path) -> None:
        self.table, self.ledger, self.folder = table, ledger, folder
        clock = SystemClock()
        flows = {
            ("demo", name): FlowText(f"flows/{name}.yaml", HEAD.format(name=name) + text)
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
            config={"file": str(self.table.file)},
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


@pytest.fixture(scope="module")
def shelf(phones: Any) -> Any:
    return phones(SERIAL, OTHER)


@pytest.fixture
def desk(shelf: Any, tmp_path: Path, quick_ledgers: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Phones that are well, and a runner with little patience that has worked on the first of them already."""
    shelf[SERIAL].post("reset")
    shelf.wait_for_states(SERIAL, "device")
    for method in (Session._call, Session._shell):
        monkeypatch.setitem(method.__kwdefaults__, "timeout_s", SHORT_S)
    monkeypatch.setattr(transport, "CALL_TIMEOUT_S", SHORT_S)
    monkeypatch.setattr("runner.phone.session.CALL_TIMEOUT_S", SHORT_S)
    monkeypatch.setattr(flow_run, "REACH_S", 2.0)
    for name in ("FIRST_LOOK_S", "LONGEST_LOOK_S", "FIRST_PROOF_S", "LONGEST_PROOF_S"):
        monkeypatch.setattr(retry, name, 0.2)
    table = Table(shelf, tmp_path)
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", SystemClock()) as ledger:
        desk = Desk(table, ledger, tmp_path)
        desk.executor.start()
        with closing(desk.executor):
            first = desk.ended(desk.add("press"))
            assert first.state is TaskState.COMPLETED, first.reason
            yield desk
            desk.executor.drain(10)
        desk.backend.close()


@pytest.mark.parametrize("row", [row for row in ROWS if row.then], ids=lambda row: row.name)
def test_what_becomes_of_a_task_of_its_lane_and_of_other_lanes(desk: Desk, row: Row) -> None:
    row.strike(desk.table)
    key, other = desk.add(FLOW_OF.get(row.call, "press")), desk.add("press", OTHER)
    if row.then in (Then.WAITS, Then.WAITS_AFTER_A_TRY):
        waiting = desk.waiting(key)
        assert waiting.tries == (row.then is Then.WAITS_AFTER_A_TRY)
        assert f"device {SERIAL} away since" in waiting.reason
        desk.table.calm()
    if row.then is Then.HELD_BACK:
        assert "3 attempts in a row have failed" in desk.waiting_for(key, ReasonKind.ON_HOLD).reason
        desk.table.calm()
        desk.ledger.holds.release(SERIAL)
    task = desk.ended(key)
    expected = {
        Then.DONE: (TaskState.COMPLETED, 0),
        Then.TRIED_AGAIN: (TaskState.COMPLETED, 1),
        Then.FAILS: (TaskState.FAILED, 2),
        Then.WAITS: (TaskState.COMPLETED, 0),
        Then.WAITS_AFTER_A_TRY: (TaskState.COMPLETED, 1),
        Then.HELD_BACK: (TaskState.COMPLETED, 0),
        Then.HOLDS: (TaskState.FAILED, 1),
    }
    assert (task.state, task.tries) == expected[row.then], task.reason
    held = [hold.device for hold in desk.ledger.holds.current()]
    assert held == ([SERIAL] if row.then is Then.HOLDS else [])
    failures = task.tries if row.counts and row.then is Then.FAILS else 0
    assert desk.ledger.holds.failing().get(SERIAL, 0) == failures
    assert desk.ended(other).tries == 0
    desk.table.calm()
    if held:
        desk.ledger.holds.release(SERIAL)
    # The lane goes on, on the same phone, without anybody's help.
    assert desk.ended(desk.add("press")).state is TaskState.COMPLETED
    assert desk.ledger.holds.failing() == {}


@pytest.mark.parametrize(
    ("kind", "attempts"),
    [
        ("drop", 2),
        ("drop_after", 1),
        ("kill_u2", 2),
        ("error", 2),
        ("http_500", 2),
        ("garbage", 2),
        ("null", 2),
        ("ignored", 2),
        ("hang", 2),
    ],
)
def test_an_effect_is_made_once_whatever_happens_to_its_tap(desk: Desk, kind: str, attempts: int) -> None:
    """The proof tells whether the tap has happened; only one that has not is made again."""
    desk.table.phone.fault("click", kind, target="Save")
    task = desk.ended(desk.add("note"))
    assert (task.state, task.attempts) == (TaskState.COMPLETED, attempts), task.reason
    effects = desk.ledger.effects.of(task.task.key)
    assert [effect.state for effect in effects] == [EffectState.REFUTED] * (attempts - 1) + [
        EffectState.COMMITTED
    ]
    assert desk.saves == 1


def test_a_phone_that_keeps_breaking_off_is_held_back_and_another_is_not(desk: Desk) -> None:
    desk.table.phone.fault("click", "kill_u2", times=ALWAYS)
    first, second = desk.ended(desk.add("press")), desk.add("press")
    assert (first.state, first.tries) == (TaskState.FAILED, 2)
    waiting = desk.waiting_for(second, ReasonKind.ON_HOLD)
    (hold,) = desk.ledger.holds.current()
    assert (hold.device, hold.ends_by_itself) == (SERIAL, True)
    assert "3 attempts in a row have failed because of the phone" in waiting.reason
    assert "could not call click" in waiting.reason
    assert desk.ended(desk.add("press", OTHER)).state is TaskState.COMPLETED
    desk.table.calm()
    desk.ledger.holds.release(SERIAL)
    assert desk.ended(second).state is TaskState.COMPLETED
