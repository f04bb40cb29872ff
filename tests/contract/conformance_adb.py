"""adbutils: its device, its files, its client."""

import io
import socket
import threading
import time
import warnings

import adbutils
import pytest
from adbutils import BrightnessMode, Network
from conformance import GYM, Desk, differs, shows

from runner.virtual.apk_file import make_apk
from runner.virtual.package import Package

NOTES = "org.example.notes"


def demo(desk: Desk) -> str:
    path = desk.folder / "demo.apk"
    path.write_bytes(make_apk(Package("com.example.demo", "3.1", 31, ("com.example.demo.Main",))).data)
    return str(path)


@shows(
    "AdbDevice.shell",
    "AdbDevice.shell2",
    "AdbDevice.open_shell",
    "AdbDevice.open_transport",
    "AdbDevice.getprop",
    "AdbDevice.prop",
    "AdbDevice.adb_output",
)
def the_shell_answers(desk: Desk) -> None:
    device = desk.device
    assert device.shell(["echo", "a b"]) == "a b" and device.shell("echo x", encoding=None) == b"x\n"
    answer = device.shell2("echo out; echo err >&2; exit 3", v2=True)
    assert (answer.returncode, answer.stdout, answer.stderr) == (3, "out\n", "err\n")
    assert device.shell2("false").returncode == 1
    with device.open_shell("echo open") as connection:
        assert connection.read_until_close() == "open\n"
    with device.open_transport("get-state") as connection:
        assert connection.read_string_block() == "device"
    assert device.getprop("ro.product.model") == device.prop.model == "VirtualPhone"
    assert device.adb_output("shell", "echo", "hi") == "hi\n"


@shows(
    "AdbDevice.serial",
    "AdbDevice.info",
    "AdbDevice.get_state",
    "AdbDevice.get_serialno",
    "AdbDevice.get_features",
)
def a_device_tells_who_it_is(desk: Desk) -> None:
    device = desk.device
    assert device.serial == desk.phone.address == device.get_serialno()
    assert device.get_state() == "device" == device.info["state"]
    assert "shell_v2" in device.get_features().split(",")


@shows(
    "AdbDevice.app_start",
    "AdbDevice.app_stop",
    "AdbDevice.app_clear",
    "AdbDevice.app_current",
    "AdbDevice.app_info",
    "AdbDevice.package_info",
    "AdbDevice.list_packages",
)
def a_device_has_apps(desk: Desk) -> None:
    device = desk.device
    device.app_start(NOTES)
    assert device.app_current().package == NOTES
    device.app_stop(NOTES)
    assert device.app_current().package == GYM
    device.app_start(GYM, ".Detail")
    assert desk.d(textStartsWith="Detail").exists
    device.app_clear(GYM)
    assert device.app_current().package != GYM
    found = device.app_info(GYM)
    assert (found.version_name, found.version_code) == ("2.5", 100) and found.path.endswith("/base.apk")
    assert device.app_info("com.nobody") is None
    assert device.package_info(GYM)["version_name"] == "2.5"
    assert GYM in device.list_packages(["-3"]) and GYM not in device.list_packages(["-s"])


@shows("AdbDevice.install", "AdbDevice.install_remote", "AdbDevice.uninstall")
def an_apk_is_installed(desk: Desk) -> None:
    device = desk.device
    device.install(demo(desk), silent=True)
    assert device.app_info("com.example.demo").version_name == "3.1"
    assert "Success" in device.uninstall("com.example.demo")
    device.sync.push(demo(desk), "/data/local/tmp/demo.apk")
    device.install_remote("/data/local/tmp/demo.apk", clean=True)
    assert "com.example.demo" in device.list_packages() and not device.sync.exists("/data/local/tmp/demo.apk")
    device.sync.push(b"no apk", "/data/local/tmp/bad.apk")
    with pytest.raises(adbutils.AdbInstallError) as error:
        device.install_remote("/data/local/tmp/bad.apk")
    assert error.value.reason == "INSTALL_PARSE_FAILED_NOT_APK"


@shows("AdbDevice.click", "AdbDevice.swipe", "AdbDevice.drag", "AdbDevice.keyevent", "AdbDevice.send_keys")
def a_device_is_touched(desk: Desk) -> None:
    device, d = desk.device, desk.d
    device.click(*map(int, d(text="Press").center()))
    device.click(*map(int, d(text="Press").center()), display_id=0)
    assert desk.touches == [("press", "tap")] * 2
    _, top, _, bottom = d(resourceId=f"{GYM}:id/list").bounds()
    device.swipe(300, bottom - 50, 300, top + 50, 0.01)
    assert not d(text="Row 1").exists
    device.drag(300, top + 50, 300, bottom - 50, 0.01)
    assert d(text="Row 1").exists
    d(resourceId=f"{GYM}:id/name").click()
    device.send_keys("Kim")
    device.keyevent("DEL")
    assert desk.value("name") == "Ki"


@shows(
    "AdbDevice.switch_screen",
    "AdbDevice.is_screen_on",
    "AdbDevice.brightness_value",
    "AdbDevice.brightness_mode",
    "AdbDevice.switch_airplane",
    "AdbDevice.switch_wifi",
    "AdbDevice.volume_up",
    "AdbDevice.volume_down",
    "AdbDevice.volume_mute",
    "AdbDevice.battery",
)
def a_device_has_switches(desk: Desk) -> None:
    device = desk.device
    device.switch_screen(False)
    assert not device.is_screen_on()
    device.switch_screen(True)
    assert device.is_screen_on()
    device.brightness_value = 77
    assert device.brightness_value == 77
    device.brightness_mode = BrightnessMode.AUTO
    assert device.brightness_mode == BrightnessMode.AUTO
    device.switch_airplane(True)
    assert device.shell("settings get global airplane_mode_on") == "1"
    device.switch_airplane(False)
    device.switch_wifi(False)
    assert device.shell("settings get global wifi_on") == "0"
    device.switch_wifi(True)
    device.volume_up()
    device.volume_down()
    device.volume_mute()
    desk.phone.post("battery", level=33)
    assert device.battery().level == 33


@shows(
    "AdbDevice.screenshot",
    "AdbDevice.framebuffer",
    "AdbDevice.window_size",
    "AdbDevice.rotation",
    "AdbDevice.dump_hierarchy",
    "AdbDevice.open_browser",
    "AdbDevice.wlan_ip",
)
def a_device_shows_its_screen(desk: Desk) -> None:
    device = desk.device
    assert device.screenshot().size == device.framebuffer().size == tuple(device.window_size())
    assert device.rotation() == 0 and 'text="Press"' in device.dump_hierarchy()
    desk.d.set_orientation("left")
    assert device.rotation() == 1 and tuple(device.window_size()) == (1600, 720)
    assert device.wlan_ip().count(".") == 3
    device.open_browser("example.com")
    assert device.app_current().package != GYM


@shows("AdbDevice.start_recording", "AdbDevice.stop_recording", "AdbDevice.is_recording")
def a_device_records_its_screen(desk: Desk) -> None:
    device, film = desk.device, desk.folder / "film.mp4"
    device.start_recording(str(film))
    assert device.is_recording()
    while not device.shell("pidof screenrecord"):
        pass
    device.stop_recording()
    assert b"ftyp" in film.read_bytes()[:16]


@shows("AdbDevice.push", "AdbDevice.remove", "AdbDevice.rmtree", "AdbDevice.sync")
def a_device_has_files(desk: Desk) -> None:
    device = desk.device
    (desk.folder / "a.txt").write_text("hi")
    device.push(str(desk.folder / "a.txt"), "/sdcard/Download/a.txt")
    assert device.sync.read_text("/sdcard/Download/a.txt") == "hi"
    device.remove("/sdcard/Download/a.txt")
    device.shell("mkdir -p /sdcard/Download/x/y")
    device.rmtree("/sdcard/Download/x")
    assert device.shell("ls /sdcard/Download") == ""


@shows(
    "Sync.push",
    "Sync.stat",
    "Sync.exists",
    "Sync.list",
    "Sync.iter_directory",
    "Sync.iter_content",
    "Sync.read_bytes",
    "Sync.read_text",
    "Sync.pull",
    "Sync.pull_file",
    "Sync.pull_dir",
)
def files_are_copied(desk: Desk) -> None:
    sync = desk.device.sync
    desk.device.shell("mkdir -p /sdcard/Download/in/deep")
    assert sync.push(io.BytesIO(b"hej"), "/sdcard/Download/in/a.txt", 0o640, check=True) == 3
    sync.push(b"two", "/sdcard/Download/in/deep/b.txt")
    found = sync.stat("/sdcard/Download/in/a.txt")
    assert (found.size, found.mode & 0o777) == (3, 0o640)
    assert sync.exists("/sdcard/Download/in/a.txt") and not sync.exists("/sdcard/Download/nothing")
    names = {entry.path for entry in sync.list("/sdcard/Download/in")} - {".", ".."}
    assert (
        names
        == {"a.txt", "deep"}
        == {entry.path for entry in sync.iter_directory("/sdcard/Download/in")}
        - {
            ".",
            "..",
        }
    )
    assert b"".join(sync.iter_content("/sdcard/Download/in/a.txt")) == b"hej"
    assert (
        sync.read_bytes("/sdcard/Download/in/a.txt") == b"hej"
        and sync.read_text("/sdcard/Download/in/a.txt") == "hej"
    )
    assert sync.pull("/sdcard/Download/in/a.txt", desk.folder / "a.txt") == 3
    assert sync.pull_file("/sdcard/Download/in/a.txt", desk.folder / "c.txt") == 3
    assert sync.pull_dir("/sdcard/Download/in", desk.folder / "all") == 6
    assert (desk.folder / "all" / "deep" / "b.txt").read_bytes() == b"two"


@shows(
    "AdbDevice.forward",
    "AdbDevice.forward_port",
    "AdbDevice.forward_list",
    "AdbDevice.forward_remove",
    "AdbDevice.forward_remove_all",
    "AdbDevice.create_connection",
)
def ports_of_the_phone_are_reached(desk: Desk) -> None:
    device = desk.device
    desk.d.info  # noqa: B018 - it starts the server that listens on the phone
    port = device.forward_port(9008)
    assert device.forward_port(9008) == port
    ping = b"GET /ping HTTP/1.1\r\n\r\n"
    for connection in (
        socket.create_connection(("127.0.0.1", port)),
        device.create_connection(Network.TCP, 9008),
    ):
        with connection:
            connection.sendall(ping)
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert [item.remote for item in device.forward_list()] == ["tcp:9008"]
    device.forward_remove(f"tcp:{port}")
    device.forward("tcp:0", "tcp:9008")
    device.forward_remove_all()
    assert device.forward_list() == []


@shows(
    "AdbDevice.reverse", "AdbDevice.reverse_list", "AdbDevice.reverse_remove", "AdbDevice.reverse_remove_all"
)
def reverse_forwards_are_remembered(desk: Desk) -> None:
    device = desk.device
    device.reverse("tcp:7001", "tcp:7002")
    assert [(item.remote, item.local) for item in device.reverse_list()] == [("tcp:7001", "tcp:7002")]
    with pytest.raises(adbutils.AdbError):
        device.reverse("tcp:7001", "tcp:7003", norebind=True)
    device.reverse_remove("tcp:7001")
    device.reverse("tcp:7004", "tcp:7005")
    device.reverse_remove_all()
    assert device.reverse_list() == []


@shows("AdbDevice.logcat")
def the_log_is_followed(desk: Desk) -> None:
    log = desk.folder / "log.txt"
    following = desk.device.logcat(log, clear=True, re_filter="hello")
    desk.device.shell("log -t gym hello there")
    until = time.monotonic() + 60
    while "hello there" not in log.read_text() and time.monotonic() < until:
        time.sleep(0.05)
    # The library looks whether it shall stop after each line: something must be written meanwhile, as phones do.
    threading.Timer(0.2, lambda: desk.device.shell("log -t gym bye")).start()
    following.stop()
    assert "hello there" in log.read_text()


@shows("AdbDevice.root", "AdbDevice.tcpip", "AdbDevice.reboot")
def a_device_starts_anew(desk: Desk) -> None:
    device = desk.device
    assert "cannot run as root" in device.root()
    assert "restarting in TCP mode port: 5555" in device.tcpip(5555)
    boot = "cat /proc/sys/kernel/random/boot_id"
    desk.client.wait_for(device.serial, timeout=10)
    before = device.shell(boot)
    device.reboot()
    until, after = time.monotonic() + 60, before
    while after == before and time.monotonic() < until:
        try:
            after = device.shell(boot)
        except adbutils.AdbError:
            time.sleep(0.1)
    assert after != before


@shows(
    "AdbClient.host",
    "AdbClient.port",
    "AdbClient.make_connection",
    "AdbClient.server_version",
    "AdbClient.device",
    "AdbClient.device_list",
    "AdbClient.iter_device",
    "AdbClient.list",
    "AdbClient.sync",
    "AdbClient.shell",
    "AdbClient.wait_for",
)
def a_client_lists_devices(desk: Desk) -> None:
    client, address = desk.client, desk.phone.address
    assert (client.host, client.port) == ("127.0.0.1", desk.phone.adb_port)
    with client.make_connection() as connection:
        connection.send_command("host:version")
        connection.check_okay()
    assert client.server_version() >= 41
    assert [device.serial for device in client.device_list()] == [address]
    assert next(client.iter_device()).serial == address == client.device(address).serial
    (info,) = client.list(extended=True)
    assert (info.serial, info.state, info.tags["model"]) == (address, "device", "VirtualPhone")
    assert client.sync(address).exists("/sdcard/Download")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert client.shell(address, "echo hi") == "hi"
    client.wait_for(address, timeout=5)


@shows("AdbClient.connect", "AdbClient.disconnect", "AdbClient.track_devices")
def a_client_connects_devices(desk: Desk) -> None:
    client, address = desk.client, desk.phone.address
    events: list[str] = []
    tracked = client.track_devices()
    events.append(next(tracked).status)

    def follow() -> None:
        for event in tracked:
            events.append(event.status)
            if event.status == "device":
                return

    thread = threading.Thread(target=follow)
    thread.start()
    assert client.disconnect(address) == f"disconnected {address}"
    assert client.connect(address) == f"connected to {address}"
    thread.join(10)
    assert (events[0], events[-1]) == ("device", "device") and "absent" in events
    assert "already connected" in client.connect(address)


@shows("AdbClient.forward", "AdbClient.forward_list")
def a_client_forwards(desk: Desk) -> None:
    client, address = desk.client, desk.phone.address
    client.forward(address, "tcp:0", "tcp:9008")
    (item,) = client.forward_list(address)
    assert (item.serial, item.remote) == (address, "tcp:9008")
    desk.device.forward_remove_all()


@shows("AdbClient.reverse", "AdbClient.reverse_list")
def a_client_reverses(desk: Desk) -> None:
    client, address = desk.client, desk.phone.address
    client.reverse(address, "tcp:7001", "tcp:7002")
    assert [item.remote for item in client.reverse_list(address)] == ["tcp:7001"]
    desk.device.reverse_remove_all()


differs(
    "`get-devpath` answers `unknown`: a virtual phone hangs on no USB port, as any phone reached over TCP",
    "AdbDevice.get_devpath",
)
differs(
    "the library's own: it fetches an APK from an address, and asks the phone for nothing",
    "AdbDevice.download_apk",
)
differs(
    "refused: clients of one test cannot end the adb server of the phones (`ADB_REJECT_KILL_SERVER`)",
    "AdbClient.server_kill",
)
