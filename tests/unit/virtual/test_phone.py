"""A finger and a keyboard on a virtual phone."""

import asyncio
from typing import Any

from small_apps import make_apps

from runner.virtual import installation, keys, rpc
from runner.virtual.package import Package
from runner.virtual.phone import Phone

FIELD = {"mask": 0x200000, "resourceId": "notes:id/text"}
LIST = {"mask": 0x200000, "resourceId": "notes:id/list"}


def call(phone: Phone, name: str, *params: Any) -> Any:
    return asyncio.run(rpc.call(phone, name, list(params)))


def test_short_and_long_taps_reach_the_view(phone: Phone, notes: Any) -> None:
    phone.tap(50, 50)
    phone.tap(50, 50, held_s=0.6)
    assert notes.taps == ["tap", "long"]


def test_a_tap_on_nothing_on_a_grey_view_or_in_the_dark_does_nothing(phone: Phone, notes: Any) -> None:
    phone.tap(500, 1500)
    phone.tap(50, 150)
    phone.set_screen(False)
    phone.tap(50, 50)
    assert notes.taps == []


def test_typing_goes_to_the_field_that_was_tapped(phone: Phone, notes: Any) -> None:
    assert not phone.type_text("lost")
    phone.tap(50, 250)
    assert phone.type_text("ab")
    assert phone.type_text("c")
    assert phone.erase(1)
    assert notes.text == "ab"


def test_keys_type_navigate_and_switch_the_screen(phone: Phone, notes: Any) -> None:
    phone.tap(50, 250)
    for key in ("KEYCODE_A", 30, "space", "enter", 67):
        assert keys.press(phone, key)
    assert keys.press(phone, 29, meta=1)
    assert notes.text == "ab A"
    assert keys.press(phone, "power")
    assert not phone.screen_on
    assert keys.press(phone, 26)
    assert not keys.press(phone, "KEYCODE_NONSENSE")


def test_the_back_key_closes_the_keyboard_then_leaves_the_app(phone: Phone, notes: Any) -> None:
    phone.tap(50, 250)
    assert phone.keyboard_shown
    phone.go_back()
    assert (phone.keyboard_shown, phone.front) == (False, notes)
    phone.go_back()
    assert phone.front.package == "org.example.home"


def test_home_keeps_the_app_running_and_force_stop_ends_it(phone: Phone, notes: Any) -> None:
    phone.swipe((50, 800), (50, 400))
    phone.go_home()
    assert notes.page == 1
    assert phone.processes.find(notes.package)
    phone.stop_app(notes.package)
    assert notes.page == 0
    assert phone.processes.find(notes.package) is None


def test_a_missing_app_is_told_by_a_toast() -> None:
    async def start() -> str | None:
        phone = Phone("UNIT02", make_apps=make_apps)
        phone.start_app("com.nobody")
        return phone.last_toast

    assert asyncio.run(start()) == "App isn't installed."


def test_waiting_ends_with_the_change_that_fulfils_it(phone: Phone, notes: Any) -> None:
    async def wait() -> bool:
        waiting = asyncio.ensure_future(
            rpc.call(phone, "waitForExists", [{"mask": 1, "text": "Row 1"}, 5000])
        )
        await asyncio.sleep(0)
        phone.swipe((50, 800), (50, 400))
        return bool(await waiting)

    assert asyncio.run(wait())
    assert call(phone, "waitUntilGone", {"mask": 1, "text": "Row 1"}, 1) is False


def test_touch_events_make_a_tap_or_a_swipe(phone: Phone, notes: Any) -> None:
    call(phone, "injectInputEvent", 0, 50, 50, 0)
    call(phone, "injectInputEvent", 1, 52, 51, 0)
    call(phone, "injectInputEvent", 0, 50, 800, 0)
    call(phone, "injectInputEvent", 2, 50, 500, 0)
    call(phone, "injectInputEvent", 1, 50, 400, 0)
    assert (notes.taps, notes.page) == (["tap"], 1)


def test_scrolling_to_something_ends_at_the_end_of_the_list(phone: Phone, notes: Any) -> None:
    assert call(phone, "scrollTo", LIST, {"mask": 1, "text": "Row 2"}, True) is True
    assert call(phone, "scrollTo", LIST, {"mask": 1, "text": "Row 9"}, True) is False
    assert call(phone, "scrollToBeginning", LIST, True, 50) is True
    assert notes.page == 0


def test_set_text_tells_whether_the_view_takes_text(phone: Phone, notes: Any) -> None:
    assert call(phone, "setText", FIELD, "x") is True
    assert call(phone, "setText", LIST, "x") is False
    assert call(phone, "getText", FIELD) == "x"
    assert call(phone, "clearTextField", FIELD) is True
    assert call(phone, "getText", FIELD) == "Write"


def test_data_is_forgotten_by_clearing_and_by_installing_again(phone: Phone, notes: Any) -> None:
    phone.set_text(phone.windows[0].root.children[2], "remember")
    assert installation.clear(phone, notes.package)
    assert phone.memory()["apps"][notes.package] == {"text": ""}
    assert installation.uninstall(phone, notes.package)
    assert not installation.uninstall(phone, notes.package)
    phone.packages.install(Package(notes.package))
    assert phone.memory()["apps"][notes.package] == {"text": ""}
