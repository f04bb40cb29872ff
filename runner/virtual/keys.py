"""Android's keys, by number and by the names that `input keyevent` and uiautomator2 use."""

import time

from runner.virtual.phone import Phone

_CODES = {
    3: "home", 4: "back", 19: "up", 20: "down", 21: "left", 22: "right", 23: "center",
    24: "volume_up", 25: "volume_down", 26: "power", 27: "camera", 61: "tab", 62: "space", 66: "enter",
    67: "del", 82: "menu", 84: "search", 111: "escape", 123: "move_end", 160: "enter",
    164: "volume_mute", 187: "recent", 223: "sleep", 224: "wakeup", 279: "paste",
    **{7 + digit: str(digit) for digit in range(10)},
    **{29 + letter: chr(ord("a") + letter) for letter in range(26)},
}  # fmt: skip
_ALIASES = {
    "delete": "del",
    "dpad_center": "center",
    "app_switch": "recent",
    "numpad_enter": "enter",
    **{f"dpad_{name}": name for name in ("up", "down", "left", "right")},
}
_NAMES = frozenset(_CODES.values())
_SHIFT = 0x1


def press(phone: Phone, key: int | str, meta: int = 0) -> bool:
    """Press a key; false if Android has no such key. Keys that mean nothing to a virtual phone do nothing."""
    name = _name(key)
    if name not in _NAMES:
        return isinstance(key, int) or name.isdigit()
    phone.touched_s = time.monotonic()
    if name in ("power", "sleep", "wakeup"):
        phone.set_screen(name == "wakeup" or (name == "power" and not phone.screen_on))
    elif phone.takes_input:
        _press_awake(phone, name, meta)
    return True


def _press_awake(phone: Phone, name: str, meta: int) -> None:
    if name == "home":
        phone.go_home()
    elif name == "back":
        phone.go_back()
    elif name == "enter":
        phone.type_text("\n")
    elif name == "del":
        phone.erase(1)
    elif name == "space":
        phone.type_text(" ")
    elif name == "paste":
        phone.type_text(phone.clipboard or "")
    elif len(name) == 1:
        phone.type_text(name.upper() if meta & _SHIFT else name)


def _name(key: int | str) -> str:
    text = str(key).lower().removeprefix("keycode_")
    name = _CODES.get(int(text), text) if text.isdigit() and (isinstance(key, int) or len(text) > 1) else text
    return _ALIASES.get(name, name)
