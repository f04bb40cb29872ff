"""Which of several adb servers has a phone, and which of them has too many."""

import pytest

from runner.errors import PhoneError
from runner.phone.choosing import Device, choose
from runner.phone.fleets import MOST_PHONES, crowded

LEFT, RIGHT = "127.0.0.1:5037", "10.0.0.5:5037"


def device(transport: str, at: str, *, state: str = "device", boot: str | None = "boot-1") -> Device:
    return Device("S1", transport, state, boot=boot, at=at)


def test_one_phone_at_two_servers_is_taken_by_its_cable():
    found = choose("S1", [device("10.0.0.9:5555", RIGHT), device("S1", LEFT)])
    assert isinstance(found, Device) and (found.transport, found.at) == ("S1", LEFT)


@pytest.mark.parametrize("boot", ["boot-2", None])
def test_what_does_not_say_that_it_is_one_phone_is_not_taken_for_one(boot):
    found = choose("S1", [device("S1", RIGHT, boot=boot), device("S1", LEFT)])
    assert isinstance(found, PhoneError)
    assert found.message == (
        "S1: more than one adb server lists a phone with this serial, so none of them is used: "
        f"S1 at {RIGHT}, S1 at {LEFT}"
    )


def test_a_phone_that_is_not_ready_elsewhere_does_not_matter():
    found = choose("S1", [device("S1", RIGHT, state="offline"), device("S1", LEFT)])
    assert isinstance(found, Device) and found.at == LEFT


def test_a_server_with_too_many_phones_is_named():
    listed = [device(f"10.0.0.{number}:5555", RIGHT) for number in range(MOST_PHONES)]
    assert crowded([*listed, device("S1", LEFT)]) == {}
    (said,) = crowded([*listed, device("S1", RIGHT)]).values()
    assert said.startswith(f"the adb server on {RIGHT} lists 251 phones, and one works with 250 at most")
