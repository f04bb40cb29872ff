"""What the system draws over every app: status bar, navigation bar, and the keyboard while a field has the focus.

Each is a window of another package than the app's, so it is among the roots of a hierarchy with words of its own.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from runner.virtual.views import Paint, View, Window

SYSTEM_UI = "com.android.systemui"
KEYBOARD = "com.android.inputmethod.latin"
STATUS_BAR, NAVIGATION_BAR, KEYBOARD_HEIGHT = 48, 24, 480
"""Heights in pixels. The keyboard stands on the navigation bar."""

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SPOKEN = {
    "en": {"back": "Back", "home": "Home", "recents": "Overview", "battery": "Battery 72 percent."},
    "fr": {
        "back": "Retour",
        "home": "Accueil",
        "recents": "Aperçu",
        "battery": "Batterie : 72 pour cent.",
    },
}
Action = Callable[[], object]


class Held(Protocol):
    """The phone as the system's own windows see it."""

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...

    @property
    def language(self) -> str: ...

    @property
    def keyboard_shown(self) -> bool: ...

    def now(self) -> datetime: ...

    def go_back(self) -> None: ...

    def go_home(self) -> None: ...

    def type_text(self, text: str) -> bool: ...

    def erase(self, characters: int) -> bool: ...


def system_windows(phone: Held) -> list[Window]:
    """Frontmost first."""
    bars = [_navigation_bar(phone), _status_bar(phone)]
    return [_keyboard(phone), *bars] if phone.keyboard_shown else bars


def _words(phone: Held) -> dict[str, str]:
    return _SPOKEN.get(phone.language, _SPOKEN["en"])


def _status_bar(phone: Held) -> Window:
    bounds, clock = (0, 0, phone.width, STATUS_BAR), f"{phone.now():%H:%M}"
    right = phone.width - 24
    # They are hidden from the renderer, which draws a status bar over every screen anyway.
    children = [
        _system_view((24, 0, 130, STATUS_BAR), "clock", text=clock, desc=clock),
        _system_view((140, 8, 172, 40), "notification_icon", desc="Android System notification: USB"),
        _system_view((right - 190, 8, right - 150, 40), "wifi_signal", desc="Wifi three bars."),
        _system_view((right - 140, 0, right - 60, STATUS_BAR), "battery_text", text="72\N{NO-BREAK SPACE}%"),
        _system_view((right - 50, 8, right, 40), "battery", desc=_words(phone)["battery"]),
    ]
    content = View(bounds, "android.widget.FrameLayout", rid=f"{SYSTEM_UI}:id/status_bar", children=children)
    root = View(bounds, "android.widget.FrameLayout", children=[content])
    return Window(SYSTEM_UI, "StatusBar", root)


def _system_view(bounds: tuple[int, int, int, int], name: str, *, text: str = "", desc: str = "") -> View:
    cls = "android.widget.TextView" if text else "android.widget.ImageView"
    return View(bounds, cls, text, desc, f"{SYSTEM_UI}:id/{name}", paint=Paint(hidden=True))


def _navigation_bar(phone: Held) -> Window:
    words, third = _words(phone), phone.width // 3
    top = phone.height - NAVIGATION_BAR
    buttons = [
        _navigation_button((0, top, third, phone.height), "back", words["back"], phone.go_back),
        _navigation_button(
            (third, top, 2 * third, phone.height), "home_button", words["home"], phone.go_home
        ),
        _navigation_button(
            (2 * third, top, phone.width, phone.height), "recent_apps", words["recents"], _none
        ),
    ]
    root = View(
        (0, top, phone.width, phone.height),
        "android.widget.FrameLayout",
        rid=f"{SYSTEM_UI}:id/navigation_bar_frame",
        children=buttons,
        paint=Paint(background="#000000"),
    )
    return Window(SYSTEM_UI, "NavigationBar0", root)


def _navigation_button(bounds: tuple[int, int, int, int], name: str, desc: str, on_tap: Action) -> View:
    return View(
        bounds,
        "android.widget.ImageView",
        desc=desc,
        rid=f"{SYSTEM_UI}:id/{name}",
        clickable=True,
        on_tap=lambda: _run(on_tap),
        paint=Paint(icon="dot", size=12, color="#ffffff"),
    )


def _keyboard(phone: Held) -> Window:
    bottom = phone.height - NAVIGATION_BAR
    top = bottom - KEYBOARD_HEIGHT
    height = KEYBOARD_HEIGHT // 4
    keys = []
    for row, letters in enumerate(_ROWS):
        width = phone.width // len(letters)
        for place, letter in enumerate(letters):
            bounds = (place * width, top + row * height, (place + 1) * width, top + (row + 1) * height)
            keys.append(_key(bounds, letter, letter, _typing(phone, letter)))
    last, third = bottom - height, phone.width // 3
    keys += [
        _key((0, last, third, bottom), "", "Delete", lambda: phone.erase(1)),
        _key((third, last, 2 * third, bottom), "", "Space", _typing(phone, " ")),
        _key((2 * third, last, phone.width, bottom), "", "Enter", _typing(phone, "\n")),
    ]
    board = View(
        (0, top, phone.width, bottom),
        "android.widget.FrameLayout",
        rid=f"{KEYBOARD}:id/keyboard_view",
        clickable=True,  # what is behind the keyboard is out of a finger's reach
        children=keys,
        paint=Paint(background="#d5d7dc"),
    )
    return Window(KEYBOARD, "InputMethod", board)


def _key(bounds: tuple[int, int, int, int], text: str, desc: str, on_tap: Action) -> View:
    return View(
        bounds,
        "android.widget.TextView",
        text,
        desc,
        clickable=True,
        on_tap=lambda: _run(on_tap),
        paint=Paint(background="#ffffff", outline="#d5d7dc", radius=8),
    )


def _typing(phone: Held, letter: str) -> Action:
    return lambda: phone.type_text(letter)


def _run(action: Action) -> None:
    """A tap has no result."""
    action()


def _none() -> None:
    """There is no list of recent apps."""
