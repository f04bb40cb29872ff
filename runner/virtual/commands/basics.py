"""echo, true, false, sleep, test, id, date and the like."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from runner.virtual.commands.call import Call, Command


def _echo(call: Call) -> int:
    words = call.arguments
    newline = words[:1] != ["-n"]
    call.out += " ".join(words if newline else words[1:]).encode() + (b"\n" if newline else b"")
    return 0


def _true(call: Call) -> int:
    return 0


def _false(call: Call) -> int:
    return 1


async def _sleep(call: Call) -> int:
    try:
        seconds = float(call.arguments[0])
    except (IndexError, ValueError):
        return call.fail("sleep: needs a number of seconds")
    await asyncio.sleep(seconds)
    return 0


def _test(call: Call) -> int:
    words = call.arguments[:-1] if call.name == "[" else call.arguments
    negated = words[:1] == ["!"]
    result = _condition(call, words[1:] if negated else words)
    if result is None:
        return call.fail(f"/system/bin/sh: {call.name}: unsupported expression {' '.join(words)}", 2)
    return 0 if result != negated else 1


def _condition(call: Call, words: list[str]) -> bool | None:
    """What `test` finds; None if the expression is not known."""
    if len(words) < 2:
        return bool(words and words[0])
    if len(words) == 3 and words[1] in ("=", "==", "!="):
        return (words[0] == words[2]) == (words[1] != "!=")
    if words[0] in ("-z", "-n"):
        return (words[1] == "") == (words[0] == "-z")
    entry = call.phone.files.find(call.path(words[1]))
    found = {
        "-e": entry is not None,
        "-f": entry is not None and not entry.is_folder,
        "-d": entry is not None and entry.is_folder,
        "-s": entry is not None and entry.size > 0,
    }
    return found.get(words[0])


def _id(call: Call) -> int:
    if call.arguments == ["-u"]:
        return call.print("2000")
    return call.print("uid=2000(shell) gid=2000(shell) groups=2000(shell),1015(sdcard_rw),3003(inet)")


def _whoami(call: Call) -> int:
    return call.print("shell")


def _date(call: Call) -> int:
    now: datetime = call.phone.now()
    pattern = next((word[1:] for word in call.arguments if word.startswith("+")), "%a %b %e %H:%M:%S %Z %Y")
    return call.print(now.strftime(pattern.replace("%s", str(int(now.timestamp())))))


def _uname(call: Call) -> int:
    return call.print(
        "Linux localhost 5.15.123-android14 aarch64 Toybox" if "-a" in call.arguments else "Linux"
    )


def _uptime(call: Call) -> int:
    minutes = int(time.monotonic() - call.phone.started_s) // 60
    return call.print(
        f" {call.phone.now():%H:%M:%S} up {minutes} min,  0 users,  load average: 0.10, 0.10, 0.10"
    )


TOYS: dict[str, Callable[[Call], int]] = {
    "echo": _echo,
    "true": _true,
    "false": _false,
    "test": _test,
    "[": _test,
    "id": _id,
    "whoami": _whoami,
    "date": _date,
    "uname": _uname,
    "uptime": _uptime,
}
COMMANDS: dict[str, Command] = {"sleep": _sleep}
