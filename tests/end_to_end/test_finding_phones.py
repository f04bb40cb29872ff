"""Finding phones over a real adb server: wedged ones, odd names, two with one serial."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from adb_relay import relayed
from phone_shelf import eventually

from runner.errors import DeviceNotConnected, PhoneTimeout
from runner.phone.adb import rows
from runner.phone.fleet import Fleet
from runner.phone.listing import Row
from runner.phone.looks import Identity
from runner.phone.reconnecting import Reconnects
from runner.phone.session import Session
from runner.virtual.process import PhonesProcess

pytestmark = pytest.mark.phones

NO_PERMISSIONS = (
    "no permissions (user in plugdev group; are your udev rules wrong?); see "
    "[http://developer.android.com/tools/device.html]"
)


@contextmanager
def wedged(phone: Any) -> Iterator[None]:
    phone.post("pause")
    try:
        yield
    finally:
        phone.post("resume")


class Questions:
    """Which phones are asked who they are, by adb's name, and how many at once while none has answered."""

    def __init__(self, fleet: Fleet) -> None:
        self.asked: list[str] = []
        self.open, self.most = 0, 0
        self._lock, self._ask = threading.Lock(), fleet._looks._ask
        fleet._looks._ask = self._count

    def _count(self, row: Row) -> Identity:
        with self._lock:
            self.asked.append(row.name)
            self.open += 1
            self.most = max(self.most, self.open)
        try:
            return self._ask(row)
        finally:
            with self._lock:
                self.open -= 1


def test_a_phone_that_answers_nothing_is_its_own_trouble(phones: Any) -> None:
    shelf = phones("A1", "B2", "C3", "D4")
    fleet = Fleet(shelf.adb_port)
    questions = Questions(fleet)
    silent = sorted(shelf[serial].address for serial in ("B2", "D4"))
    with wedged(shelf["B2"]), wedged(shelf["D4"]):
        assert fleet.find("A1").transport == shelf["A1"].address
        # Whoever is there first waits for all of them once, and not for one after the other.
        assert sorted(name for name in questions.asked if name in silent) == silent
        assert questions.most >= 2
        questions.asked.clear()
        assert [fleet.find("A1").serial, fleet.find("C3").serial] == ["A1", "C3"]
        with pytest.raises(DeviceNotConnected, match=r"connected: A1, C3; not readable: .*does not answer"):
            fleet.find("gone")
        assert fleet.check(["A1", "C3"]) == []
        assert not set(questions.asked) & set(silent)
    assert fleet.find("C3").serial == "C3"


def test_a_phone_that_was_known_and_answers_nothing_is_told_so(phones: Any) -> None:
    shelf = phones("A1", "B2")
    fleet = Fleet(shelf.adb_port)
    assert {device.serial for device in fleet.devices()} == {"A1", "B2"}
    questions = Questions(fleet)
    with wedged(shelf["B2"]):
        with pytest.raises(PhoneTimeout, match=r"B2: adb lists it \(as .*\) as device, but"):
            fleet.find("B2")
        questions.asked.clear()
        assert fleet.find("A1").serial == "A1"
        assert questions.asked == [shelf["A1"].address]  # nobody waits for the other
        (problem,) = fleet.check(["A1", "B2"])
        assert problem.serial == "B2" and problem.hint is not None and "restart it" in problem.hint
    assert fleet.find("B2").serial == "B2"


def test_what_a_phone_said_is_remembered_until_it_goes(phones: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = phones("A1", "B2")
    fleet = Fleet(shelf.adb_port)
    fleet.devices()
    asked = []
    ask = fleet._looks._ask
    monkeypatch.setattr(fleet._looks, "_ask", lambda row: asked.append(row.name) or ask(row))
    fleet.devices()
    assert asked == []
    fleet.find("A1")
    assert asked == [shelf["A1"].address]  # whoever is to be used says once more who it is
    shelf["B2"].post("unplug")
    shelf["B2"].post("online")
    assert fleet.find("B2").serial == "B2"


def test_names_and_states_that_hold_blanks(phones: Any) -> None:
    shelf = phones("A1")
    name = "adb-R58M123ABC-Z3uXXq (3)._adb-tls-connect._tcp"
    more = [("????????????", NO_PERMISSIONS, "usb:1-1 transport_id:77"), ("R58M9", NO_PERMISSIONS, "usb:1-2")]
    with relayed(shelf.adb_port, {shelf["A1"].address: name}, more) as port:
        fleet = Fleet(port)
        assert fleet.find("A1").transport == name
        session = Session(fleet, "A1")
        session.open()
        assert session.current_package()
        session.close()
        with pytest.raises(
            DeviceNotConnected, match=r"R58M9: adb lists it as no permissions \(user in"
        ) as named:
            fleet.find("R58M9")
        with pytest.raises(DeviceNotConnected, match=r"not readable: \?{12} \(no permissions") as unknown:
            fleet.find("gone")
    for refused in (named.value, unknown.value):
        assert refused.hint is not None and "udev rules" in refused.hint


def test_two_phones_with_one_serial_are_not_used_over_the_network(phones: Any) -> None:
    shelf = phones("TWIN", "OTHER")
    fleet = Fleet(shelf.adb_port)
    with PhonesProcess(["TWIN"]) as second:
        address = second.phones[0].address
        assert "connected" in shelf.adb("connect", address).stdout
        with pytest.raises(DeviceNotConnected, match="TWIN: more than one phone has this serial") as refused:
            fleet.find("TWIN")
        assert address in refused.value.message and shelf["TWIN"].address in refused.value.message
        assert [problem.serial for problem in fleet.check(["TWIN", "OTHER"])] == ["TWIN"]
        shelf.adb("disconnect", address)
        assert fleet.find("TWIN").transport == shelf["TWIN"].address


def test_two_phones_with_one_serial_are_not_used_on_usb(phones: Any) -> None:
    shelf = phones("A1")
    twins = [("R58M1", "device", "usb:1-1 transport_id:71"), ("R58M1", "device", "usb:1-2 transport_id:72")]
    with relayed(shelf.adb_port, {}, twins) as port:
        fleet = Fleet(port)
        with pytest.raises(DeviceNotConnected, match=r"more than one phone .*R58M1 \(USB\), R58M1 \(USB\)"):
            fleet.find("R58M1")
        assert fleet.find("A1").serial == "A1"


def test_one_phone_by_two_ways_is_used(phones: Any) -> None:
    shelf = phones("A1")
    by_name = shelf["A1"].address.replace("127.0.0.1", "localhost")
    assert "connected" in shelf.adb("connect", by_name).stdout
    fleet = Fleet(shelf.adb_port)
    assert len(fleet.devices()) == 2
    assert fleet.find("A1").serial == "A1"


def test_a_phone_on_a_cable_is_found_under_its_serial_and_reached_again(phones: Any) -> None:
    shelf = phones("C1", "C2")
    shelf["C1"].cable()
    name = shelf["C1"].address
    fleet = Fleet(shelf.adb_port)
    assert fleet.find("C1").transport == name and not fleet.find("C1").is_on_network
    before = transport_id(fleet, name)
    # What a daemon does about a phone that adb lists and cannot use.
    Reconnects().reach(fleet.server(), "C1", name, is_listed=True)
    assert eventually(lambda: transport_id(fleet, name) not in ("", before))
    assert eventually(lambda: fleet.check(["C1", "C2"]) == [])
    shelf["C1"].cable(False)
    assert fleet.find("C1").transport == shelf["C1"].address != name


def transport_id(fleet: Fleet, name: str) -> str:
    return "".join(row.transport_id for row in rows(fleet.server()) if row.name == name)
