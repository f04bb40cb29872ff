"""settings and svc: the switches of the phone. They last until it is switched off."""

from collections.abc import Callable

from runner.virtual.commands.call import Call, Command
from runner.virtual.phone import Phone

_NAMESPACES = ("system", "secure", "global")
_VERBS = ("get", "put", "delete", "reset", "list")


def run(call: Call) -> int:
    """`settings [--user N] VERB NAMESPACE ...`."""
    words = list(call.arguments)
    while "--user" in words:
        place = words.index("--user")
        del words[place : place + 2]
    if not words or words[0] not in _VERBS:
        return call.fail(f"Invalid command: {words[0]}" if words else "No command specified", 255)
    verb, namespace, *rest = [*words, ""] if len(words) == 1 else words
    if namespace.lower() not in _NAMESPACES:
        return call.fail(f"Invalid namespace '{namespace}'" if namespace else "Bad arguments", 255)
    return _change(call, verb, namespace.lower(), rest)


def _change(call: Call, verb: str, namespace: str, words: list[str]) -> int:
    phone, known = call.phone, call.phone.settings
    if verb == "list":
        for (space, name), value in sorted(known.items()):
            if space == namespace:
                call.print(f"{name}={value}")
        return 0
    if verb == "reset":
        return 0
    if len(words) < (2 if verb == "put" else 1):
        return call.fail("Bad arguments", 255)
    if verb == "get":
        return call.print(known.get((namespace, words[0]), "null"))
    if verb == "put":
        known[namespace, words[0]] = words[1]
        phone.changed()
        return 0
    deleted = known.pop((namespace, words[0]), None) is not None
    phone.changed()
    return call.print(f"Deleted {int(deleted)} rows")


def switch(phone: Phone, name: str, *, on: bool) -> None:
    """Set one of the settings of all users that are 0 or 1, such as `wifi_on`."""
    phone.settings["global", name] = str(int(on))
    phone.changed()


_SWITCHES = {"bluetooth": "bluetooth_on", "data": "mobile_data", "nfc": "nfc_on", "wifi": "wifi_on"}
_STAY_ON = {"true": "7", "false": "0", "ac": "1", "usb": "2", "wireless": "4"}


def _svc(call: Call) -> int:
    """`svc wifi enable`, `svc power stayon usb` and the like."""
    what, words = [*call.arguments, ""][0], [*call.arguments[1:], "", ""]
    if what == "power":
        return _power(call, words)
    if what == "usb":
        return 0
    if what not in _SWITCHES:
        known = "\n".join(
            f"     {name}" for name in ("bluetooth", "data", "help", "nfc", "power", "usb", "wifi")
        )
        return call.fail(f"Available commands:\n{known}", 1)
    if words[0] not in ("enable", "disable"):
        return call.fail(f"Control the {what} manager\n\nusage: svc {what} [enable|disable]", 1)
    switch(call.phone, _SWITCHES[what], on=words[0] == "enable")
    return 0


def _power(call: Call, words: list[str]) -> int:
    actions: dict[str, Callable[[], None]] = {
        "reboot": call.phone.reboot,
        "shutdown": call.phone.link.unplug,
    }
    if words[0] in actions:
        actions[words[0]]()
        return 0
    if words[0] == "stayon" and words[1] in _STAY_ON:
        call.phone.settings["global", "stay_on_while_plugged_in"] = _STAY_ON[words[1]]
        return 0
    return call.fail(
        "Control the power manager\n\nusage: svc power stayon [true|false|usb|ac|wireless|dock]", 1
    )


COMMANDS: dict[str, Command] = {"settings": run, "svc": _svc}
