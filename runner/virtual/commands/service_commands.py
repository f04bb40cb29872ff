"""What `cmd SERVICE ...` does for the services that have no command of their own."""

from collections.abc import Callable

from runner.virtual.commands import state_dumps
from runner.virtual.commands.call import Call
from runner.virtual.commands.settings import switch
from runner.virtual.phone import Phone
from runner.virtual.system_state import Notification

ServiceCommand = Callable[[Call], int]
_MODES = ("allow", "ignore", "deny", "default", "foreground")
_NIGHT = {"yes": "2", "no": "1", "auto": "0"}


def unknown(call: Call) -> int:
    """What a service says to a word that it does not know."""
    call.print(f"Unknown command: {call.arguments[0]}" if call.arguments else "No command given")
    return 255


def _dumped(dump: Callable[[Phone, list[str]], str]) -> ServiceCommand:
    """A service whose commands are those that its dump takes as well."""

    def run(call: Call) -> int:
        text = dump(call.phone, call.arguments)
        return call.print(text) if text else 0

    return run


def _locale(call: Call) -> int:
    """`cmd locale get-app-locales PACKAGE`: the languages that a person has chosen for an app."""
    words = call.arguments
    if words[:1] != ["get-app-locales"] or len(words) < 2:
        return call.fail("Locale manager (locale) shell commands: get-app-locales PACKAGE", 255)
    app = call.phone.packages.app(words[1])
    return call.print(f"Locales for {words[1]} for user 0 are [{app.locale if app else ''}]")


def _connectivity(call: Call) -> int:
    """`airplane-mode [enable|disable]`."""
    verb, wish = [*call.arguments, "", ""][:2]
    if verb != "airplane-mode":
        return unknown(call)
    if wish in ("enable", "disable"):
        switch(call.phone, "airplane_mode_on", on=wish == "enable")
        return 0
    is_on = state_dumps.setting(call.phone, "airplane_mode_on") == "1"
    return call.print("enabled" if is_on else "disabled")


def _wifi(call: Call) -> int:
    verb, wish = [*call.arguments, "", ""][:2]
    if verb == "set-wifi-enabled" and wish in ("enabled", "disabled"):
        switch(call.phone, "wifi_on", on=wish == "enabled")
        return 0
    if verb == "status":
        return _wifi_status(call)
    if verb == "list-networks":
        return call.print(
            "Network Id      SSID                         Security type\n0            VirtualWifi            wpa2-psk^"
        )
    if verb in ("start-scan", "list-scan-results", "connect-network", "forget-network"):
        return 0
    return unknown(call)


def _wifi_status(call: Call) -> int:
    if not state_dumps.is_wifi_on(call.phone):
        return call.print("Wifi is disabled\nWifi scanning is only available when wifi is enabled")
    call.print("Wifi is enabled\nWifi scanning is only available when wifi is enabled")
    call.print("==== Primary ClientModeManager instance ====")
    return call.print(f'Wifi is connected to "VirtualWifi"\nWifiInfo: {state_dumps.wifi_info(call.phone)}')


def _location(call: Call) -> int:
    words = call.arguments
    verb, wish = [*words, "", ""][:2]
    if verb == "is-location-enabled":
        return call.print(str(call.phone.settings.get(("secure", "location_mode"), "3") != "0").lower())
    if verb == "set-location-enabled" and wish in ("true", "false"):
        call.phone.settings["secure", "location_mode"] = "3" if wish == "true" else "0"
        return 0
    if verb == "providers":
        if "--location" in words[:-1]:
            call.phone.system.location = words[words.index("--location") + 1]
        elif wish == "remove-test-provider":
            call.phone.system.location = ""
        return 0
    return unknown(call)


def _notification(call: Call) -> int:
    """`post [-t TITLE] TAG TEXT`, `list`, and switches that change nothing."""
    verb, *words = call.arguments or [""]
    if verb == "list":
        for posted in call.phone.system.notifications:
            call.print(f"0|com.android.shell|2020|{posted.tag}|2000")
        return 0
    if verb == "post":
        return _post(call, words)
    if verb in (
        "allow_listener",
        "disallow_listener",
        "set_dnd",
        "allow_dnd",
        "disallow_dnd",
        "snooze",
        "unsnooze",
    ):
        return 0
    return unknown(call)


def _post(call: Call, words: list[str]) -> int:
    title, rest = "", []
    while words:
        word = words.pop(0)
        if word in ("-t", "--title") and words:
            title = words.pop(0)
        elif word.startswith("-") and words:
            words.pop(0)
        else:
            rest.append(word)
    if len(rest) < 2:
        return call.fail("usage: cmd notification post [flags] <tag> <text>", 255)
    posted = Notification(rest[0], title, " ".join(rest[1:]))
    others = [one for one in call.phone.system.notifications if one.tag != posted.tag]
    call.phone.system.notifications = [*others, posted]
    call.phone.changed()
    return call.print("posting:\n  Notification(channel=shell_cmd shortcut=null contentView=null)")


def _status_bar(call: Call) -> int:
    verb = (call.arguments or [""])[0]
    if verb == "get-status-icons":
        return call.print("clock\nbattery\nwifi")
    pulled = {"collapse": "", "expand-notifications": "notifications", "expand-settings": "quick_settings"}
    if verb in pulled:
        call.phone.pull_down(pulled[verb])
        return 0
    return 0 if verb == "send-disable-flag" else unknown(call)


def _ui_mode(call: Call) -> int:
    """`night [yes|no|auto]`."""
    verb, wish = [*call.arguments, "", ""][:2]
    if verb != "night":
        return unknown(call)
    if wish in _NIGHT:
        call.phone.settings["secure", "ui_night_mode"] = _NIGHT[wish]
    return call.print(f"Night mode: {state_dumps.night(call.phone)}")


def appops(call: Call) -> int:
    """`get PACKAGE [OPERATION]`, `set PACKAGE OPERATION MODE`, `reset`."""
    verb, *words = [word for word in call.arguments if word not in ("--uid", "--user")] or [""]
    known = call.phone.system.operations
    if verb == "reset":
        known.clear()
        return call.print("Reset all modes for: UserHandle{0}")
    if verb not in ("get", "set"):
        return unknown(call)
    if not words or not call.phone.packages.is_installed(words[0]):
        return call.fail(f"Error: No UID for {words[0] if words else ''} in user 0", 255)
    if verb == "set":
        if len(words) < 3 or words[2] not in _MODES:
            return call.fail(f"Error: Mode {words[2] if len(words) > 2 else ''} is not valid", 255)
        known[words[0], words[1]] = words[2]
        return 0
    shown = [
        (op, mode) for (name, op), mode in known.items() if name == words[0] and words[1:2] in ([], [op])
    ]
    for op, mode in shown:
        call.print(f"{op}: {mode}")
    return 0 if shown else call.print("No operations.")


def _switched(name: str, *, behind: str = "") -> ServiceCommand:
    """`enable` and `disable`, behind another word, set one of the settings."""

    def run(call: Call) -> int:
        words = call.arguments[1:] if behind and call.arguments[:1] == [behind] else call.arguments
        if words[:1] in (["enable"], ["disable"]) and (not behind or call.arguments[0] == behind):
            switch(call.phone, name, on=words[0] == "enable")
            return 0
        return unknown(call)

    return run


def lock_settings(call: Call) -> int:
    """No phone is locked: whatever is verified is right."""
    verb = (call.arguments or ["help"])[0]
    said = {
        "clear": "Lock credential cleared",
        "get-disabled": "false",
        "help": "lockSettings service commands:",
        "verify": "Lock credential verified successfully",
    }
    return call.print(said[verb]) if verb in said else unknown(call)


def _role(call: Call) -> int:
    holders = {"BROWSER": "com.android.chrome", "HOME": call.phone.packages.home}
    words = call.arguments
    if words[:1] == ["get-role-holders"] and words[1:]:
        holder = holders.get(words[-1].rpartition(".")[2], "")
        return call.print(holder) if holder else 0
    return 0 if words[:1] in (["add-role-holder"], ["remove-role-holder"]) else unknown(call)


def _device_config(call: Call) -> int:
    return call.print("null") if call.arguments[:1] == ["get"] else 0


def _accepted(call: Call) -> int:
    """It changes nothing here."""
    return 0


COMMANDS: dict[str, ServiceCommand] = {
    "appops": appops,
    "audio": _accepted,
    "battery": _dumped(state_dumps.battery),
    "bluetooth_manager": _switched("bluetooth_on"),
    "connectivity": _connectivity,
    "device_config": _device_config,
    "deviceidle": _dumped(state_dumps.device_idle),
    "display": _accepted,
    "jobscheduler": _accepted,
    "locale": _locale,
    "location": _location,
    "lock_settings": lock_settings,
    "media_session": _accepted,
    "notification": _notification,
    "overlay": _accepted,
    "phone": _switched("mobile_data", behind="data"),
    "power": _accepted,
    "role": _role,
    "statusbar": _status_bar,
    "thermalservice": _accepted,
    "uimode": _ui_mode,
    "user": _accepted,
    "wifi": _wifi,
}
