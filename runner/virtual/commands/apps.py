"""am and monkey: start apps, stop them, send broadcasts."""

import base64
import binascii
from urllib.parse import unquote, urlsplit

from runner.virtual.apps.app import App
from runner.virtual.commands import intents
from runner.virtual.commands.call import Call, Command, UsageError
from runner.virtual.commands.intents import Wish
from runner.virtual.packages import ADB_KEYBOARD
from runner.virtual.phone import Phone

_NEW_TASK = "0x10000000"
_SERVICE_VERBS = ("start-foreground-service", "start-service", "startservice", "stop-service", "stopservice")
_ANSWERS = {
    "get-current-user": "0",
    "get-standby-bucket": "10",
    "idle-maintenance": "",
    "kill-all": "",
    "set-debug-app": "",
    "set-inactive": "",
    "set-standby-bucket": "",
    "switch-user": "",
    "clear-debug-app": "",
}
_RESULT_OK, _RESULT_CANCELED = -1, 0


def am(call: Call) -> int:
    """`am VERB ...`, which is `cmd activity VERB ...`."""
    verb, *words = call.arguments or [""]
    if verb in ("start", "start-activity"):
        return _start(call, intents.parse(words))
    if verb == "broadcast":
        return _broadcast(call, intents.parse(words))
    if verb in ("force-stop", "kill"):
        for package in words:
            if not package.startswith("-"):
                call.phone.stop_app(package)
        return 0
    if verb in _SERVICE_VERBS:
        return _start_no_service(call, verb, intents.parse(words))
    if verb == "instrument":
        return _instrument(call, words)
    if verb in _ANSWERS:
        return call.print(_ANSWERS[verb]) if _ANSWERS[verb] else 0
    call.print(f"Unknown command: {verb}")
    return 255


def _start(call: Call, wish: Wish) -> int:
    """Like the real `am start`, it ends with 0 and prints its errors; with -W to the standard output."""
    call.print(f"Starting: {wish}")
    complain = call.print if wish.wait else call.fail
    found = intents.resolve(call.phone, wish)
    app = call.phone.packages.app(found[0].package) if found else None
    if app is None and wish.component:
        complain("Error type 3")
        complain(f"Error: Activity class {{{wish.component}}} does not exist.")
        return 0
    if app is None:
        wish.flags = wish.flags or _NEW_TASK
        complain(f"Error: Activity not started, unable to resolve {wish}")
        return 0
    if wish.stop_first:
        call.phone.stop_app(app.package)
    was_running = call.phone.processes.find(app.package) is not None
    _show(call.phone, app, wish)
    if wish.wait:
        call.print(f"Status: ok\nLaunchState: {'WARM' if was_running else 'COLD'}")
        call.print(f"Activity: {intents.shortened_component('/'.join(call.phone.component))}")
        call.print("TotalTime: 0\nWaitTime: 1\nComplete")
    return 0


def _show(phone: Phone, app: App, wish: Wish) -> None:
    phone.write_log("ActivityTaskManager", f"START u0 {wish} from uid 2000", buffer="system")
    if app.package == phone.packages.home:
        phone.go_home()
    elif app.accepts(wish.intent):
        phone.open_intent(app, wish.intent)
    else:
        phone.start_app(app.package)
    shown = intents.shortened_component("/".join(phone.component))
    phone.write_log("ActivityTaskManager", f"Displayed {shown} for user 0: +1ms", buffer="system")


def _start_no_service(call: Call, verb: str, wish: Wish) -> int:
    """Apps on a virtual phone have no services."""
    if verb in ("stop-service", "stopservice"):
        call.print(f"Stopping service: {wish}")
        return call.fail("Service not stopped: was not running.", 255)
    call.print(f"Starting service: {wish}")
    return call.fail("Error: Not found; no service started.", 255)


def _instrument(call: Call, words: list[str]) -> int:
    """No app here brings tests."""
    component = words[-1] if words else ""
    named = component.replace("/.", f"/{component.partition('/')[0]}.")
    call.print("INSTRUMENTATION_STATUS: id=ActivityManagerService")
    call.print(
        "INSTRUMENTATION_STATUS: Error=Unable to find instrumentation info for: "
        f"ComponentInfo{{{named}}}\nINSTRUMENTATION_STATUS_CODE: -1"
    )
    return call.fail(f"android.util.AndroidException: INSTRUMENTATION_FAILED: {component}", 1)


def _broadcast(call: Call, wish: Wish) -> int:
    if not wish.flags:
        wish.flags = "0x400000"
    call.print(f"Broadcasting: {wish}")
    result = _RESULT_CANCELED
    if wish.action == "android.intent.action.MEDIA_SCANNER_SCAN_FILE":
        call.phone.media.scan(unquote(urlsplit(wish.data).path))
        call.phone.changed()
    elif wish.action.startswith("ADB_KEYBOARD_"):
        result = _type(call.phone, wish)
    return call.print(f"Broadcast completed: result={result}")


def _type(phone: Phone, wish: Wish) -> int:
    """What uiautomator2's keyboard does when it is the chosen one."""
    if phone.keyboard != ADB_KEYBOARD:
        return _RESULT_CANCELED
    if wish.action == "ADB_KEYBOARD_INPUT_TEXT":
        try:
            phone.type_text(base64.b64decode(wish.extras.get("text", ""), validate=True).decode())
        except (binascii.Error, UnicodeDecodeError):
            return _RESULT_CANCELED
    elif wish.action == "ADB_KEYBOARD_CLEAR_TEXT" and phone.focused is not None:
        phone.set_text(phone.focused, "")
    elif wish.action in ("ADB_KEYBOARD_EDITOR_CODE", "ADB_KEYBOARD_SMART_ENTER"):
        phone.type_text("\n")
    return _RESULT_OK


def _monkey(call: Call) -> int:
    """Only `monkey -p PACKAGE [-c CATEGORY] COUNT`, which clients use to start an app."""
    words = call.arguments
    if "-p" not in words[:-1]:
        raise UsageError("monkey: a virtual phone needs -p PACKAGE")
    for word in words:
        call.fail(f"  bash arg: {word}")
    package = words[words.index("-p") + 1]
    if intents.launcher(call.phone, package) is None:
        call.print("** No activities found to run, monkey aborted.")
        return 252
    call.phone.start_app(package)
    return call.print(
        "Events injected: 1\n## Network stats: elapsed time=12ms (0ms mobile, 0ms wifi, 12ms not connected)"
    )


COMMANDS: dict[str, Command] = {"am": am, "monkey": _monkey}
