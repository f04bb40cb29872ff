"""What the system pulls down over the screen: notifications and quick settings."""

from collections.abc import Callable
from typing import Protocol

from runner.virtual.apps.parts import GREY, SCREEN, WHITE, box, text
from runner.virtual.system_state import SystemState
from runner.virtual.system_windows import STATUS_BAR, SYSTEM_UI
from runner.virtual.views import View, Window

_MOST_SHOWN = 6
_TILES = ("Internet", "Bluetooth", "Flashlight", "Do Not Disturb", "Auto-rotate", "Battery Saver")


class Pulled(Protocol):
    """The phone as the shade sees it."""

    shade: str
    settings: dict[tuple[str, str], str]
    system: SystemState

    def pull_down(self, what: str) -> None: ...


def shade(phone: Pulled) -> Window:
    """The window that has the focus while something is pulled down."""
    is_quick = phone.shade == "quick_settings"
    content = _quick_settings(phone) if is_quick else _notifications(phone)
    return Window(SYSTEM_UI, "NotificationShade", box(SCREEN, content, background="#e9e9ef"))


def _notifications(phone: Pulled) -> View:
    """What the system tells, and what was posted, the newest first."""
    posted = [(one.title or "Shell", one.text) for one in reversed(phone.system.notifications)]
    shown = [*posted[:_MOST_SHOWN], ("Android System", "USB debugging connected")]
    rows = [_row(name, words, 160 + 164 * place) for place, (name, words) in enumerate(shown)]
    bottom = 160 + 164 * len(shown)
    clear = text(
        (500, bottom + 6, 690, bottom + 66),
        "Clear all",
        rid=_id("dismiss_text"),
        on_tap=lambda: _clear(phone),
    )
    bounds = (0, 140, 720, bottom + 76)
    stack = box(bounds, *rows, clear, rid=_id("notification_stack_scroller"), scrollable=True)
    return box(SCREEN, stack, rid=_id("notification_panel"))


def _row(name: str, words: str, top: int) -> View:
    title = text((60, top + 20, 660, top + 60), name, size=24, color=GREY, rid="android:id/app_name_text")
    message = text((60, top + 64, 660, top + 110), words, rid="android:id/title", bold=True)
    bounds = (24, top, 696, top + 140)
    return box(bounds, title, message, rid=_id("expandableNotificationRow"), background=WHITE, radius=24)


def _clear(phone: Pulled) -> None:
    phone.system.notifications.clear()
    phone.pull_down("")


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
