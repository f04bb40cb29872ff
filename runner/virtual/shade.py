"""What the system pulls down over the screen: notifications and quick settings."""

from collections.abc import Callable
from typing import Protocol

from runner.virtual.apps.parts import GREY, SCREEN, WHITE, box, text
from runner.virtual.system_windows import STATUS_BAR, SYSTEM_UI
from runner.virtual.views import View, Window

_TILES = ("Internet", "Bluetooth", "Flashlight", "Do Not Disturb", "Auto-rotate", "Battery Saver")


class Pulled(Protocol):
    """The phone as the shade sees it."""

    shade: str
    settings: dict[tuple[str, str], str]

    def pull_down(self, what: str) -> None: ...


def shade(phone: Pulled) -> Window:
    """The window that has the focus while something is pulled down."""
    is_quick = phone.shade == "quick_settings"
    content = _quick_settings(phone) if is_quick else _notifications(phone)
    return Window(SYSTEM_UI, "NotificationShade", box(SCREEN, content, background="#e9e9ef"))


def _notifications(phone: Pulled) -> View:
    title = text((60, 180, 660, 220), "Android System", size=24, color=GREY, rid="android:id/app_name_text")
    words = text((60, 224, 660, 270), "USB debugging connected", rid="android:id/title", bold=True)
    row = box(
        (24, 160, 696, 300), title, words, rid=_id("expandableNotificationRow"), background=WHITE, radius=24
    )
    clear = text(
        (500, 330, 690, 390), "Clear all", rid=_id("dismiss_text"), on_tap=lambda: phone.pull_down("")
    )
    rows = box((0, 140, 720, 400), row, clear, rid=_id("notification_stack_scroller"), scrollable=True)
    return box(SCREEN, rows, rid=_id("notification_panel"))


def _quick_settings(phone: Pulled) -> View:
    tiles = [_tile(phone, number, name) for number, name in enumerate(_TILES)]
    panel = box((0, STATUS_BAR + 40, 720, 700), *tiles, rid=_id("quick_settings_panel"))
    return box(SCREEN, panel, rid=_id("notification_panel"))


def _tile(phone: Pulled, number: int, name: str) -> View:
    """A tile turns on and off; the phone keeps it among its settings, and nothing else happens."""
    key = ("secure", f"tile_{name.lower().replace(' ', '_').replace('-', '_')}")
    left, top = 24 + (number % 2) * 340, STATUS_BAR + 60 + (number // 2) * 150
    is_on = phone.settings.get(key, "0") == "1"
    words = text((left + 30, top + 20, left + 320, top + 110), name, rid=_id("tile_label"))
    tile = box((left, top, left + 330, top + 130), words, cls="android.widget.Switch", desc=name, radius=40)
    tile.checkable, tile.checked, tile.clickable = True, is_on, True
    tile.on_tap = _switching(phone, key, "0" if is_on else "1")
    return tile


def _switching(phone: Pulled, key: tuple[str, str], value: str) -> Callable[[], None]:
    def switch() -> None:
        phone.settings[key] = value

    return switch


def _id(name: str) -> str:
    return f"{SYSTEM_UI}:id/{name}"
