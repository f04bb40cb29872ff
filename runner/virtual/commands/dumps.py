"""dumpsys: the parts of it that adb clients read."""

from collections.abc import Callable

from runner.virtual.commands import package_dumps, window_dumps
from runner.virtual.commands.call import Call, Command
from runner.virtual.phone import Phone


def _power(phone: Phone, words: list[str]) -> str:
    on = str(phone.screen_on).lower()
    state = "Awake" if phone.screen_on else "Asleep"
    return f"POWER MANAGER (dumpsys power)\n  mWakefulness={state}\n  mHoldingDisplaySuspendBlocker={on}"


def _battery(phone: Phone, words: list[str]) -> str:
    charging, status = str(phone.is_charging).lower(), 2 if phone.is_charging else 3
    return (
        "Current Battery Service state:\n"
        f"  AC powered: false\n  USB powered: {charging}\n  Wireless powered: false\n"
        "  Max charging current: 500000\n  Max charging voltage: 5000000\n  Charge counter: 3480000\n"
        f"  status: {status}\n  health: 2\n  present: true\n  level: {phone.battery}\n  scale: 100\n"
        "  voltage: 4100\n  temperature: 281\n  technology: Li-ion"
    )


def _input_method(phone: Phone, words: list[str]) -> str:
    keyboard = phone.keyboard
    return f"  mCurMethodId={keyboard}\n  mInputShown={str(phone.keyboard_shown).lower()}"


_SERVICES: dict[str, Callable[[Phone, list[str]], str]] = {
    "SurfaceFlinger": window_dumps.surface_flinger,
    "activity": window_dumps.activity,
    "battery": _battery,
    "display": window_dumps.display,
    "input": window_dumps.inputs,
    "input_method": _input_method,
    "package": package_dumps.dump,
    "power": _power,
    "window": window_dumps.window,
}


def _dumpsys(call: Call) -> int:
    words = call.arguments
    if not words or words[0] == "-l":
        return call.print(
            "Currently running services:\n" + "\n".join(f"  {name}" for name in sorted(_SERVICES))
        )
    if words[0] not in _SERVICES:
        return call.fail(f"Can't find service: {words[0]}", 0)
    return call.print(_SERVICES[words[0]](call.phone, words[1:]))


COMMANDS: dict[str, Command] = {"dumpsys": _dumpsys}
