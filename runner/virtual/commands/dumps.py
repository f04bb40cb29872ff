"""dumpsys: the parts of it that adb clients read."""

from collections.abc import Callable

from runner.virtual.commands.call import Call, Command
from runner.virtual.phone import Phone

_DISPLAY = 4619827259835644672


def _component(phone: Phone) -> str:
    return "/".join(phone.component)


def _pid(phone: Phone) -> int:
    process = phone.processes.find(phone.front.package)
    return process.pid if process else 0


def _window(phone: Phone, words: list[str]) -> str:
    focus = _component(phone)
    awake = "AWAKE" if phone.screen_on else "ASLEEP"
    return (
        "WINDOW MANAGER WINDOWS (dumpsys window windows)\n"
        f"  Window #0 Window{{5b1f2a7 u0 {focus}}}:\n"
        f"    mDisplayId=0 mOwnerUid=10123 package={focus.partition('/')[0]}\n"
        f"  mCurrentFocus=Window{{5b1f2a7 u0 {focus}}}\n"
        f"  mFocusedApp=ActivityRecord{{3c9d0e4 u0 {focus} t14}}\n"
        f"  mAwake={str(phone.screen_on).lower()} mWakefulness={awake}"
    )


def _activity(phone: Phone, words: list[str]) -> str:
    component = _component(phone)
    if words[:1] == ["top"]:
        return f"TASK {phone.front.package} id=14\n  ACTIVITY {component} 3c9d0e4 pid={_pid(phone)}"
    return (
        "ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)\n"
        f"    mResumedActivity: ActivityRecord{{3c9d0e4 u0 {component} t14}}\n"
        f"  topResumedActivity=ActivityRecord{{3c9d0e4 u0 {component} t14}}"
    )


def _display(phone: Phone, words: list[str]) -> str:
    frame = f"Rect(0, 0 - {phone.width}, {phone.height})"
    return (
        "DISPLAY MANAGER (dumpsys display)\n"
        "  mViewports=[DisplayViewport{type=INTERNAL, valid=true, isActive=true, displayId=0, "
        f"uniqueId='local:{_DISPLAY}', physicalPort=0, orientation=0, "
        f"logicalFrame={frame}, physicalFrame={frame}, "
        f"deviceWidth={phone.width}, deviceHeight={phone.height}}}]"
    )


def _surface_flinger(phone: Phone, words: list[str]) -> str:
    return f'Display {_DISPLAY} (HWC display 0): port=0 pnpId=VRT displayName="virtual"'


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


def _package(phone: Phone, words: list[str]) -> str:
    package = words[0] if words else ""
    if not phone.packages.is_installed(package):
        return f"Unable to find package: {package}"
    app = phone.packages.app(package)
    activities = "".join(f"\n      {package}/{name}" for name in (app.activities if app else ()))
    flags = "HAS_CODE ALLOW_CLEAR_USER_DATA" if package in phone.packages.third_party else "SYSTEM HAS_CODE"
    return (
        f"Activity Resolver Table:\n  Non-Data Actions:{activities}\n"
        f"Packages:\n  Package [{package}] (3c9d0e4):\n    versionCode=100 minSdk=24 targetSdk=34\n"
        f"    versionName={phone.packages.version(package)}\n"
        "    signatures=PackageSignatures{5b1f2a7 version:2, signatures:[1f2e3d4c], past signatures:[]}\n"
        f"    pkgFlags=[ {flags} ]\n"
        "    firstInstallTime=2026-01-01 00:00:00\n    lastUpdateTime=2026-01-01 00:00:00"
    )


def _input_method(phone: Phone, words: list[str]) -> str:
    keyboard = phone.settings["secure", "default_input_method"]
    return f"  mCurMethodId={keyboard}\n  mInputShown={str(phone.keyboard_shown).lower()}"


_SERVICES: dict[str, Callable[[Phone, list[str]], str]] = {
    "SurfaceFlinger": _surface_flinger,
    "activity": _activity,
    "battery": _battery,
    "display": _display,
    "input_method": _input_method,
    "package": _package,
    "power": _power,
    "window": _window,
}


def _dumpsys(call: Call) -> int:
    words = call.arguments
    if not words or words[0] == "-l":
        return call.print(
            "Currently running services:\n" + "\n".join(f"  {name}" for name in sorted(_SERVICES))
        )
    if words[0] not in _SERVICES:
        return call.fail(f"Can't find service: {words[0]}")
    return call.print(_SERVICES[words[0]](call.phone, words[1:]))


COMMANDS: dict[str, Command] = {"dumpsys": _dumpsys}
