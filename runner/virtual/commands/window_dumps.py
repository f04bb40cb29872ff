"""`dumpsys window`, `activity`, `display` and `input`: what is in front, and how large the screen is.

As on Android 14: activities have their short names where an activity is meant and the long ones where a window is, and
the window with the focus stands with the displays, no longer with the windows.
"""

from collections.abc import Callable
from hashlib import blake2b

from runner.virtual.commands.intents import shortened_component
from runner.virtual.phone import Phone

DISPLAY_ID = 4619827259835644672
_UPRIGHT = "SCREEN_ORIENTATION_UNSPECIFIED"


def window(phone: Phone, words: list[str]) -> str:
    """The part that is named (`-a` changes nothing), or all of them."""
    named = next((word for word in words if not word.startswith("-")), "all")
    parts = {"windows": _windows, "displays": _displays, "policy": _policy, "lastanr": _last_anr}
    short = {"w": "windows", "d": "displays", "p": "policy", "l": "lastanr"}
    name = short.get(named, named)
    if name == "all":
        return "\n".join(part(phone) for part in (_last_anr, _policy, _displays, _windows))
    if name in parts:
        return parts[name](phone)
    known = [line for line in _windows(phone).splitlines() if named in line]
    return (
        "\n".join(["WINDOW MANAGER WINDOWS (dumpsys window windows)", *known]) if known else _no_window(named)
    )


def _no_window(named: str) -> str:
    return f"Bad window command, or no windows match: {named}\nUse -h for help."


def activity(phone: Phone, words: list[str]) -> str:
    """The part that is named, or all of them."""
    named = next((word for word in words if not word.startswith("-")), "all")
    parts: dict[str, Callable[[Phone], str]] = {
        "a": _activities,
        "activities": _activities,
        "broadcasts": lambda phone: "ACTIVITY MANAGER BROADCAST STATE (dumpsys activity broadcasts)",
        "p": _processes,
        "processes": _processes,
        "providers": lambda phone: "ACTIVITY MANAGER CONTENT PROVIDERS (dumpsys activity providers)",
        "r": _recents,
        "recents": _recents,
        "s": _services,
        "services": _services,
        "top": _top,
    }
    if named == "all":
        return "\n".join(part(phone) for part in (_services, _recents, _activities, _processes))
    if named in parts:
        return parts[named](phone)
    return f"Bad activity command, or no activities match: {named}\nUse -h for help."


def display(phone: Phone, words: list[str]) -> str:
    frame = f"Rect(0, 0 - {phone.width}, {phone.height})"
    return (
        "DISPLAY MANAGER (dumpsys display)\n"
        f"  mScreenState={'ON' if phone.screen_on else 'OFF'}\n"
        "  mViewports=[DisplayViewport{type=INTERNAL, valid=true, isActive=true, displayId=0, "
        f"uniqueId='local:{DISPLAY_ID}', physicalPort=0, orientation={phone.rotation}, "
        f"logicalFrame={frame}, physicalFrame={frame}, "
        f"deviceWidth={phone.width}, deviceHeight={phone.height}}}]\n"
        f"  mCurrentOrientation={phone.rotation}\n"
        f'  mBaseDisplayInfo=DisplayInfo{{"Built-in Screen", displayId 0, real {phone.width} x {phone.height}, '
        f"rotation {phone.rotation}, state {'ON' if phone.screen_on else 'OFF'}, density {phone.density} "
        f"({phone.density}.0 x {phone.density}.0) dpi}}"
    )


def surface_flinger(phone: Phone, words: list[str]) -> str:
    if "--list" in words:
        return "\n".join([*(f"{name}#0" for name in _titles(phone)), "Wallpaper#0"])
    display = f'Display {DISPLAY_ID} (HWC display 0): port=0 pnpId=VRT displayName="virtual"'
    if "--display-id" in words:
        return display
    return f"Build configuration: [sf]\n{display}\nGLES: Virtual, Virtual GPU, OpenGL ES 3.2 V@1.0"


def inputs(phone: Phone, words: list[str]) -> str:
    return (
        "INPUT MANAGER (dumpsys input)\n\nEvent Hub State:\n  Devices:\n    1: virtual_touchscreen\n"
        "      Classes: TOUCH | TOUCH_MT\n\nInput Reader State (Nums of device: 1):\n"
        "  Device 1: virtual_touchscreen\n    IsExternal: false\n    Touch Input Mapper (mode - DIRECT):\n"
        f"      Viewport INTERNAL: displayId=0, uniqueId=local:{DISPLAY_ID}, port=0, "
        f"orientation={phone.rotation}, logicalFrame=[0, 0, {phone.width}, {phone.height}], "
        f"physicalFrame=[0, 0, {phone.width}, {phone.height}], "
        f"deviceSize=[{phone.width}, {phone.height}], isActive=[1]\n"
        f"      SurfaceOrientation: {phone.rotation}\n\n"
        f"Input Dispatcher State:\n  DispatchEnabled: true\n  FocusedDisplayId: 0\n"
        f"  FocusedWindows:\n    displayId=0, name='{_focused_window(phone)[7:-1]}'"
    )


def _number(text: str) -> str:
    """What stands for an object's address in memory: the same for the same thing."""
    return blake2b(text.encode(), digest_size=4).hexdigest()[:7]


def _titles(phone: Phone) -> list[str]:
    """The names of the windows, frontmost first."""
    return [
        f"{window.package}/{window.activity}" if "." in window.activity else window.activity
        for window in phone.drawn_windows
    ]


def _focused_window(phone: Phone) -> str:
    name = "/".join(phone.component)
    return f"Window{{{_number(name)} u0 {name}}}"


def _record(phone: Phone, package: str) -> str:
    """The activity of a package that is open: of the one in front that which is shown."""
    app = phone.packages.app(package)
    if package == phone.front.package:
        name = "/".join(phone.component)
    else:
        name = f"{package}/{app.activities[0] if app else ''}"
    return f"ActivityRecord{{{_number(name)} u0 {shortened_component(name)} t{_task(phone, package)}}}"


def _pid(phone: Phone, package: str) -> int:
    process = phone.processes.find(package)
    return process.pid if process else 0


def _task(phone: Phone, package: str) -> int:
    """The number of a package's task: another one after each start of its process."""
    return _pid(phone, package) % 1000


def _windows(phone: Phone) -> str:
    lines = ["WINDOW MANAGER WINDOWS (dumpsys window windows)"]
    for number, (name, shown) in enumerate(zip(_titles(phone), phone.drawn_windows, strict=True)):
        left, top, right, bottom = shown.root.bounds
        owner = phone.packages.find(shown.package)
        lines += [
            f"  Window #{number} Window{{{_number(name)} u0 {name}}}:",
            f"    mDisplayId=0 rootTaskId=1 mSession=Session{{{_number('session')}}}",
            f"    mOwnerUid={owner.uid if owner else 1000} showForAllUsers=false package={shown.package} appop=NONE",
            f"    Frames: parent=[0,0][{phone.width},{phone.height}] frame=[{left},{top}][{right},{bottom}]",
            f"    mHasSurface=true isReadyForDisplay()={str(phone.screen_on).lower()}",
            f"    isOnScreen=true\n    isVisible={str(phone.screen_on).lower()}",
        ]
    lines += [
        "\n  mTopFocusedDisplayId=0",
        f"  imeInputTarget in display# 0 {_focused_window(phone)}",
        "  mLastDisplayFreezeDuration=0 due to null",
    ]
    return "\n".join(lines)


def _displays(phone: Phone) -> str:
    size = f"{phone.width}x{phone.height}"
    free = "FREE" if phone.display.turns_freely else "LOCKED"
    return (
        "WINDOW MANAGER DISPLAY CONTENTS (dumpsys window displays)\n"
        "  Display: mDisplayId=0 (organized)\n"
        f"    init={phone.display.width}x{phone.display.height} {phone.display.density}dpi "
        f"mMinSizeOfResizeableTaskDp=220 cur={size} app={size} rng={size}-{size}\n"
        "    deferred=false mLayoutNeeded=false\n"
        f"  mCurrentFocus={_focused_window(phone)}\n"
        f"  mFocusedApp={_record(phone, phone.front.package)}\n"
        "  DisplayPolicy\n"
        f"    mAwake={str(phone.screen_on).lower()} mScreenOnEarly={str(phone.screen_on).lower()}\n"
        "  DisplayRotation\n"
        f"    mCurrentAppOrientation={_UPRIGHT}\n"
        f"    mRotation={phone.rotation} mUserRotationMode=USER_ROTATION_{free} "
        f"mUserRotation=ROTATION_{phone.rotation * 90}"
    )


def _policy(phone: Phone) -> str:
    state = "AWAKE" if phone.screen_on else "SLEEP"
    shown, secure = (str(one).lower() for one in (phone.condition.is_locked, phone.condition.is_secure))
    return (
        "WINDOW MANAGER POLICY STATE (dumpsys window policy)\n"
        "    mSafeMode=false mSystemReady=true mSystemBooted=true\n"
        f"    mCameraLensCoverState=CAMERA_LENS_COVER_ABSENT mAwake={str(phone.screen_on).lower()}\n"
        "    KeyguardServiceDelegate\n      showing="
        f"{shown}\n      inputRestricted={shown}\n      occluded=false\n"
        f"      secure={secure}\n      systemIsReady=true\n      interactiveState=INTERACTIVE_STATE_{state}\n"
        f"      screenState=SCREEN_STATE_{'ON' if phone.screen_on else 'OFF'}"
    )


def _last_anr(phone: Phone) -> str:
    return "WINDOW MANAGER LAST ANR (dumpsys window lastanr)\n  <no ANR has occurred since boot>"


def _activities(phone: Phone) -> str:
    lines = [
        "ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)",
        "Display #0 (activities from top to bottom):",
    ]
    for package in reversed(phone.open_apps.packages):
        owner = phone.packages.find(package)
        visible = str(package == phone.front.package).lower()
        lines += [
            f"  * Task{{{_number(package)} #{_task(phone, package)} type=standard "
            f"A={owner.uid if owner else 1000}:{package} U=0 visible={visible} mode=fullscreen sz=1}}",
            f"    * Hist #0: {_record(phone, package)}",
            f"      packageName={package} processName={package}",
            f"      app=ProcessRecord{{{_number(package)} {_pid(phone, package)}:{package}/"
            f"{owner.user if owner else 'system'}}}",
        ]
    record = _record(phone, phone.front.package)
    lines += [
        f"  topResumedActivity={record}",
        "  Resumed activities in task display areas (from top to bottom):",
        f"    Resumed: {record}",
        f"\n  ResumedActivity: {record}",
    ]
    return "\n".join(lines)


def _top(phone: Phone) -> str:
    """Every open app, the one in front last."""
    return "\n".join(
        f"TASK {package} id={_task(phone, package)} userId=0\n"
        f"  ACTIVITY {_record(phone, package).split()[2]} {_number(package)} pid={_pid(phone, package)} userId=0\n"
        f"    mResumed={str(package == phone.front.package).lower()} mStopped=false mFinished=false"
        for package in phone.open_apps.packages
    )


def _processes(phone: Phone) -> str:
    lines = ["ACTIVITY MANAGER RUNNING PROCESSES (dumpsys activity processes)", "  All known processes:"]
    for process in phone.processes.all():
        package = phone.packages.find(process.name)
        if package is None:
            continue
        lines += [
            f"  *APP* UID {package.uid} ProcessRecord{{{_number(process.name)} "
            f"{process.pid}:{process.name}/{package.user}}}",
            f"    user #0 uid={package.uid} gids={{3003}}",
            f"    packageList={{{process.name}}}",
        ]
    return "\n".join(lines)


def _recents(phone: Phone) -> str:
    lines = ["ACTIVITY MANAGER RECENT TASKS (dumpsys activity recents)"]
    for number, package in enumerate(reversed(phone.open_apps.packages)):
        lines.append(
            f"  * Recent #{number}: Task{{{_number(package)} #{_task(phone, package)} A={package} U=0}}"
        )
    return "\n".join(lines)


def _services(phone: Phone) -> str:
    return "ACTIVITY MANAGER SERVICES (dumpsys activity services)\n  (nothing)"
