"""true, false, sleep, test, id, date and the like."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from runner.virtual import values
from runner.virtual.commands.call import Call, Command
from runner.virtual.conditions import ConditionError, test


def _true(call: Call) -> int:
    return 0


def _false(call: Call) -> int:
    return 1


async def _sleep(call: Call) -> int:
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    seconds = 0.0
    for word in call.arguments:
        try:
            seconds += float(word.rstrip("smhd")) * units.get(word[-1:], 1)
        except ValueError:
            return call.fail(f"sleep: Not number '{word}'")
    if not call.arguments:
        return call.fail('sleep: Needs 1 argument (see "sleep --help")')
    await call.deliver()
    await asyncio.sleep(min(max(seconds, 0), 1 << 30))
    return 0


def _test(call: Call) -> int:
    words = call.arguments
    if call.name == "[":
        if words[-1:] != ["]"]:
            return call.fail("/system/bin/sh: [: missing ]", 2)
        words = words[:-1]
    try:
        return 0 if test(words, call.phone.files, call.path) else 1
    except ConditionError as error:
        return call.fail(f"/system/bin/sh: {call.name}: {error}", 2)


_GROUPS = {
    2000: "shell", 1004: "input", 1007: "log", 1011: "adb", 1015: "sdcard_rw", 1028: "sdcard_r",
    1078: "ext_data_rw", 1079: "ext_obb_rw", 3001: "net_bt_admin", 3002: "net_bt", 3003: "inet",
    3006: "net_bw_stats", 3009: "readproc", 3011: "uhid", 3012: "readtracefs",
}  # fmt: skip


def _id(call: Call) -> int:
    options, _ = call.take_options("unGgrZ")
    named = "n" in options
    if "Z" in options:
        return call.print("u:r:shell:s0")
    if "G" in options:
        return call.print(" ".join(_GROUPS.values() if named else map(str, _GROUPS)))
    if {"u", "g"} & set(options):
        return call.print("shell" if named else "2000")
    groups = ",".join(f"{number}({name})" for number, name in _GROUPS.items())
    return call.print(f"uid=2000(shell) gid=2000(shell) groups={groups} context=u:r:shell:s0")


def _whoami(call: Call) -> int:
    return call.print("shell")


def _groups(call: Call) -> int:
    return call.print(" ".join(_GROUPS.values()))


def _date(call: Call) -> int:
    now: datetime = call.phone.now()
    pattern = next((word[1:] for word in call.arguments if word.startswith("+")), "%a %b %e %H:%M:%S %Z %Y")
    return call.print(now.strftime(pattern.replace("%s", str(int(now.timestamp())))))


_SYSTEM = {
    "s": "Linux",
    "n": "localhost",
    "r": values.KERNEL,
    "v": f"#1 SMP PREEMPT {values.BUILT}",
    "m": "aarch64",
    "o": "Toybox",
}


def _uname(call: Call) -> int:
    options, _ = call.take_options("asnrvmop")
    wanted = _SYSTEM if "a" in options else [letter for letter in _SYSTEM if letter in options] or ["s"]
    return call.print(" ".join(_SYSTEM[letter] for letter in wanted))


def _uptime(call: Call) -> int:
    minutes = int(time.monotonic() - call.phone.started_s) // 60
    return call.print(
        f" {call.phone.now():%H:%M:%S} up {minutes} min,  0 users,  load average: 0.10, 0.10, 0.10"
    )


TOYS: dict[str, Callable[[Call], int]] = {
    "true": _true,
    "false": _false,
    "test": _test,
    "[": _test,
    "groups": _groups,
    "id": _id,
    "hostname": lambda call: call.print("localhost"),
    "nproc": lambda call: call.print("8"),
    "sync": _true,
    "whoami": _whoami,
    "date": _date,
    "uname": _uname,
    "uptime": _uptime,
}
COMMANDS: dict[str, Command] = {"sleep": _sleep}
