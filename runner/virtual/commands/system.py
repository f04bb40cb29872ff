"""getprop, settings, ime, wm, svc and logcat."""

import asyncio

from runner.virtual.commands.call import Call, Command
from runner.virtual.packages import LATIN_KEYBOARD
from runner.virtual.phone import Phone

_NAMESPACES = ("system", "secure", "global")
_KEYBOARD = ("secure", "default_input_method")


def properties(phone: Phone) -> dict[str, str]:
    """The system properties, set ones included."""
    return {
        "ro.build.version.release": "14",
        "ro.build.version.sdk": "34",
        "ro.product.brand": "virtual",
        "ro.product.cpu.abi": "arm64-v8a",
        "ro.product.device": phone.product,
        "ro.product.manufacturer": "virtual",
        "ro.product.model": phone.model,
        "ro.product.name": phone.product,
        "ro.serialno": phone.serial,
        "ro.sf.lcd_density": str(phone.density),
        "persist.sys.locale": "en-US",
        "persist.sys.timezone": "UTC",
        "sys.boot_completed": "1",
        **phone.properties,
    }


def _getprop(call: Call) -> int:
    known = properties(call.phone)
    if call.arguments:
        default = call.arguments[1] if len(call.arguments) > 1 else ""
        return call.print(known.get(call.arguments[0], default))
    for name, value in sorted(known.items()):
        call.print(f"[{name}]: [{value}]")
    return 0


def _setprop(call: Call) -> int:
    if len(call.arguments) != 2:
        return call.fail("setprop: Need 2 arguments")
    name, value = call.arguments
    if name.startswith("ro."):
        return call.fail(f"setprop: failed to set property '{name}' to '{value}'")
    call.phone.properties[name] = value
    return 0


def _settings(call: Call) -> int:
    verb, namespace, *rest = [*call.arguments, "", ""][: max(2, len(call.arguments))]
    if namespace not in _NAMESPACES or verb not in ("get", "put", "delete", "list"):
        return call.fail("Invalid command: use get, put, delete or list with system, secure or global", 255)
    known = call.phone.settings
    if verb == "list":
        for (space, name), value in sorted(known.items()):
            if space == namespace:
                call.print(f"{name}={value}")
        return 0
    if len(rest) < (2 if verb == "put" else 1):
        return call.fail("Bad arguments", 255)
    if verb == "get":
        return call.print(known.get((namespace, rest[0]), "null"))
    if verb == "put":
        known[namespace, rest[0]] = rest[1]
        call.phone.changed()
        return 0
    deleted = known.pop((namespace, rest[0]), None) is not None
    call.phone.changed()
    return call.print(f"Deleted {int(deleted)} rows")


def _ime(call: Call) -> int:
    verb, keyboard = [*call.arguments, "", ""][0], (call.arguments or [""])[-1]
    if verb == "list":
        for name in call.phone.packages.keyboards:
            call.print(name if "-s" in call.arguments else f"{name}:\n  mId={name}")
        return 0
    if verb == "reset":
        call.phone.settings[_KEYBOARD] = LATIN_KEYBOARD
        return call.print("Reset current and enabled IMEs for user #0")
    if verb not in ("enable", "disable", "set"):
        return call.fail(f"Unknown command: {verb}", 255)
    if keyboard not in call.phone.packages.keyboards:
        return call.fail(f"Error: Unknown input method {keyboard} cannot be {verb}d for user #0", 255)
    if verb == "set":
        call.phone.settings[_KEYBOARD] = keyboard
        return call.print(f"Input method {keyboard} selected for user #0")
    if verb == "disable" and call.phone.settings[_KEYBOARD] == keyboard:
        call.phone.settings[_KEYBOARD] = LATIN_KEYBOARD
    return call.print(f"Input method {keyboard}: now {verb}d for user #0")


def _svc(call: Call) -> int:
    """Power, wifi, data: accepted; a virtual phone has none of them to switch."""
    if call.arguments[:1] not in (["power"], ["wifi"], ["data"], ["bluetooth"], ["nfc"], ["usb"]):
        return call.fail("Available commands: power, wifi, data, bluetooth, nfc, usb", 1)
    return 0


async def _logcat(call: Call) -> int:
    """-d prints what there is, -c forgets it; otherwise lines come until the stream ends."""
    if "-c" in call.arguments:
        call.phone.log.clear()
        return 0
    call.print("--------- beginning of main")
    for line in list(call.phone.log):
        call.print(line)
    if "-d" in call.arguments:
        return 0
    await call.deliver()
    return await _follow(call)


async def _follow(call: Call) -> int:
    shown = call.phone.log[-1] if call.phone.log else None
    while True:
        await asyncio.sleep(0.5)
        lines = list(call.phone.log)
        for line in lines[lines.index(shown) + 1 if shown in lines else 0 :]:
            call.print(line)
            shown = line
        await call.deliver()


COMMANDS: dict[str, Command] = {
    "getprop": _getprop,
    "setprop": _setprop,
    "settings": _settings,
    "ime": _ime,
    "svc": _svc,
    "logcat": _logcat,
}
