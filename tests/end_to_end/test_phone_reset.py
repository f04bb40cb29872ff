"""A reset gives a phone its first state back, whatever was done to it, and clients reach it where they did."""

import http.client
from pathlib import Path
from typing import Any

import pytest
import uiautomator2 as u2

pytestmark = pytest.mark.phones

NOTES = "org.example.notes"
DISTURBANCES = ["drop", "offline", "unplug", "pause", "unauthorized"]


@pytest.fixture(scope="module")
def phone(phones: Any) -> Any:
    return phones("RESET01")["RESET01"]


def first_state(phone: Any) -> Any:
    return {name: value for name, value in phone.state().items() if name != "connections"}


def test_nothing_of_what_was_done_is_left(phone: Any) -> None:
    state, memory = first_state(phone), phone.memory()
    d, device = phone.u2(), phone.device
    phone.open(NOTES)
    phone.app(NOTES, "add_note", title="Bread")
    phone.post("uninstall", package="com.instagram.android")
    phone.post("battery", level=3, charging=False)
    phone.post("latency", seconds=0.01)
    phone.fault("dumpWindowHierarchy", "drop")
    device.shell("echo hi > /sdcard/hi.txt; settings put system here 1; setprop persist.sys.locale fr-FR")
    d.screen_off()
    assert first_state(phone) != state and phone.memory() != memory
    phone.reset()
    assert (first_state(phone), phone.memory()) == (state, memory)
    assert device.shell("cat /sdcard/hi.txt; settings get system here; getprop persist.sys.locale") == (
        "cat: /sdcard/hi.txt: No such file or directory\nnull\nen-US"
    )


def test_a_call_that_goes_on_ends_and_the_next_one_starts_uiautomator2_anew(phone: Any) -> None:
    d = phone.u2()
    phone.post("latency", seconds=20)
    connection = d.adb_device.open_shell("sleep 100")
    waiting = u2.core.AdbHTTPConnection(d.adb_device, 9008)
    waiting.request("POST", "/jsonrpc/0", '{"id": 1, "method": "deviceInfo"}')
    phone.reset()
    assert connection.read_until_close() == ""
    with pytest.raises(http.client.RemoteDisconnected):
        waiting.getresponse()
    connection.close()
    waiting.close()
    assert d.info["currentPackageName"] == "com.android.launcher3"


@pytest.mark.parametrize("disturbance", DISTURBANCES)
def test_a_phone_that_cannot_be_reached_is_connected_at_its_address(phone: Any, disturbance: str) -> None:
    phone.post(disturbance)
    phone.reset()
    assert phone.device.shell("getprop ro.serialno") == "RESET01"


def test_a_memory_that_is_kept_in_a_folder_is_forgotten_too(phones: Any, tmp_path: Path) -> None:
    phone = phones("RESET02", folder=tmp_path)["RESET02"]
    phone.app(NOTES, "add_note", title="Bread")
    phone.reset()
    phone.app(NOTES, "add_note", title="Tea")
    assert [note["title"] for note in phone.memory(NOTES)["notes"]] == ["Tea"]
    assert "Bread" not in (tmp_path / "RESET02.json").read_text()
