"""wm, which is `cmd window`: the size, the density and the rotation of the screen."""

import re
from collections.abc import Callable

from runner.virtual.commands.call import Call, Command

_SMALLEST, _LARGEST = 200, 4 * 1600
_SIZE = re.compile(r"(\d+)x(\d+)", re.ASCII)


def run(call: Call) -> int:
    """`wm VERB ...`."""
    verb, *words = call.arguments or ["help"]
    if verb in _VERBS:
        return _VERBS[verb](call, words)
    call.print(f"Unknown command: {verb}" if verb != "help" else "Window manager (window) commands:")
    return 255


def _size(call: Call, words: list[str]) -> int:
    """Without a word it tells the size, `reset` gives the physical one back, `WxH` sets another."""
    display = call.phone.display
    if not words:
        call.print(f"Physical size: {display.width}x{display.height}")
        if display.override_size:
            call.print("Override size: {}x{}".format(*display.override_size))
        return 0
    if words[0] == "reset":
        display.override_size = None
    else:
        found = _SIZE.fullmatch(words[0])
        if found is None:
            return call.fail(f"Error: bad size {words[0]}", 255)
        width, height = (max(_SMALLEST, min(int(number), _LARGEST)) for number in found.groups())
        display.override_size = (
            (width, height) if (width, height) != (display.width, display.height) else None
        )
    call.phone.changed()
    return 0


def _density(call: Call, words: list[str]) -> int:
    display = call.phone.display
    if not words:
        call.print(f"Physical density: {display.density}")
        return call.print(f"Override density: {display.override_density}") if display.override_density else 0
    if words[0] == "reset":
        display.override_density = None
    elif not words[0].isdigit():
        return call.fail(f"Error: bad number {words[0]}", 255)
    elif int(words[0]) < 72:
        return call.fail("Error: density must be >= 72", 255)
    else:
        display.override_density = int(words[0])
    call.phone.changed()
    return 0


def _user_rotation(call: Call, words: list[str]) -> int:
    """`free`, or `lock` with the number of quarter turns; without a word it tells which."""
    phone = call.phone
    if not words:
        return call.print("free" if phone.display.turns_freely else f"lock {phone.rotation}")
    if words[0] == "free":
        phone.turn(None)
        return 0
    if words[0] != "lock":
        return call.fail("Error: expecting free or lock.", 255)
    quarters = words[1] if len(words) > 1 else str(phone.rotation)
    if quarters not in ("0", "1", "2", "3"):
        return call.fail(f"Error: expecting rotation 0, 1, 2 or 3, but we got: {quarters}", 255)
    phone.turn(int(quarters))
    return 0


def _accepted(call: Call, words: list[str]) -> int:
    """There is nothing to it on a virtual phone: one display, no other shape."""
    return 0


def _dismiss_keyguard(call: Call, words: list[str]) -> int:
    """A lock that wants a code stays, and nothing says so, as on Android."""
    call.phone.condition.unlock()
    call.phone.changed()
    return 0


_VERBS: dict[str, Callable[[Call, list[str]], int]] = {
    "density": _density,
    "dismiss-keyguard": _dismiss_keyguard,
    "fixed-to-user-rotation": _accepted,
    "overscan": _accepted,
    "set-ignore-orientation-request": _accepted,
    "set-user-rotation": _user_rotation,
    "size": _size,
    "user-rotation": _user_rotation,
}

COMMANDS: dict[str, Command] = {"wm": run}
