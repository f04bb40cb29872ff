"""A phone on a cable that is pulled and put back, met by tasks: adb forgets such a phone, and lists it anew under
another transport id. A relay shows it as adb shows a phone on USB: by its serial."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from adb_relay import relayed
from fault_desk import OTHER, Desk, desk_with
from fault_rows import SERIAL
from phone_shelf import eventually

from runner.errors import DeviceNotConnected
from runner.phone.adb import rows
from runner.phone.transport import AdbServer
from runner.tasks import EffectState, TaskState

pytestmark = pytest.mark.phones


@pytest.fixture(scope="module")
def shelf(phones: Any) -> Any:
    return phones(SERIAL, OTHER)


@pytest.fixture(params=["by the name that adb gives it", "by its serial, as on USB"])
def desk(
    request: pytest.FixtureRequest,
    shelf: Any,
    tmp_path: Path,
    quick_ledgers: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    """Phones that are well, the first of them on a cable."""
    phone = shelf[SERIAL]
    phone.reset()
    phone.cable()
    with ExitStack() as stack:
        if "serial" in request.param:
            port = stack.enter_context(relayed(shelf.adb_port, {phone.address: SERIAL}))
            monkeypatch.setattr(shelf, "adb_port", port)
        yield stack.enter_context(desk_with(shelf, tmp_path, monkeypatch))


def transport_id(desk: Desk) -> str:
    """Of adb's connection to the phone; empty while it lists none."""
    names = (SERIAL, desk.table.phone.address)
    listed = rows(AdbServer(desk.table.shelf.adb_port))
    return "".join(row.transport_id for row in listed if row.name in names)


def pull_cable(desk: Desk) -> None:
    desk.table.phone.post("unplug")
    assert transport_id(desk) == ""


def put_back(desk: Desk) -> None:
    desk.table.phone.post("online")


def test_a_task_waits_while_the_cable_is_pulled(desk: Desk) -> None:
    before = transport_id(desk)
    pull_cable(desk)
    key, other = desk.add("press"), desk.add("press", OTHER)
    assert desk.waiting(key).tries == 0
    with pytest.raises(DeviceNotConnected, match=f"{SERIAL}: no connected phone has this serial"):
        desk.table.session.open()
    assert desk.ended(other).state is TaskState.COMPLETED
    put_back(desk)
    task = desk.ended(key)
    assert (task.state, task.tries) == (TaskState.COMPLETED, 0), task.reason
    assert transport_id(desk) not in ("", before)
    assert (desk.ledger.holds.current(), desk.ledger.holds.failing()) == ([], {})


@pytest.mark.parametrize(("kind", "attempts"), [("offline", 2), ("offline_after", 1)])
def test_an_effect_is_made_once_when_the_cable_is_pulled_at_its_tap(
    desk: Desk, kind: str, attempts: int
) -> None:
    """Before the tap has happened, and after it. Nobody can look before the phone is back."""
    desk.table.phone.fault("click", kind, target="Save")
    key = desk.add("note_proved_later")
    desk.waiting(key)
    (effect,) = desk.ledger.effects.of(key)
    assert effect.state.is_in_doubt
    put_back(desk)
    task = desk.ended(key)
    assert task.state is TaskState.COMPLETED, task.reason
    states = [effect.state for effect in desk.ledger.effects.of(key)]
    assert states == [EffectState.REFUTED] * (attempts - 1) + [EffectState.COMMITTED]
    assert desk.saves == 1
    assert desk.ledger.holds.current() == []


def test_a_loose_cable_costs_one_try(desk: Desk) -> None:
    before = transport_id(desk)
    desk.table.phone.fault("click", "drop")
    task = desk.ended(desk.add("press"))
    assert (task.state, task.tries) == (TaskState.COMPLETED, 1), task.reason
    assert transport_id(desk) not in ("", before)


def test_a_phone_that_adb_is_told_to_reach_again_goes_on(desk: Desk) -> None:
    before = transport_id(desk)
    name = desk.table.phone.address
    assert f"reconnecting {name}" in desk.table.shelf.adb("-s", name, "reconnect").stdout
    assert eventually(lambda: transport_id(desk) not in ("", before))
    assert desk.ended(desk.add("press")).state is TaskState.COMPLETED


def test_a_phone_that_changes_its_cable_for_an_address_is_the_same_phone(desk: Desk) -> None:
    pull_cable(desk)
    key = desk.add("press")
    desk.waiting(key)
    desk.table.phone.cable(False)
    task = desk.ended(key)
    assert (task.state, task.tries) == (TaskState.COMPLETED, 0), task.reason
