"""Phones of several adb servers: each belongs to the server that lists it, and nothing is guessed."""

from collections.abc import Iterator
from typing import Any

import pytest

from runner.errors import AdbUnavailable, DeviceNotConnected
from runner.phone.fleets import Fleets
from runner.phone.session import Session
from runner.queries.phones import phones_now
from runner.settings import AdbAddress
from runner.virtual.process import PhonesProcess

pytestmark = pytest.mark.phones

NOBODY = AdbAddress("127.0.0.1", 1)


def at(process: Any) -> AdbAddress:
    port = getattr(process, "adb_server_port", None) or process.adb_port
    return AdbAddress("127.0.0.1", port)


@pytest.fixture(scope="module")
def left(phones: Any) -> Any:
    return phones("A1", "SAME")


@pytest.fixture(scope="module")
def right() -> Iterator[PhonesProcess]:
    with PhonesProcess(["B1", "SAME"]) as process:
        yield process


def test_a_phone_is_found_at_the_server_that_lists_it(left: Any, right: PhonesProcess) -> None:
    fleets = Fleets([at(left), at(right)])
    assert {"A1", "B1"} <= {device.serial for device in fleets.devices()}
    for serial in ("A1", "B1"):
        session = Session(fleets, serial)
        assert session.app("any.app").language
        session.close()
    assert fleets.check(["A1", "B1"]) == []
    lines, problem = phones_now([at(left), at(right)], ["A1", "B1", "GONE"])
    assert ([line.state for line in lines[:3]], problem) == (["device", "device", "not found"], None)


def test_two_phones_with_one_serial_are_not_taken_for_one(left: Any, right: PhonesProcess) -> None:
    fleets = Fleets([at(left), at(right)])
    with pytest.raises(DeviceNotConnected, match="more than one adb server lists a phone with this serial"):
        fleets.reach("SAME")
    (problem,) = fleets.check(["A1", "SAME", "B1"])
    assert problem.serial == "SAME"
    for process in (left, right):
        assert f"127.0.0.1:{at(process).port}" in problem.message


def test_a_server_that_is_away_hides_only_its_own_phones(left: Any) -> None:
    fleets = Fleets([at(left), NOBODY])
    assert fleets.check(["A1"]) == []
    with pytest.raises(DeviceNotConnected, match=r"no connected phone has this serial.*127\.0\.0\.1:1"):
        fleets.reach("B1")
    with pytest.raises(AdbUnavailable):
        Fleets([NOBODY, AdbAddress("127.0.0.1", 2)]).devices()


def test_a_phone_that_was_lost_is_connected_again_at_its_server(left: Any, right: PhonesProcess) -> None:
    fleets = Fleets([at(right), at(left)])
    assert fleets.reach("A1")
    assert left.adb("disconnect", left["A1"].address).returncode == 0
    assert fleets.reach("A1").shell("getprop ro.serialno") == "A1"
