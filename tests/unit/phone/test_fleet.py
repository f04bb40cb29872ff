"""Which of the transports that adb lists leads to a phone."""

import pytest

from runner.errors import DeviceNotConnected, DeviceOffline, DeviceUnauthorized, PhoneError
from runner.phone.fleet import Device, choose

USB = Device("R58M1", "R58M1", "device", "Pixel 8")
WIFI = Device("R58M1", "192.168.1.7:5555", "device", "Pixel 8")


def test_a_phone_is_found_by_its_serial_and_not_by_its_address():
    assert choose("R58M1", [WIFI]) is WIFI
    refused = choose("192.168.1.7:5555", [WIFI])
    assert isinstance(refused, DeviceNotConnected)
    assert refused.hint is not None and "write R58M1 instead" in refused.hint


def test_usb_wins_over_the_network():
    assert choose("R58M1", [WIFI, USB]) is USB


def test_a_way_that_works_wins_over_one_that_does_not():
    offline = Device("R58M1", "R58M1", "offline", "")
    assert choose("R58M1", [offline, WIFI]) is WIFI


@pytest.mark.parametrize(
    ("state", "kind"),
    [("offline", DeviceOffline), ("unauthorized", DeviceUnauthorized), ("recovery", DeviceNotConnected)],
)
def test_a_phone_that_is_not_ready(state, kind):
    for transport, serial in (("R58M1", None), ("R58M1", "R58M1"), ("10.0.0.4:5555", "R58M1")):
        refused = choose("R58M1", [Device(serial, transport, state, "")])
        assert type(refused) is kind
        assert isinstance(refused, PhoneError) and state in refused.message and not refused.sent
        assert refused.hint


def test_an_absent_phone_names_those_that_are_there():
    refused = choose("X", [USB, Device(None, "10.0.0.4:5555", "offline", "")])
    assert isinstance(refused, DeviceNotConnected)
    assert refused.message == (
        "X: no connected phone has this serial; connected: R58M1; not readable: 10.0.0.4:5555 (offline)"
    )
