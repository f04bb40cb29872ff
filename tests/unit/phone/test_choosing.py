"""Which of the transports that adb lists leads to a phone."""

import pytest

from runner.errors import DeviceNotConnected, DeviceOffline, DeviceUnauthorized, PhoneError, PhoneTimeout
from runner.phone.choosing import Device, choose

USB = Device("R58M1", "R58M1", "device")
WIFI = Device("R58M1", "192.168.1.7:5555", "device")


def test_a_phone_is_found_by_its_serial_and_not_by_its_address():
    assert choose("R58M1", [WIFI]) is WIFI
    refused = choose("192.168.1.7:5555", [WIFI])
    assert isinstance(refused, DeviceNotConnected)
    assert refused.hint is not None and "write R58M1 instead" in refused.hint


def test_usb_wins_over_the_network():
    assert choose("R58M1", [WIFI, USB]) is USB


def test_a_way_that_works_wins_over_one_that_does_not():
    offline = Device("R58M1", "R58M1", "offline")
    assert choose("R58M1", [offline, WIFI]) is WIFI


@pytest.mark.parametrize(
    ("state", "kind"),
    [("offline", DeviceOffline), ("unauthorized", DeviceUnauthorized), ("recovery", DeviceNotConnected)],
)
def test_a_phone_that_is_not_ready(state, kind):
    for transport, serial in (("R58M1", None), ("R58M1", "R58M1"), ("10.0.0.4:5555", "R58M1")):
        refused = choose("R58M1", [Device(serial, transport, state)])
        assert type(refused) is kind
        assert isinstance(refused, PhoneError) and state in refused.message and not refused.sent
        assert refused.hint


ONE, OTHER = "0e1e0d4c-0000-4000-8000-000000000001", "0e1e0d4c-0000-4000-8000-000000000002"


@pytest.mark.parametrize(
    ("ways", "count"),
    [
        (["R58M1", "10.0.0.4:5555"], 1),
        ([("R58M1", ONE), ("10.0.0.4:5555", ONE)], 1),
        ([("10.0.0.4:5555", ONE), ("10.0.0.5:5555", ONE)], 1),
        ([("10.0.0.4:5555", ONE), ("adb-R58M1-x (2)._adb-tls-connect._tcp", ONE)], 1),
        ([("R58M1", ONE), ("10.0.0.4:5555", OTHER)], 2),
        ([("10.0.0.4:5555", ONE), ("10.0.0.5:5555", OTHER)], 2),
        (["10.0.0.4:5555", "10.0.0.5:5555"], 2),
        (["R58M1", "R58M1"], 2),
    ],
)
def test_ways_to_several_phones_of_one_serial_are_not_used(ways, count):
    named = [(way, None) if isinstance(way, str) else way for way in ways]
    found = choose("R58M1", [Device("R58M1", name, "device", boot=boot) for name, boot in named])
    assert isinstance(found, Device) == (count == 1)
    if count == 2:
        assert "more than one phone has this serial" in found.message and all(
            w in found.message for w, _ in named
        )


def test_a_phone_without_permissions_gets_the_advice_for_it():
    refused = choose("R58M1", [Device(None, "R58M1", "no permissions", "(user in plugdev group)")])
    assert refused.message == "R58M1: adb lists it as no permissions (user in plugdev group)"
    assert "udev rules" in refused.hint


def test_a_phone_that_does_not_say_who_it_is():
    silent = PhoneTimeout("10.0.0.4:5555: it answers nothing", sent=False)
    refused = choose("R58M1", [Device("R58M1", "10.0.0.4:5555", "device", trouble=silent)])
    assert type(refused) is PhoneTimeout and "it answers nothing" in refused.message and refused.hint
    assert choose("R58M1", [Device("R58M1", "10.0.0.4:5555", "device", trouble=silent), USB]) is USB


def test_an_absent_phone_names_those_that_are_there():
    refused = choose("X", [USB, Device(None, "10.0.0.4:5555", "offline")])
    assert isinstance(refused, DeviceNotConnected)
    assert refused.message == (
        "X: no connected phone has this serial; connected: R58M1; not readable: 10.0.0.4:5555 (offline)"
    )
