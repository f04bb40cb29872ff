"""The commands of the phone's shell, one module a family."""

from runner.virtual.commands import (
    apps,
    automation,
    basics,
    cmd,
    device,
    dumps,
    logcat,
    media,
    packages,
    processes,
    recording,
    screen,
    settings,
    storage,
    system,
    text,
    wm,
)
from runner.virtual.commands.call import Call, Command


def _toybox(call: Call) -> "int":
    """`toybox NAME ARGUMENTS...` runs one of the small tools."""
    if not call.arguments:
        return call.print(" ".join(sorted(_TOYS)))
    call.name, *call.arguments = call.arguments
    if call.name not in _TOYS:
        return call.fail(f"toybox: Unknown command {call.name}", 127)
    return _TOYS[call.name](call)


_TOYS = basics.TOYS | text.TOYS | storage.TOYS | processes.TOYS

COMMANDS: dict[str, Command] = {
    **_TOYS,
    "toybox": _toybox,
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
