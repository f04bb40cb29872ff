"""input, screencap and uiautomator: what a finger and an eye would do."""

import asyncio

from runner.virtual import keys, rpc_touch, screenshots
from runner.virtual.commands.call import Call, Command, UsageError

_SOURCES = ("touchscreen", "keyboard", "touchpad", "stylus", "mouse", "gamepad", "dpad")
_MOTIONS = {"DOWN": 0, "UP": 1, "MOVE": 2, "CANCEL": 3}
_DUMP_PATH = "/sdcard/window_dump.xml"


def run_input(call: Call) -> int:
    """`input VERB ...`, which is `cmd input VERB ...`."""
    words = list(call.arguments)
    if words and words[0] in _SOURCES:
        words = words[1:]
    if words[:1] == ["-d"]:
        words = words[2:]
    verb, *values = words or [""]
    if verb == "tap":
        x, y = _numbers(verb, values, 2)
        call.phone.tap(x, y)
    elif verb in ("swipe", "draganddrop"):
        _swipe(call, _numbers(verb, values, 4))
    elif verb == "motionevent":
        _motion_event(call, values)
    elif verb == "text":
        _text(call, values)
    elif verb in ("keyevent", "keycombination"):
        return _keys(call, [value for value in values if not value.startswith("--")])
    elif verb in ("press", "roll"):
        return 0  # there is no trackball
    else:
        return call.fail(f"Error: Unknown command: {verb}", 255)
    return 0


def _numbers(verb: str, values: list[str], count: int) -> list[float]:
    try:
        numbers = [float(value) for value in values]
    except ValueError as error:
        raise UsageError(f"Error: Invalid arguments for command: {verb}: {error}") from error
    if len(numbers) < count:
        raise UsageError(f"Error: Invalid arguments for command: {verb}")
    return numbers


def _swipe(call: Call, numbers: list[float]) -> None:
    """A swipe that stays where it is is a long press, as clients use it."""
    start, end = (numbers[0], numbers[1]), (numbers[2], numbers[3])
    if start == end:
        call.phone.tap(*start, held_s=numbers[4] / 1000 if len(numbers) > 4 else 0.3)
    else:
        call.phone.swipe(start, end)


def _motion_event(call: Call, values: list[str]) -> None:
    """`DOWN`, `UP`, `MOVE` or `CANCEL`, and the point: a finger that is put down, moved and taken away."""
    action = (values or [""])[0].upper()
    if action not in _MOTIONS:
        raise UsageError("Error: Invalid arguments for command: motionevent")
    x, y = _numbers("motionevent", values[1:], 2)
    if action == "CANCEL":
        call.phone.finger_down = None
    else:
        rpc_touch.inject_input_event(call.phone, _MOTIONS[action], x, y)


def _text(call: Call, values: list[str]) -> None:
    text = " ".join(values).replace("%s", " ")
    if not text.isascii():
        raise UsageError("java.lang.NullPointerException: Attempt to get length of null array")
    call.phone.type_text(text)


def _keys(call: Call, values: list[str]) -> int:
    for value in values:
        if not keys.press(call.phone, int(value) if value.isdigit() else value):
            return call.fail(f"Error: Unknown keycode: {value}", 255)
    return 0


def _screencap(call: Call) -> int:
    """A picture on the standard output, or in the file that is named: a PNG with -p or for such a name."""
    words = list(call.arguments)
    if "-d" in words[:-1]:
        del words[words.index("-d") : words.index("-d") + 2]
    paths = [word for word in words if not word.startswith("-")]
    is_png = "-p" in words or (bool(paths) and paths[0].endswith(".png"))
    picture = screenshots.png(call.phone) if is_png else screenshots.raw(call.phone)
    if paths:
        call.phone.files.write(call.path(paths[0]), picture)
    else:
        call.out += picture
    return 0


def _uiautomator(call: Call) -> int:
    """`uiautomator dump [--compressed] [PATH]`."""
    verb, *words = call.arguments or [""]
    if verb != "dump":
        return call.fail(f"uiautomator: unknown command {verb!r}; a virtual phone knows dump")
    paths = [word for word in words if not word.startswith("-")]
    path = paths[0] if paths else _DUMP_PATH
    if path == "/dev/tty":
        call.out += call.phone.dump().encode()
        return call.print("UI hierchary dumped to: /dev/tty")
    call.phone.files.write(call.path(path), call.phone.dump().encode())
    return call.print(f"UI hierchary dumped to: {path}")


async def _getevent(call: Call) -> int:
    """`-p` tells which devices there are; without it events would come, and nothing sends any."""
    touch = "/dev/input/event1"
    if not {"-p", "-lp", "-pl", "-i"} & set(call.arguments):
        call.print(f'add device 1: {touch}\n  name:     "virtual_touchscreen"')
        await call.deliver()
        await asyncio.Event().wait()
    right, bottom = call.phone.display.width - 1, call.phone.display.height - 1
    return call.print(
        f'add device 1: {touch}\n  name:     "virtual_touchscreen"\n  events:\n'
        "    KEY (0001): 014a\n"
        "    ABS (0003): 002f  : value 0, min 0, max 9, fuzz 0, flat 0, resolution 0\n"
        f"                0035  : value 0, min 0, max {right}, fuzz 0, flat 0, resolution 0\n"
        f"                0036  : value 0, min 0, max {bottom}, fuzz 0, flat 0, resolution 0\n"
        "                0039  : value 0, min 0, max 65535, fuzz 0, flat 0, resolution 0\n"
        "  input props:\n    INPUT_PROP_DIRECT"
    )


COMMANDS: dict[str, Command] = {
    "getevent": _getevent,
    "input": run_input,
    "screencap": _screencap,
    "uiautomator": _uiautomator,
}
