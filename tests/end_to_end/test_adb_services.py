"""The phone's adb daemon, and what the system says over it: the adb command and adbutils as they are installed."""

import hashlib
import socket
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import adbutils
import pytest
import uiautomator2 as u2

pytestmark = pytest.mark.phones

SERIAL = "DAEMON01"
TIKTOK = "com.zhiliaoapp.musically"


@pytest.fixture(scope="module")
def shelf(phones: Any) -> Any:
    return phones(SERIAL, "DAEMON02")


@pytest.fixture(scope="module")
def adb(shelf: Any) -> Any:
    return lambda *words, **more: shelf.adb("-s", shelf[SERIAL].address, *words, **more)


@pytest.fixture(scope="module")
def device(shelf: Any) -> adbutils.AdbDevice:
    return shelf.device(SERIAL)


@pytest.mark.parametrize(
    ("words", "status", "output"),
    [
        ("root", 0, "adbd cannot run as root in production builds\n"),
        ("unroot", 0, "adbd not running as root\n"),
        ("remount", 0, 'Not running as root. Try "adb root" first.\n'),
        ("jdwp", 0, ""),
        ("shell getprop init.svc.adbd", 0, "running\n"),
    ],
)
def test_the_daemon_answers_as_in_a_build_that_people_buy(
    adb: Any, words: str, status: int, output: str
) -> None:
    ran = adb(*words.split())
    assert (ran.returncode, ran.stdout) == (status, output)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("reverse --remove tcp:9", "listener 'tcp:9' not found"),
        ("pull /data/data/x {folder}", "Permission denied"),
        ("push {file} /data/x", "Permission denied"),
        ("push {file} /x", "Read-only file system"),
    ],
)
def test_the_daemon_says_why_not(adb: Any, tmp_path: Path, words: str, said: str) -> None:
    (tmp_path / "x").write_text("x")
    assert said in adb(*words.format(file=tmp_path / "x", folder=tmp_path).split()).stderr


def test_reverse_forwards_are_remembered_and_told_by_their_ports(adb: Any) -> None:
    for words, status, output in (
        ("tcp:7001 tcp:7002", 0, "7001\n"),
        ("tcp:7001 tcp:7003", 0, ""),
        ("--no-rebind tcp:7001 tcp:7004", 1, ""),
        ("tcp:0 tcp:7005", 0, "40000\n"),
        ("--list", 0, "host-1 tcp:7001 tcp:7003\nhost-1 tcp:40000 tcp:7005\n\n"),
        ("--remove tcp:7001", 0, ""),
        ("--remove-all", 0, ""),
        ("--list", 0, "\n"),
    ):
        ran = adb("reverse", *words.split())
        assert (ran.returncode, ran.stdout) == (status, output), words


@pytest.mark.parametrize("words", ["tcpip 5555", "usb"])
def test_the_daemon_starts_again_and_is_reached_as_before(shelf: Any, words: str) -> None:
    address = shelf["DAEMON02"].address
    assert shelf.adb("-s", address, *words.split()).stdout.startswith("restarting in ")
    assert shelf.adb("-s", address, "wait-for-device").returncode == 0


def test_the_base_file_of_an_app_is_pulled(adb: Any, tmp_path: Path) -> None:
    path = adb("shell", "pm", "path", TIKTOK).stdout.strip().removeprefix("package:")
    assert adb("pull", path, str(tmp_path / "base.apk")).returncode == 0
    assert (tmp_path / "base.apk").read_bytes().startswith(b"PK")
    assert "Success" in adb("install", "-r", str(tmp_path / "base.apk")).stdout


def test_adbutils_finds_the_app_in_front_and_its_process(device: adbutils.AdbDevice) -> None:
    device.app_start(TIKTOK)
    front = device.app_current()
    assert front.package == TIKTOK
    assert str(front.pid) == device.shell(f"pidof {TIKTOK}").strip()
    info = device.app_info(TIKTOK)
    assert info is not None
    assert (info.version_name, info.version_code) == ("46.9.3", 100)
    assert info.path.endswith("/base.apk")
    assert info.first_install_time is not None
    assert info.signature


def test_adbutils_changes_settings(device: adbutils.AdbDevice) -> None:
    device.brightness_value = 30
    assert device.brightness_value == 30
    assert device.brightness_mode == adbutils.BrightnessMode.MANUAL
    device.switch_airplane(True)
    assert device.shell("settings get global airplane_mode_on") == "1"
    device.switch_airplane(False)
    device.switch_wifi(False)
    assert device.shell("settings get global wifi_on") == "0"
    device.switch_wifi(True)
    device.open_browser("example.com/page")
    assert device.app_current().package == "com.android.chrome"


def test_uiautomator2_waits_for_an_activity_and_grants_permissions(device: adbutils.AdbDevice) -> None:
    d = u2.connect(device)
    d.app_start("com.android.settings")
    assert d.wait_activity(".Settings", timeout=5)
    assert d.app_wait("com.android.settings", front=True, timeout=5)
    d.app_auto_grant_permissions(TIKTOK)
    assert "granted=false" not in d.shell(f"dumpsys package {TIKTOK}").output
    d.orientation = "left"
    assert d.window_size() == (1600, 720)
    assert d.screenshot().size == (1600, 720)
    d.orientation = "natural"
    d.freeze_rotation(False)


def test_a_framebuffer_and_a_raw_picture_hold_the_same_pixels(device: adbutils.AdbDevice) -> None:
    shown = device.framebuffer()
    raw: Any = device.shell("screencap", encoding=None)
    assert (shown.size, struct.unpack_from("<3I", raw)) == ((720, 1600), (720, 1600, 1))
    assert hashlib.md5(raw[16:]).digest() == hashlib.md5(shown.tobytes()).digest()


def test_a_bugreport_comes_as_a_zip(adb: Any, tmp_path: Path) -> None:
    assert adb("bugreport", str(tmp_path / "report.zip")).returncode == 0
    with zipfile.ZipFile(tmp_path / "report.zip") as report:
        text = report.read(report.read("main_entry.txt").decode()).decode()
    assert "Build fingerprint: 'virtual/" in text


def boot_of(device: adbutils.AdbDevice) -> str:
    """Which start of the phone this is; empty while it is away."""
    try:
        return str(device.shell("cat /proc/sys/kernel/random/boot_id"))
    except adbutils.AdbError:
        return ""


def test_after_a_reboot_files_are_there_and_what_ran_is_not(adb: Any, device: adbutils.AdbDevice) -> None:
    d = u2.connect(device)
    boot = device.shell("cat /proc/sys/kernel/random/boot_id")
    device.shell(
        "echo kept > /data/local/tmp/kept; settings put system screen_brightness 9; setprop debug.x y"
    )
    d.app_start(TIKTOK)
    device.reverse("tcp:7001", "tcp:7002")
    assert adb("reboot").returncode == 0
    eventually(lambda: boot_of(device) not in ("", boot))
    assert device.shell("getprop sys.boot_completed") == "1"
    assert device.shell("cat /data/local/tmp/kept; settings get system screen_brightness") == "kept\n9"
    assert device.shell("getprop debug.x; pidof app_process") == ""
    assert device.reverse_list() == []
    assert device.app_current().package == "com.android.launcher3"
    assert u2.connect(device).info["currentPackageName"] == "com.android.launcher3"


def test_a_phone_that_is_unplugged_while_it_reboots_stays_away(shelf: Any) -> None:
    phone = shelf["DAEMON02"]
    boot = shelf.device("DAEMON02").shell("cat /proc/sys/kernel/random/boot_id")
    phone.post("reboot")
    assert phone.post("unplug")["plugged_in"] is False
    assert phone.address not in shelf.adb("devices").stdout
    phone.post("online")
    assert shelf.device("DAEMON02").shell("cat /proc/sys/kernel/random/boot_id") != boot


def eventually(ask: Any) -> None:
    until = time.monotonic() + 60
    while not ask():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_peer_of_the_old_protocol_gets_checksums(shelf: Any) -> None:
    host, port = shelf[SERIAL].address.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as phone:
        phone.sendall(packet(b"CNXN", 0x01000000, 4096, b"host::\0"))
        assert receive(phone)[0] == b"CNXN"
        phone.sendall(packet(b"OPEN", 5, 0, b"shell:echo checked\0"))
        _, local, _, _ = receive(phone)
        kind, _, _, data = receive(phone)
        assert (kind, data) == (b"WRTE", b"checked\n")
        phone.sendall(packet(b"OKAY", 5, local, b""))


def packet(name: bytes, first: int, second: int, data: bytes) -> bytes:
    command = int.from_bytes(name, "little")
    return struct.pack("<6I", command, first, second, len(data), sum(data), command ^ 0xFFFFFFFF) + data


def receive(phone: socket.socket) -> tuple[bytes, int, int, bytes]:
    """A message, whose checksum is right."""
    header = exactly(phone, 24)
    _, first, second, length, checksum, _ = struct.unpack("<6I", header)
    data = exactly(phone, length)
    assert sum(data) == checksum
    return header[:4], first, second, data


def exactly(phone: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = phone.recv(count - len(data))
        assert piece, "the phone has closed the connection"
        data += piece
    return data
