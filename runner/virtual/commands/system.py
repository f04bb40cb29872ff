"""getprop, setprop and ime."""

from runner.virtual import values
from runner.virtual.commands.call import Call, Command
from runner.virtual.packages import LATIN_KEYBOARD
from runner.virtual.phone import Phone

_KEYBOARD = ("secure", "default_input_method")


def properties(phone: Phone) -> dict[str, str]:
    """The system properties, set ones included."""
    built = values.properties(
        serial=phone.serial, model=phone.model, product=phone.product, density=phone.display.density
    )
    return built | phone.properties


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


def ime(call: Call) -> int:
    """`ime VERB ...`, which is `cmd input_method VERB ...`."""
    verb, keyboard = [*call.arguments, "", ""][0], (call.arguments or [""])[-1]
    if verb == "list":
        for name in call.phone.packages.keyboards:
            call.print(name if "-s" in call.arguments else f"{name}:\n  mId={name}")
        return 0
    if verb == "reset":
        call.phone.settings[_KEYBOARD] = LATIN_KEYBOARD
        return call.print("Reset current and enabled IMEs for user #0")
    if verb not in ("enable", "disable", "set"):
        call.print(f"Unknown command: {verb}")
        return 255
    if keyboard not in call.phone.packages.keyboards:
        return call.fail(f"Error: Unknown input method {keyboard} cannot be {verb}d for user #0", 255)
    if verb == "set":
        call.phone.settings[_KEYBOARD] = keyboard
        return call.print(f"Input method {keyboard} selected for user #0")
    if verb == "disable" and call.phone.settings[_KEYBOARD] == keyboard:
        call.phone.settings[_KEYBOARD] = LATIN_KEYBOARD
    return call.print(f"Input method {keyboard}: now {verb}d for user #0")


COMMANDS: dict[str, Command] = {
    "getprop": _getprop,
    "setprop": _setprop,
    "ime": ime,
}
