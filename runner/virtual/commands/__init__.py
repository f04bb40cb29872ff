"""The commands of the phone's shell, one module a family."""

from collections.abc import Awaitable

from runner.virtual.commands import (
    apps,
    archives,
    automation,
    awk,
    basics,
    cmd,
    device,
    dumps,
    finding,
    load,
    logcat,
    measures,
    media,
    network,
    packages,
    printing,
    processes,
    recording,
    running,
    screen,
    searching,
    sed,
    settings,
    storage,
    system,
    text,
    wm,
)
from runner.virtual.commands.call import Call, Command


def _toybox(call: Call) -> "int | Awaitable[int]":
    """`toybox NAME ARGUMENTS...` runs one of the small tools."""
    if not call.arguments:
        return call.print(" ".join(sorted(_TOYS)))
    call.name, *call.arguments = call.arguments
    if call.name not in _TOYS:
        return call.fail(f"toybox: Unknown command {call.name}", 127)
    return _TOYS[call.name](call)


def _which(call: Call) -> int:
    _, names = call.take_options("a")
    found = [name for name in names if name in COMMANDS or name == "sh"]
    for name in found:
        call.print(f"/system/bin/{name}")
    return int(len(found) < len(names) or not names)


_FAMILIES = (
    archives,
    awk,
    basics,
    finding,
    load,
    measures,
    network,
    printing,
    processes,
    running,
    searching,
    sed,
    storage,
    text,
)
_TOYS: dict[str, Command] = {name: command for family in _FAMILIES for name, command in family.TOYS.items()}

COMMANDS: dict[str, Command] = {
    **_TOYS,
    "toybox": _toybox,
    "which": _which,
    **basics.COMMANDS,
    **system.COMMANDS,
    **dumps.COMMANDS,
    **apps.COMMANDS,
    **packages.COMMANDS,
    **cmd.COMMANDS,
    **wm.COMMANDS,
    **recording.COMMANDS,
    **device.COMMANDS,
    **logcat.COMMANDS,
    **settings.COMMANDS,
    **screen.COMMANDS,
    **media.COMMANDS,
    **automation.COMMANDS,
}
