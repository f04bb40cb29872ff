"""What unmodified clients see when a virtual phone is disturbed through its control interface."""

import http.client
import time
from collections.abc import Iterator
from typing import Any

import adbutils
import pytest
import uiautomator2 as u2
from phone_shelf import eventually

from runner.virtual.process import PhonesError
from runner.virtual.testing import only_these

pytestmark = pytest.mark.phones

SERIAL = "FAULT01"
TIKTOK = "com.zhiliaoapp.musically"
LAUNCHER = "com.android.launcher3"


@pytest.fixture(scope="module")
def shelf(phones: Any) -> Any:
    return phones(SERIAL)


@pytest.fixture
def phone(shelf: Any) -> Iterator[Any]:
    """The control interface of a phone that is well before and after."""
    yield shelf[SERIAL]
    shelf[SERIAL].calm()
    shelf.wait_for_states(SERIAL, "device")


@pytest.fixture
def device(shelf: Any) -> adbutils.AdbDevice:
    return shelf.device(SERIAL)


@pytest.fixture
def d(device: adbutils.AdbDevice, phone: Any) -> u2.Device:
    """uiautomator2 on the home screen."""
    connected = u2.connect(device)
    connected.app_stop(TIKTOK)
    connected.press("home")
    return connected


def test_a_dropped_phone_comes_back(shelf: Any, phone: Any, device: adbutils.AdbDevice) -> None:
    shelf.wait_for_states(SERIAL, "offline", "device", action=lambda: phone.post("drop"))
    assert device.shell("echo back") == "back"


def test_a_drop_before_the_click_means_that_it_did_not_happen(shelf: Any, phone: Any, d: u2.Device) -> None:
    x, y = d(description="TikTok").center()
    phone.fault("click", "drop")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        d.click(x, y)
    assert phone.get()["package"] == LAUNCHER


def test_a_drop_after_the_click_means_that_it_did_happen(shelf: Any, phone: Any, d: u2.Device) -> None:
    x, y = d(description="TikTok").center()
    phone.fault("click", "drop_after")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        d.click(x, y)
    assert phone.get()["package"] == TIKTOK


def test_a_fault_can_wait_for_one_button(phone: Any, d: u2.Device) -> None:
    phone.fault("click", "error", target="Settings", data="not today")
    d(description="TikTok").click()
    assert phone.get()["package"] == TIKTOK
    d.press("home")
    with pytest.raises(u2.RPCUnknownError, match="not today"):
        d(description="Settings").click()
    d(description="Settings").click()
    assert phone.get()["package"] == "com.android.settings"


def test_a_tap_may_be_ignored_although_the_answer_says_otherwise(phone: Any, d: u2.Device) -> None:
    phone.fault("click", "ignored", target="Settings")
    before = phone.get()["package"]
    d(description="Settings").click()
    assert phone.get()["package"] == before
    d(description="Settings").click()
    assert phone.get()["package"] == "com.android.settings"


def test_an_offline_phone_is_listed_as_offline_until_it_is_online(
    shelf: Any, phone: Any, device: adbutils.AdbDevice
) -> None:
    phone.post("offline")
    shelf.wait_for_states(SERIAL, "offline")
    with pytest.raises(adbutils.AdbError, match="device offline"):
        device.shell("echo")
    phone.post("online")
    assert device.shell("echo on") == "on"


@pytest.fixture
def on_cable(phone: Any) -> Iterator[Any]:
    phone.cable()
    yield phone
    phone.calm()
    phone.cable(False)


def transport_id(shelf: Any) -> str:
    """Of adb's connection to the phone; empty while it lists none."""
    _, _, rest = shelf.adb("devices", "-l").stdout.partition(shelf[SERIAL].address)
    return rest.partition("transport_id:")[2].split()[0] if "transport_id:" in rest else ""


def test_a_phone_on_a_cable_is_forgotten_when_it_is_pulled_and_listed_anew(shelf: Any, on_cable: Any) -> None:
    assert on_cable.address.startswith("emulator-")
    assert shelf.device(SERIAL).shell("getprop ro.serialno") == SERIAL
    before = transport_id(shelf)
    for gone in ("unplug", "offline"):
        on_cable.post(gone)
        assert eventually(lambda: not transport_id(shelf))
        with pytest.raises(adbutils.AdbError, match="not found"):
            shelf.device(SERIAL).shell("echo")
        on_cable.post("online")
        shelf.wait_for_states(SERIAL, "device")
        assert transport_id(shelf) not in ("", before)
        before = transport_id(shelf)
    on_cable.cable(False)
    assert shelf.device(SERIAL).shell("echo at its address") == "at its address"
    assert "emulator" not in shelf.adb("devices").stdout


def test_a_loose_cable_is_found_again(shelf: Any, on_cable: Any) -> None:
    before = transport_id(shelf)
    name = on_cable.address
    shelf.wait_for_states(SERIAL, "offline", "device", action=lambda: shelf.adb("-s", name, "reconnect"))
    assert transport_id(shelf) not in ("", before)
    shelf.wait_for_states(SERIAL, "unauthorized", action=lambda: on_cable.post("unauthorized"))
    shelf.wait_for_states(SERIAL, "device", action=lambda: on_cable.post("authorize"))


def test_a_script_that_takes_the_phone_from_the_environment_follows_it_to_the_cable(phone: Any) -> None:
    with only_these(phone.adb_port, phone.address):
        phone.cable()
        assert u2.connect().info["sdkInt"] == 34
        phone.reset()
        assert phone.address == phone.get()["address"]
        assert u2.connect().info["sdkInt"] == 34


def test_an_unplugged_phone_is_not_listed(shelf: Any, phone: Any, device: adbutils.AdbDevice) -> None:
    phone.post("unplug")
    assert phone.address not in shelf.adb("devices").stdout
    with pytest.raises(adbutils.AdbError, match="not found"):
        device.shell("echo")
    phone.post("online")
    assert device.shell("echo on") == "on"


def test_a_phone_can_be_unplugged_by_a_command(shelf: Any, phone: Any, device: adbutils.AdbDevice) -> None:
    device.keyevent("HOME")
    phone.fault("shell:am", "offline")
    with pytest.raises(adbutils.AdbError):
        device.shell2("am start -a android.intent.action.VIEW -d https://www.tiktok.com/@nobody")
    shelf.wait_for_states(SERIAL, "offline")
    assert phone.get()["package"] == LAUNCHER


def test_a_push_can_be_interrupted(phone: Any, device: adbutils.AdbDevice) -> None:
    phone.fault("sync:SEND", "drop")
    with pytest.raises(adbutils.AdbError):
        device.sync.push(b"content", "/sdcard/lost.mp4")
    phone.calm()
    assert not device.sync.exists("/sdcard/lost.mp4")


def test_an_unauthorized_phone_is_authorized_by_its_owner(
    shelf: Any, phone: Any, device: adbutils.AdbDevice
) -> None:
    phone.post("unauthorized")
    shelf.wait_for_states(SERIAL, "unauthorized")
    with pytest.raises(adbutils.AdbError, match="device unauthorized"):
        device.shell("echo")
    phone.post("authorize")
    shelf.wait_for_states(SERIAL, "device")
    assert device.shell("echo now") == "now"


def test_a_paused_phone_stays_a_device_and_answers_when_it_goes_on(
    shelf: Any, phone: Any, device: adbutils.AdbDevice
) -> None:
    phone.post("pause")
    assert phone.address + "\tdevice" in shelf.adb("devices").stdout
    with pytest.raises(adbutils.AdbTimeout):
        device.shell2("echo", v2=True, timeout=0.3)
    phone.post("resume")
    assert device.shell("echo on") == "on"


def test_a_killed_uiautomator2_is_started_again(device: adbutils.AdbDevice, phone: Any, d: u2.Device) -> None:
    assert device.shell("pkill -f com.wetest.uia2; echo $?") == "0"
    assert not phone.get()["uiautomator2"]
    assert d.info["sdkInt"] == 34
    phone.fault("deviceInfo", "kill_u2")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        _ = d.info
    assert d.info["sdkInt"] == 34


def test_uiautomator2_dies_with_the_stream_that_started_it(device: adbutils.AdbDevice, phone: Any) -> None:
    device.shell("pkill -f com.wetest.uia2")
    device.sync.push(b"jar", "/data/local/tmp/any.jar")
    start = "CLASSPATH=/data/local/tmp/any.jar app_process / com.wetest.uia2.Main -p 9008"
    stream = device.open_shell(start)
    assert stream.conn.recv(100).startswith(b"[server] INFO")
    with device.create_connection(adbutils.Network.TCP, 9008) as server:
        assert "already registered" in device.shell(start)
        stream.close()
        assert server.recv(1) == b""
    with pytest.raises(adbutils.AdbError, match="closed"):
        device.create_connection(adbutils.Network.TCP, 9008)


def test_latency_slows_every_call(phone: Any, d: u2.Device) -> None:
    phone.post("latency", seconds=0.2)
    begun_s = time.monotonic()
    assert d.shell("echo slow").output == "slow\n"
    assert d.info["sdkInt"] == 34
    assert time.monotonic() - begun_s > 0.6  # echo, the echo of the status, and the call


def test_a_removed_app_is_gone_for_every_client(phone: Any, d: u2.Device) -> None:
    notes = "org.example.notes"
    assert notes in d.app_list("-3")
    phone.post("uninstall", package=notes)
    assert notes not in d.app_list("-3")
    assert "Error type 3" in d.shell(f"am start -n {notes}/.MainActivity").output


def test_what_a_user_did_is_in_the_memory(phone: Any, d: u2.Device) -> None:
    d.shell(f"am start -a android.intent.action.VIEW -d https://www.tiktok.com/@demo_user_07 -p {TIKTOK}")
    d(text="Follow").click(timeout=5)
    assert [follow["user"] for follow in phone.memory(TIKTOK)["follows"]] == ["demo_user_07"]


@pytest.mark.parametrize(
    ("name", "wish", "message"),
    [
        ("fault", {"method": "click", "kind": "melt"}, "legal kinds: drop, drop_after, offline"),
        ("fault", {"kind": "drop"}, "'method' is missing"),
        ("fault", {"method": "shell:am", "kind": "ignored"}, "JSON-RPC method"),
        (
            "fault",
            {"method": "click", "kind": "drop", "often": 1},
            "unknown key 'often'; legal keys: method, kind",
        ),
        ("latency", {"seconds": -1}, "a number from 0 to 600"),
        ("uninstall", {"package": "com.nobody"}, f"installed: .*{TIKTOK}"),
        ("app", {"package": TIKTOK, "action": "dance"}, "dance"),
        ("explode", {}, "legal: memory, screenshot, latency, fault"),
    ],
)
def test_a_wrong_request_is_told_what_would_be_right(
    phone: Any, name: str, wish: dict[str, Any], message: str
) -> None:
    with pytest.raises(PhonesError, match=message):
        phone.post(name, **wish)


def test_no_picture_shows_what_the_system_protects(
    phone: Any, device: adbutils.AdbDevice, d: u2.Device
) -> None:
    phone.post("protect", on=True)
    assert d.jsonrpc.takeScreenshot(1, 80) is None
    middle = device.screenshot().crop((0, 200, 720, 1400))
    assert middle.convert("L").getextrema() == (0, 0)
    phone.post("protect", on=False)
    assert d.jsonrpc.takeScreenshot(1, 80)


def test_a_battery_runs_down(phone: Any, device: adbutils.AdbDevice) -> None:
    assert "USB powered: true" in device.shell("dumpsys battery")
    phone.post("battery", level=4, charging=False)
    said = device.shell("dumpsys battery")
    assert "level: 4\n" in said and "USB powered: false" in said
    with pytest.raises(PhonesError, match="a number from 0 to 100"):
        phone.post("battery", level=101)
