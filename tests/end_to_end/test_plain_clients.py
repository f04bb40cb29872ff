"""Clients that know nothing of virtual phones: the adb command, adbutils and uiautomator2 as installed."""

import io
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import adbutils
import pytest
import uiautomator2 as u2

pytestmark = pytest.mark.phones

SERIAL = "PLAIN01"
TIKTOK = "com.zhiliaoapp.musically"
LAUNCHER = "com.android.launcher3"
EDIT = {"className": "android.widget.EditText"}


@pytest.fixture(scope="module")
def shelf(phones: Any) -> Any:
    return phones(SERIAL, "PLAIN02")


@pytest.fixture(scope="module")
def adb(shelf: Any) -> Any:
    return lambda *words, **more: shelf.adb("-s", shelf[SERIAL].address, *words, **more)


@pytest.fixture(scope="module")
def device(shelf: Any) -> adbutils.AdbDevice:
    return shelf.device(SERIAL)


@pytest.fixture(scope="module")
def connected(device: adbutils.AdbDevice) -> u2.Device:
    return u2.connect(device)


@pytest.fixture
def d(connected: u2.Device) -> u2.Device:
    """uiautomator2 on the home screen."""
    connected.app_stop(TIKTOK)
    connected.press("home")
    return connected


@pytest.fixture
def search(d: u2.Device) -> u2.Device:
    """uiautomator2 on a screen with a text field."""
    d.app_start(TIKTOK)
    d(description="Search").click(timeout=5)
    assert d(**EDIT).wait(timeout=5)
    return d


# The adb command


def test_adb_lists_the_phones_as_devices(shelf: Any) -> None:
    listed = shelf.adb("devices").stdout
    for serial in (SERIAL, "PLAIN02"):
        assert f"{shelf[serial].address}\tdevice" in listed


def test_the_adb_server_cannot_be_killed_by_its_clients(shelf: Any) -> None:
    shelf.adb("kill-server")
    assert f"{shelf[SERIAL].address}\tdevice" in shelf.adb("devices").stdout


def test_a_phone_has_the_declared_serial_and_says_what_it_is(adb: Any) -> None:
    assert adb("shell", "getprop", "ro.serialno").stdout == f"{SERIAL}\n"
    assert adb("shell", "getprop", "ro.product.model").stdout == "VirtualPhone\n"


@pytest.mark.parametrize(
    ("line", "status", "output", "errors"),
    [
        ("exit 3", 3, "", ""),
        ("false || echo no", 0, "no\n", ""),
        ("false && echo no; echo $?", 0, "1\n", ""),
        ("echo 'a  b' \"c $USER\" d\\ e", 0, "a  b c shell d e\n", ""),
        ("X=1; Y=2 true; echo $X$Y.", 0, "1.\n", ""),
        ("echo out; echo err >&2", 0, "out\n", "err\n"),
        ("echo err >&2 2>/dev/null; cat /nowhere 2>/dev/null", 1, "", "err\n"),
        ("pm list packages | grep -c musically", 0, "1\n", ""),
        ("frobnicate", 127, "", "/system/bin/sh: frobnicate: inaccessible or not found\n"),
        ("echo $(id -u)", 0, "2000\n", ""),
        ("echo a; fi", 1, "", "/system/bin/sh: syntax error: unexpected 'fi'\n"),
    ],
)
def test_adb_shell_runs_command_lines(adb: Any, line: str, status: int, output: str, errors: str) -> None:
    ran = adb("shell", line)
    assert (ran.returncode, ran.stdout, ran.stderr) == (status, output, errors)


def test_a_shell_reads_commands_from_its_input(adb: Any) -> None:
    ran = adb("shell", data="cd /sdcard\nls -d DCIM\nexit 5\n")
    assert (ran.returncode, ran.stdout) == (5, "DCIM\n")


def test_a_shell_with_a_terminal_echoes_and_prompts(adb: Any) -> None:
    ran = adb("shell", "-tt", data="echo hi\nexit\n")
    assert ran.stdout == "virtual_phone:/ $ echo hi\nhi\nvirtual_phone:/ $ exit\n"


def test_adb_pushes_lists_and_pulls(adb: Any, tmp_path: Path) -> None:
    source, back = tmp_path / "clip.mp4", tmp_path / "back.mp4"
    source.write_bytes(os.urandom(3_000_000))
    assert adb("push", str(source), "/sdcard/Movies/new/clip.mp4").returncode == 0
    assert adb("ls", "/sdcard/Movies/new").stdout.rstrip().endswith("clip.mp4")
    assert adb("pull", "/sdcard/Movies/new/clip.mp4", str(back)).returncode == 0
    assert back.read_bytes() == source.read_bytes()


def test_adb_says_why_a_file_cannot_be_moved(adb: Any, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    assert "Read-only file system" in adb("push", str(tmp_path / "x"), "/system/x").stderr
    assert "No such file or directory" in adb("pull", "/sdcard/nothing", str(tmp_path)).stderr


def test_exec_out_hands_on_binary_data(shelf: Any) -> None:
    command = [str(word) for word in shelf.adb("version").args[:3]]
    picture = subprocess.run(
        [*command, "-s", shelf[SERIAL].address, "exec-out", "screencap", "-p"],
        capture_output=True,
        check=True,
    ).stdout
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(picture[16:20], "big") == 720


def test_what_a_phone_does_not_have_is_refused(adb: Any) -> None:
    assert adb("root").stdout == "adbd cannot run as root in production builds\n"
    assert adb("shell", "am", "start", "-n", "com.nobody/.Here").stdout.startswith("Starting: Intent")
    assert "does not exist" in adb("shell", "am start -W -n com.nobody/.Here").stdout


def test_logcat_tells_what_was_started(adb: Any) -> None:
    adb("logcat", "-c")
    adb("shell", "am start -a android.intent.action.VIEW -d https://www.tiktok.com/@demo")
    assert "START u0 Intent { act=android.intent.action.VIEW" in adb("logcat", "-d").stdout


def test_a_pushed_video_is_found_by_the_media_index_after_a_scan(adb: Any, tmp_path: Path) -> None:
    (tmp_path / "v.mp4").write_bytes(b"video")
    adb("push", str(tmp_path / "v.mp4"), "/sdcard/DCIM/v.mp4")
    query = "content query --uri content://media/external/video/media --projection _id:_data --where"
    where = "\"_data='/sdcard/DCIM/v.mp4'\""
    assert adb("shell", f"{query} {where}").stdout == "No result found.\n"
    scan = "android.intent.action.MEDIA_SCANNER_SCAN_FILE -d file:///sdcard/DCIM/v.mp4"
    assert "result=0" in adb("shell", f"am broadcast -a {scan}").stdout
    row = adb("shell", f"{query} {where}").stdout
    assert row.startswith("Row: 0 _id=")
    assert row.endswith(", _data=/storage/emulated/0/DCIM/v.mp4\n")


# adbutils


def test_adbutils_reads_output_and_status_in_both_protocols(device: adbutils.AdbDevice) -> None:
    assert device.shell("echo a; nosuch") == "a\n/system/bin/sh: nosuch: inaccessible or not found"
    old = device.shell2("echo a; echo b >&2; false")
    assert (old.returncode, old.output) == (1, "a\nb\n")
    new = device.shell2("echo a; echo b >&2; exit 4", v2=True)
    assert (new.returncode, new.stdout, new.stderr) == (4, "a\n", "b\n")


def test_adbutils_moves_files(device: adbutils.AdbDevice, tmp_path: Path) -> None:
    content = os.urandom(200_000)
    assert device.sync.push(io.BytesIO(content), "/sdcard/Download/b.bin", mode=0o644, check=True) == 200_000
    about = device.sync.stat("/sdcard/Download/b.bin")
    assert (about.mode, about.size) == (0o100644, 200_000)
    assert "b.bin" in [entry.path for entry in device.sync.list("/sdcard/Download")]
    device.sync.pull("/sdcard/Download/b.bin", tmp_path / "b.bin")
    assert (tmp_path / "b.bin").read_bytes() == content
    device.remove("/sdcard/Download/b.bin")
    assert not device.sync.exists("/sdcard/Download/b.bin")


def test_adbutils_reads_the_dumps(device: adbutils.AdbDevice) -> None:
    device.keyevent("HOME")
    assert device.app_current().package == LAUNCHER
    assert (device.window_size().width, device.window_size().height, device.rotation()) == (720, 1600, 0)
    assert device.is_screen_on()
    assert device.battery().level == 87
    assert device.app_info(TIKTOK).version_name == "46.9.3"
    assert "<hierarchy" in device.dump_hierarchy()
    assert device.screenshot(display_id=0).size == (720, 1600)


def test_forwards_and_reverses(d: u2.Device, device: adbutils.AdbDevice) -> None:
    port = device.forward_port(9008)
    assert urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=10).read() == b"pong"
    device.reverse("tcp:7001", "tcp:7002")
    assert ("tcp:7001", "tcp:7002") in [(item.remote, item.local) for item in device.reverse_list()]


# uiautomator2


def test_a_ten_line_script_runs_with_nothing_but_the_adb_port(shelf: Any) -> None:
    script = f"""
        import json, uiautomator2
        d = uiautomator2.connect({shelf["PLAIN02"].address!r})
        d.app_start({TIKTOK!r})
        d(description="Profile").click()
        print(json.dumps([d.app_current()["package"], d.info["productName"]]))
    """
    ran = subprocess.run(
        [sys.executable, "-c", "\n".join(line.strip() for line in script.splitlines())],
        env=os.environ | {"ANDROID_ADB_SERVER_PORT": str(shelf.adb_port)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout.splitlines()[-1]) == [TIKTOK, "virtual_phone"]


def test_info(d: u2.Device) -> None:
    assert d.info["currentPackageName"] == LAUNCHER
    assert (d.info["displayWidth"], d.info["displayHeight"], d.info["sdkInt"]) == (720, 1600, 34)
    assert d.device_info["serial"] == SERIAL


def test_a_click_on_a_selector_reaches_the_view(d: u2.Device) -> None:
    d(description="TikTok").click(timeout=5)
    assert d.app_current()["package"] == TIKTOK


def test_children_siblings_instances_and_counts(d: u2.Device) -> None:
    icons = d(resourceId=f"{LAUNCHER}:id/icon")
    assert icons.count == 4
    labels = ["TikTok", "Settings", "Instagram", "Notes"]
    assert [icon["contentDescription"] for icon in icons.info_list()] == labels
    assert icons[1].child(className="android.widget.TextView").get_text() == "Settings"
    assert d(description="TikTok").sibling(description="Settings").exists
    assert not d(description="TikTok").child(text="Settings").exists


def test_xpath(d: u2.Device) -> None:
    d.xpath('//*[@content-desc="TikTok"]').click()
    assert d(description="Profile").wait(timeout=5)
    assert d.xpath("//android.widget.TextView").all()


def test_a_missing_element_is_reported_as_on_a_phone(d: u2.Device) -> None:
    with pytest.raises(u2.UiObjectNotFoundError):
        _ = d(text="nowhere").info
    with pytest.raises(u2.UiObjectNotFoundError):
        d(text="nowhere").click(timeout=0.1)
    assert not d(text="nowhere").wait(timeout=0.1)
    assert d(text="nowhere").wait_gone(timeout=0.1)


def test_an_unknown_method_and_a_bad_pattern_are_errors(d: u2.Device) -> None:
    with pytest.raises(u2.RPCUnknownError, match="-32601"):
        d.jsonrpc.frobnicate()
    with pytest.raises(u2.RPCUnknownError, match="PatternSyntaxException"):
        _ = d(textMatches="[").exists.__bool__()


def test_text_is_set_and_cleared(search: u2.Device) -> None:
    search(**EDIT).set_text("first")
    assert search(**EDIT).get_text() == "first"
    search(**EDIT).clear_text()
    assert search(**EDIT).info["text"] != "first"


def test_keys_are_sent_through_the_clipboard(search: u2.Device) -> None:
    search(**EDIT).click()
    search.send_keys("grüße 你好 🎬")
    search.send_keys("!")
    assert search(**EDIT).get_text() == "grüße 你好 🎬!"
    search.press("del")
    assert search(**EDIT).get_text() == "grüße 你好 🎬"


def test_keys_are_sent_through_the_keyboard_that_uiautomator2_installs(
    search: u2.Device, capsys: pytest.CaptureFixture[str]
) -> None:
    search(**EDIT).click()
    search.set_input_ime()
    assert search.current_ime() == "com.github.uiautomator/.AdbKeyboard"
    search.send_keys("über", clear=True)
    assert search(**EDIT).get_text() == "über"
    search.set_input_ime(False)
    assert search.current_ime() != "com.github.uiautomator/.AdbKeyboard"
    assert search.app_uninstall("com.github.uiautomator")


def test_typing_with_input_text(search: u2.Device) -> None:
    search(**EDIT).click()
    search.shell("input text one%stwo")
    assert search(**EDIT).get_text() == "one two"


def test_a_swipe_moves_the_feed(d: u2.Device) -> None:
    d.app_start(TIKTOK)
    before = d.dump_hierarchy()
    d.swipe(0.5, 0.8, 0.5, 0.2)
    assert d.dump_hierarchy() != before


def test_keys_and_the_screen(d: u2.Device) -> None:
    d.app_start(TIKTOK)
    d.press("home")
    assert d.app_current()["package"] == LAUNCHER
    d.screen_off()
    assert not d.info["screenOn"]
    d(description="TikTok").click(timeout=1)
    assert d.app_current()["package"] == LAUNCHER
    d.screen_on()
    assert d.info["screenOn"]


def test_a_screenshot_shows_the_screen(d: u2.Device) -> None:
    home = d.screenshot()
    d.app_start(TIKTOK)
    feed = d.screenshot()
    assert home.size == feed.size == (720, 1600)
    assert home.resize((72, 160)).tobytes() != feed.resize((72, 160)).tobytes()


def test_clipboard_and_toast(d: u2.Device) -> None:
    d.set_clipboard("copied", label="label")
    assert d.clipboard == "copied"
    d.toast.show("hello")
    assert d.last_toast == "hello"
    d.clear_toast()
    assert d.last_toast is None


def test_apps_are_started_stopped_and_listed(d: u2.Device) -> None:
    d.app_start(TIKTOK, wait=True)
    assert TIKTOK in d.app_list_running()
    assert d.app_info(TIKTOK) == {"versionName": "46.9.3", "versionCode": 100}
    assert TIKTOK in d.app_list("-3")
    assert LAUNCHER not in d.app_list("-3")
    d.app_stop(TIKTOK)
    assert TIKTOK not in d.app_list_running()
    with pytest.raises(u2.AppNotFoundError):
        d.app_info("com.nobody")


def test_a_session_notices_that_its_app_is_gone(d: u2.Device) -> None:
    session = d.session(TIKTOK)
    session(description="Profile").click()
    d.app_stop(TIKTOK)
    with pytest.raises(u2.SessionBrokenError):
        session(description="Profile").click()


def test_touch_events_make_taps(d: u2.Device) -> None:
    x, y = d(description="TikTok").center()
    d.touch.down(x, y).up(x, y)
    assert d.app_current()["package"] == TIKTOK
