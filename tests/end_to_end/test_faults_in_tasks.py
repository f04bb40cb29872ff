"""The table of faults again, met by tasks: what is tried again, and the state of lane and phone afterwards.

Each row strikes in a flow of the notes app, which the product's own executor carries out from a ledger. Another phone
has a task too, which no fault of the first one touches; and in the end the lane of the first one goes on.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fault_desk import OTHER, Desk, desk_with
from fault_rows import ALWAYS, ROWS, SERIAL, Row, Then, kill_adb_during_the_call

from runner.reasons import ReasonKind
from runner.tasks import EffectState, TaskState

pytestmark = pytest.mark.phones


@pytest.fixture(scope="module")
def shelf(phones: Any) -> Any:
    return phones(SERIAL, OTHER)


@pytest.fixture
def desk(shelf: Any, tmp_path: Path, quick_ledgers: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Phones that are well, and a runner with little patience."""
    shelf[SERIAL].post("reset")
    shelf.wait_for_states(SERIAL, "device")
    with desk_with(shelf, tmp_path, monkeypatch) as desk:
        yield desk


@pytest.mark.parametrize("row", [row for row in ROWS if row.then], ids=lambda row: row.name)
def test_what_becomes_of_a_task_of_its_lane_and_of_other_lanes(desk: Desk, row: Row) -> None:
    row.strike(desk.table)
    key, other = desk.add(row.flow), desk.add("press", OTHER)
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
    assert desk.ended(other).state is TaskState.COMPLETED
    assert desk.row(other).tries == 0 or row.hits_all
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


@pytest.mark.parametrize(("kind", "attempts"), [("hang", 2), ("drip", 1)])
def test_an_effect_is_made_once_when_the_adb_server_dies_at_its_tap(
    desk: Desk, kind: str, attempts: int
) -> None:
    """Before the tap has happened, and after it, while the phone still answers."""
    kill_adb_during_the_call(desk.table, kind, target="Save", seconds=60)
    task = desk.ended(desk.add("note"))
    assert (task.state, task.attempts) == (TaskState.COMPLETED, attempts), task.reason
    states = [effect.state for effect in desk.ledger.effects.of(task.task.key)]
    assert states == [EffectState.REFUTED] * (attempts - 1) + [EffectState.COMMITTED]
    assert desk.saves == 1


@pytest.mark.parametrize("kind", ["crash", "ignored"])
def test_an_effect_is_made_once_when_the_phone_confirms_a_tap_that_did_nothing(desk: Desk, kind: str) -> None:
    desk.table.phone.fault("click", kind, target="Save")
    task = desk.ended(desk.add("note_proved_later"))
    assert (task.state, task.attempts) == (TaskState.COMPLETED, 2), task.reason
    states = [effect.state for effect in desk.ledger.effects.of(task.task.key)]
    assert states == [EffectState.REFUTED, EffectState.COMMITTED]
    assert desk.saves == 1


def test_a_pull_that_breaks_off_leaves_the_file_that_was_there(desk: Desk) -> None:
    desk.kept.write_bytes(b"of yesterday")
    desk.table.phone.fault("sync:RECV", "drop", times=2)
    failed = desk.ended(desk.add("fetch"))
    assert (failed.state, failed.tries) == (TaskState.FAILED, 2)
    assert "could not copy /sdcard/Movies/clip.mp4" in failed.reason
    assert desk.kept.read_bytes() == b"of yesterday"
    assert [file.name for file in desk.folder.iterdir() if file.name.startswith(desk.kept.stem)] == [
        desk.kept.name
    ]
    assert desk.ended(desk.add("fetch")).state is TaskState.COMPLETED
    assert desk.kept.read_bytes() == desk.table.file.read_bytes()
