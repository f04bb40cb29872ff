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

_MAIN = "android.intent.action.MAIN"
_HOME = "android.intent.category.HOME"
_NEW_TASK = "0x10000000"
_RESULT_OK, _RESULT_CANCELED = -1, 0


def _am(call: Call) -> int:
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
    if verb == "get-current-user":
        return call.print("0")
    return call.fail(f"Unknown command: {verb}", 255)


def _start(call: Call, wish: Wish) -> int:
    """Like the real `am start`, it ends with 0 and prints its errors; with -W to the standard output."""
    call.print(f"Starting: {wish}")
    complain = call.print if wish.wait else call.fail
    if wish.component:
        app = _app_of(call.phone, wish.component)
        if app is None:
            complain("Error type 3")
            complain(f"Error: Activity class {{{wish.component}}} does not exist.")
            return 0
    else:
        app = _resolve(call.phone, wish)
        if app is None:
            wish.flags = wish.flags or _NEW_TASK
            complain(f"Error: Activity not started, unable to resolve {wish}")
            return 0
    if wish.stop_first:
        call.phone.stop_app(app.package)
    _show(call.phone, app, wish)
    if wish.wait:
        call.print("Status: ok\nLaunchState: WARM")
        call.print(f"Activity: {intents.shortened_component('/'.join(call.phone.component))}")
        call.print("TotalTime: 0\nWaitTime: 1\nComplete")
    return 0


def _app_of(phone: Phone, component: str) -> App | None:
    package, _, name = component.partition("/")
    app = phone.packages.app(package)
    return app if app is not None and name in app.activities else None


def _resolve(phone: Phone, wish: Wish) -> App | None:
    """The app that an intent without a component reaches."""
    if wish.action == _MAIN:
        return phone.packages.app(phone.packages.home if _HOME in wish.categories else wish.package)
    candidates = [app for app in phone.packages.apps if wish.package in ("", app.package)]
    return next((app for app in candidates if app.accepts(wish.intent)), None)


def _show(phone: Phone, app: App, wish: Wish) -> None:
    phone.write_log("ActivityTaskManager", f"START u0 {wish} from uid 2000")
    if app.package == phone.packages.home:
        phone.go_home()
    elif app.accepts(wish.intent):
        phone.open_intent(app, wish.intent)
    else:
        phone.start_app(app.package)


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
    if phone.settings["secure", "default_input_method"] != ADB_KEYBOARD:
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
    if call.phone.packages.app(package) is None:
        call.print("** No activities found to run, monkey aborted.")
        return 252
    call.phone.start_app(package)
    return call.print(
        "Events injected: 1\n## Network stats: elapsed time=12ms (0ms mobile, 0ms wifi, 12ms not connected)"
    )


COMMANDS: dict[str, Command] = {"am": _am, "monkey": _monkey}
