"""uiautomator2's Device and Session."""

import time

import pytest
import uiautomator2 as u2
from conformance import GYM, Desk, differs, shows
from PIL import Image
from uiautomator2.exceptions import SessionBrokenError

NOTES = "org.example.notes"
CAMERA = "android.permission.CAMERA"


def rid(name: str) -> str:
    return f"{GYM}:id/{name}"


@shows("Device.app_start", "Device.app_stop", "Device.app_current", "Device.app_wait", "Device.wait_activity")
def apps_start_and_stop(desk: Desk) -> None:
    d = desk.d
    d.app_start(NOTES)
    assert d.app_current()["package"] == NOTES
    d.app_start(GYM, ".MainActivity", wait=True)
    assert d.app_wait(GYM, timeout=5, front=True) == d.app_current()["pid"]
    assert d.wait_activity(d.app_current()["activity"], timeout=5)
    assert "MainActivity" in d.app_current()["activity"]
    d.app_stop(GYM)
    assert d.app_current()["package"] == NOTES


@shows("Device.app_list", "Device.app_list_running", "Device.app_stop_all", "Device.app_info")
def apps_are_listed(desk: Desk) -> None:
    d = desk.d
    assert GYM in d.app_list("-3") and GYM in d.app_list_running()
    assert d.app_info(GYM) == {"versionName": "2.5", "versionCode": 100}
    assert GYM in d.app_stop_all(excludes=["com.android.systemui"])
    assert GYM not in d.app_list_running()
    with pytest.raises(u2.exceptions.AppNotFoundError):
        d.app_info("com.nobody")


@shows("Device.app_clear", "Device.app_uninstall", "Device.app_uninstall_all")
def apps_are_cleared_and_removed(desk: Desk) -> None:
    d = desk.d
    d(text="Press").click()
    d.app_clear(GYM)
    assert desk.value("presses") == "0"
    assert d.app_uninstall(GYM) and not d.app_uninstall(GYM)
    assert d.app_uninstall_all(excludes=[NOTES]) and d.app_list("-3") == [NOTES]


@shows("Device.app_install", "Device.app_auto_grant_permissions")
def an_apk_is_installed_and_gets_its_permissions(desk: Desk) -> None:
    from runner.virtual.apk_file import make_apk
    from runner.virtual.package import Package

    path = desk.folder / "demo.apk"
    path.write_bytes(make_apk(Package("com.example.demo", permissions=(CAMERA,))).data)
    desk.d.app_install(str(path))
    assert "com.example.demo" in desk.d.app_list("-3")
    desk.d.app_auto_grant_permissions("com.example.demo")
    assert f"{CAMERA}: granted=true" in desk.device.shell("dumpsys package com.example.demo")


@shows("Device.__call__", "Device.exists", "Device.click", "Device.pos_rel2abs", "Device.window_size")
def a_point_is_tapped(desk: Desk) -> None:
    d = desk.d
    assert d.exists(text="Press") and not d.exists(text="Nobody")
    d.click(*d(text="Press").center())
    assert desk.touches == [("press", "tap")]
    width, height = d.window_size()
    assert (width, height) == (720, 1600) and d.pos_rel2abs(0.5, 0.25) == (360, 400)
    x, y = d(text="Press").center()
    d.click(x / width, y / height)
    assert desk.touches == [("press", "tap")] * 2


@shows("Device.double_click", "Device.long_click", "Device.touch")
def a_point_is_tapped_twice_or_long(desk: Desk) -> None:
    d = desk.d
    d.double_click(*d(text="Press").center(), duration=0.01)
    d.long_click(*d(text="Hold").center())
    d.touch.down(*d(text="Hold").center()).sleep(0.01).up(*d(text="Hold").center())
    assert desk.touches == [("press", "tap")] * 2 + [("hold", "long_press"), ("hold", "tap")]


@shows("Device.swipe", "Device.swipe_points", "Device.drag", "Device.swipe_ext", "SwipeExt.__call__")
def fingers_move(desk: Desk) -> None:
    d = desk.d
    box = d(resourceId=rid("list")).bounds()
    x, top, bottom = 300, box[1] + 50, box[3] - 50
    d.swipe(x, bottom, x, top)
    assert not d(text="Row 1").exists
    d.drag(x, top, x, bottom)
    assert d(text="Row 1").exists
    d.swipe_points([(x, bottom), (x, (top + bottom) // 2), (x, top)], 0.01)
    assert not d(text="Row 1").exists
    for _ in range(2):
        d.swipe_ext("down", box=box)
    assert d(text="Row 1").exists
    desk.phone.post("pace", real=True)
    started = time.monotonic()
    d.swipe(x, bottom, x, top, duration=0.5)
    assert time.monotonic() - started >= 0.5


@shows("Device.press", "Device.long_press", "Device.keyevent")
def keys_are_pressed(desk: Desk) -> None:
    d = desk.d
    d(resourceId=rid("row")).click()
    d.press("back")
    assert d(text="The gym").exists
    d(resourceId=rid("name")).click()
    d.press(29)
    d.press(29, 1)
    assert desk.value("name") == "aA"
    d.keyevent("KEYCODE_DEL")
    assert desk.value("name") == "a"
    d.long_press("home")
    assert d.app_current()["package"] != GYM


@shows("Device.screen_on", "Device.screen_off", "Device.unlock", "Device.info", "Device.device_info")
def the_screen_is_turned_off_and_on(desk: Desk) -> None:
    d = desk.d
    d.screen_off()
    assert d.info["screenOn"] is False
    d.screen_on()
    assert d.info["screenOn"] and d.info["currentPackageName"] == GYM and d.info["sdkInt"] == 34
    d.screen_off()
    d.unlock()
    assert d.info["screenOn"]
    assert (d.device_info["serial"], d.device_info["version"]) == ("CONFORM01", 14)


@shows("Device.orientation", "Device.set_orientation", "Device.freeze_rotation")
def the_screen_turns(desk: Desk) -> None:
    d = desk.d
    d.orientation = "left"
    assert d.orientation == "left" and d.window_size() == (1600, 720)
    assert '<hierarchy rotation="1">' in d.dump_hierarchy()
    d.set_orientation("natural")
    assert d.orientation == "natural" and d.window_size() == (720, 1600)
    d.freeze_rotation()
    assert desk.device.shell("settings get system accelerometer_rotation") == "0"
    d.freeze_rotation(False)
    assert desk.device.shell("settings get system accelerometer_rotation") == "1"


@shows("Device.last_traversed_text", "Device.clear_traversed_text")
def no_screen_reader_has_read(desk: Desk) -> None:
    desk.d.clear_traversed_text()
    assert desk.d.last_traversed_text is None


@shows("Device.toast", "Device.last_toast", "Device.clear_toast", "Device.make_toast")
def toasts_are_read_and_shown(desk: Desk) -> None:
    d = desk.d
    d(text="Press").click()
    assert d.last_toast == "Pressed" == d.toast.get_message()
    d.clear_toast()
    assert d.last_toast is None
    d.toast.show("Hello")
    assert d.toast.get_message() == "Hello"
    d.toast.reset()
    d.make_toast("Again")
    assert d.last_toast == "Again"


@shows("Device.open_notification", "Device.open_quick_settings")
def the_shade_is_pulled_down(desk: Desk) -> None:
    d = desk.d
    d.open_notification()
    assert d(resourceId="com.android.systemui:id/notification_stack_scroller").exists
    assert not d(text="Press").exists and d.info["currentPackageName"] == "com.android.systemui"
    assert d.app_current()["package"] == GYM
    d.press("back")
    assert d(text="Press").exists
    d.open_quick_settings()
    d(description="Flashlight").click()
    assert d(description="Flashlight").info["checked"]
    d.press("home")
    assert not d(description="Flashlight").exists


@shows("Device.open_url")
def an_address_is_opened(desk: Desk) -> None:
    desk.d.open_url("gym://detail/7")
    assert desk.d(resourceId=rid("detail")).exists


@shows("Device.clipboard", "Device.set_clipboard")
def the_clipboard_is_kept(desk: Desk) -> None:
    desk.d.clipboard = "one"
    assert desk.d.clipboard == "one"
    desk.d.set_clipboard("två", label="words")
    assert desk.d.clipboard == "två"


@shows("Device.send_keys", "Device.clear_text")
def text_is_typed_without_an_input_method(desk: Desk) -> None:
    d = desk.d
    d(resourceId=rid("name")).click()
    d.send_keys("Kim å 你好")
    assert desk.value("name") == "Kim å 你好"
    d.clear_text()
    assert desk.value("name") == ""


@shows(
    "Device.set_input_ime",
    "Device.is_input_ime_installed",
    "Device.current_ime",
    "Device.send_action",
    "Device.hide_keyboard",
    "Device.set_fastinput_ime",
    "Device.wait_fastinput_ime",
)
def text_is_typed_with_an_input_method(desk: Desk) -> None:
    d = desk.d
    assert not d.is_input_ime_installed()
    d.set_input_ime()
    assert d.is_input_ime_installed() and d.current_ime() == "com.github.uiautomator/.AdbKeyboard"
    d(resourceId=rid("name")).click()
    d.send_keys("Kim 你好")
    assert desk.value("name") == "Kim 你好"
    d.send_keys("Alex", clear=True)
    assert desk.value("name") == "Alex"
    d.send_action("next")
    d.hide_keyboard()
    d.set_fastinput_ime(False)
    d.wait_fastinput_ime()
    assert d.current_ime() != "com.github.uiautomator/.AdbKeyboard"


@shows("Device.screenshot", "Device.dump_hierarchy")
def the_screen_is_read(desk: Desk) -> None:
    d = desk.d
    assert d.screenshot().size == (720, 1600)
    d.screenshot(str(desk.folder / "screen.png"), display_id=0)
    assert Image.open(desk.folder / "screen.png").size == (720, 1600)
    full = d.dump_hierarchy()
    assert 'text="Press"' in full and "com.android.systemui" in full
    assert "com.android.systemui" not in d.dump_hierarchy(root_in_active=True)
    assert d.dump_hierarchy(compressed=True).count("<node") < full.count("<node")
    assert d.dump_hierarchy(max_depth=2).count("<node") < full.count("<node")
    assert "\n  <node" in d.dump_hierarchy(pretty=True)


@shows("Device.push", "Device.pull", "Device.shell", "Device.serial", "Device.adb_device", "Device.wlan_ip")
def files_and_the_shell_are_reached(desk: Desk) -> None:
    d = desk.d
    (desk.folder / "a.txt").write_text("hi")
    d.push(str(desk.folder / "a.txt"), "/sdcard/Download/")
    d.pull("/sdcard/Download/a.txt", str(desk.folder / "b.txt"))
    assert (desk.folder / "b.txt").read_text() == "hi"
    assert d.shell("false").exit_code == 1 and d.shell(["echo", "a b"]).output == "a b\n"
    assert d.serial == desk.phone.address == d.adb_device.serial
    assert d.wlan_ip and d.wlan_ip.count(".") == 3


@shows(
    "Device.start_uiautomator",
    "Device.stop_uiautomator",
    "Device.reset_uiautomator",
    "Device.jsonrpc",
    "Device.jsonrpc_call",
    "Device.debug",
)
def its_server_is_stopped_and_started(desk: Desk) -> None:
    d = desk.d
    d.stop_uiautomator()
    assert not desk.phone.state()["uiautomator2"]
    d.start_uiautomator()
    assert desk.phone.state()["uiautomator2"]
    d.reset_uiautomator()
    assert d.jsonrpc.deviceInfo()["screenOn"] and d.jsonrpc_call("isScreenOn") is True
    with pytest.raises(u2.exceptions.RPCUnknownError):
        d.jsonrpc.noSuchMethod()
    assert d.debug is False


@shows(
    "Device.settings",
    "Device.implicitly_wait",
    "Device.wait_timeout",
    "Device.sleep",
    "Device.show_touch_trace",
    "Device.show_float_window",
)
def settings_are_kept(desk: Desk) -> None:
    d = desk.d
    d.implicitly_wait(4)
    assert d.settings["wait_timeout"] == 4 == d.wait_timeout
    d.wait_timeout = 5
    d.sleep(0.01)
    d.show_touch_trace()
    assert desk.device.shell("settings get system show_touches") == "1"
    d.show_float_window(False)


@shows(
    "Device.session",
    "Session.running",
    "Session.pid",
    "Session.restart",
    "Session.close",
    "Session.__enter__",
)
def a_session_notices_that_its_app_has_ended(desk: Desk) -> None:
    session = desk.d.session(GYM)
    try:
        assert session.running() and session.pid == int(desk.device.shell(f"pidof {GYM}"))
        before = session.pid
        session.restart()
        assert session.running() and session.pid != before
        desk.d.app_stop(GYM)
        assert not session.running()
        with pytest.raises(SessionBrokenError):
            session.info  # noqa: B018 - the question is the call
        session.restart()
        with session as inner:
            assert inner(text="Press").exists
        assert desk.d.app_current()["package"] != GYM
        session.restart()
        session.close()
        assert desk.d.app_current()["package"] != GYM
    finally:
        session.stop_uiautomator(wait=False)


@shows(
    "Device.watcher",
    "Watcher.when",
    "Watcher.run",
    "Watcher.remove",
    "Watcher.triggering",
    "Watcher.__call__",
)
def a_watcher_taps_what_comes_up(desk: Desk) -> None:
    d = desk.d
    d(text="Ask").click()
    d.watcher("agree").when("May we?").when("OK").click()
    assert d.watcher.run() and not d.watcher.triggering
    assert d.toast.get_message() == "Thank you" and not d.watcher.run()
    d.watcher.remove("agree")
    d(text="Ask").click()
    assert not d.watcher.run()
    d.watcher.remove()


@shows(
    "Watcher.start",
    "Watcher.stop",
    "Watcher.running",
    "Watcher.reset",
    "XPathWatcher.when",
    "XPathWatcher.call",
)
def a_watcher_runs_in_the_background(desk: Desk) -> None:
    seen: list[str] = []
    d = desk.d
    d.watcher.when("The gym").when("Press").call(lambda d: seen.append("gym"))
    d.watcher.start(0.05)
    assert d.watcher.running()
    wait_for(lambda: bool(seen))
    d.watcher.stop()
    d.watcher.reset()
    assert not d.watcher.running()
    d.watcher.remove()


@shows("XPathWatcher.click", "XPathWatcher.press")
def a_watcher_presses_a_key(desk: Desk) -> None:
    d = desk.d
    d.watcher.when("May we?").press("back")
    d.watcher.when("Press").click()
    d(text="Ask").click()
    assert d.watcher.run() and not d(text="OK").exists
    assert d.watcher.run() and ("press", "tap") in desk.touches
    d.watcher.remove()


@shows(
    "Device.watch_context",
    "WatchContext.when",
    "WatchContext.call",
    "WatchContext.click",
    "WatchContext.start",
    "WatchContext.stop",
    "WatchContext.close",
    "WatchContext.wait_stable",
    "WatchContext.__enter__",
)
def a_context_watches(desk: Desk) -> None:
    d, seen = desk.d, []
    with d.watch_context(autostart=False) as context:
        context.when("May we?").when("OK").click()
        context.when("Late").call(lambda el: seen.append(el.text))
        d(text="Ask").click()
        context.start()
        wait_for(lambda: d.last_toast == "Thank you")
        wait_for(lambda: bool(seen))
    context.close()
    still = d.watch_context()
    assert still.wait_stable(seconds=0.1, timeout=10)
    still.stop()


def wait_for(condition: "object") -> None:
    assert callable(condition)
    until = time.monotonic() + 60
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    assert condition()


differs(
    "the library's own: it needs OpenCV, which is not installed here, and works on pictures only",
    "Device.image",
)
differs(
    "the library's own: it needs OpenCV and imageio, and takes pictures of the screen, which work",
    "Device.screenrecord",
)
differs(
    "broken in the library: it asks for a setting `post_delay` that it does not have",
    "Device.click_post_delay",
)
