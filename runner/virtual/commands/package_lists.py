"""`pm list`: packages with what is wanted of them, permissions, features, users."""

from collections.abc import Callable

from runner.virtual.commands.call import Call
from runner.virtual.package import Package
from runner.virtual.values import OPENGL_ES

FEATURES = (
    "android.hardware.audio.output",
    "android.hardware.bluetooth",
    "android.hardware.camera",
    "android.hardware.camera.any",
    "android.hardware.camera.autofocus",
    "android.hardware.camera.front",
    "android.hardware.faketouch",
    "android.hardware.location",
    "android.hardware.microphone",
    "android.hardware.screen.landscape",
    "android.hardware.screen.portrait",
    "android.hardware.sensor.accelerometer",
    "android.hardware.sensor.barometer",
    "android.hardware.sensor.gyroscope",
    "android.hardware.sensor.light",
    "android.hardware.sensor.proximity",
    "android.hardware.telephony",
    "android.hardware.touchscreen",
    "android.hardware.touchscreen.multitouch",
    "android.hardware.wifi",
    "android.software.app_widgets",
    "android.software.home_screen",
    "android.software.input_methods",
    "android.software.webview",
)
_WITH_VALUE = ("--uid", "--user")


def run(call: Call, words: list[str]) -> int:
    """`pm list KIND ...`."""
    kind = words[0] if words else ""
    if not kind:
        call.print("Error: didn't specify type of data to list")
        return 255
    if kind not in _KINDS:
        call.print(f"Error: unknown list type '{kind}'")
        return 255
    return _KINDS[kind](call, words[1:])


def _packages(call: Call, words: list[str]) -> int:
    """-3 third-party, -s system, -d disabled, -e enabled; -f, -i, -U, --show-versioncode tell more; a word filters."""
    options = [word for word in words if word.startswith("-")]
    wanted = next(iter(_plain(words)), "")
    uid = words[words.index("--uid") + 1] if "--uid" in words[:-1] else ""
    known = call.phone.packages
    for name in sorted([*known.third_party, *known.system]):
        package = known.find(name)
        if package is None or wanted not in name or (uid and str(package.uid) != uid):
            continue
        if _is_listed(package, options):
            call.print(_line(package, options))
    return 0


def _plain(words: list[str]) -> list[str]:
    rest = list(words)
    for option in _WITH_VALUE:
        if option in rest:
            place = rest.index(option)
            del rest[place : place + 2]
    return [word for word in rest if not word.startswith("-")]


def _is_listed(package: Package, options: list[str]) -> bool:
    left_out = {
        "-3": package.system,
        "-s": not package.system,
        "-d": package.enabled,
        "-e": not package.enabled,
        "--apex-only": True,
    }
    return not any(left_out.get(option, False) for option in options)


def _line(package: Package, options: list[str]) -> str:
    file = f"{package.base}=" if "-f" in options else ""
    more = {
        "--show-versioncode": f" versionCode:{package.version_code}",
        "-i": "  installer=null",
        "-U": f" uid:{package.uid}",
    }
    return f"package:{file}{package.package}{''.join(text for option, text in more.items() if option in options)}"


def _permissions(call: Call, words: list[str]) -> int:
    """Those that an installed package asks for; with -g in groups, here all in one."""
    wanted = sorted(
        {
            permission
            for name in [*call.phone.packages.third_party, *call.phone.packages.system]
            if (package := call.phone.packages.find(name))
            for permission in package.permissions
        }
    )
    call.print("All Permissions:\n")
    for permission in wanted:
        call.print(f"permission:{permission}")
    return 0


def _features(call: Call, words: list[str]) -> int:
    call.print(f"feature:reqGlEsVersion=0x{OPENGL_ES:x}")
    for feature in FEATURES:
        call.print(f"feature:{feature}")
    return 0


def _libraries(call: Call, words: list[str]) -> int:
    return call.print(
        "library:android.test.base\nlibrary:android.test.runner\nlibrary:org.apache.http.legacy"
    )


def _users(call: Call, words: list[str]) -> int:
    return call.print("Users:\n\tUserInfo{0:Owner:c13} running")


def _groups(call: Call, words: list[str]) -> int:
    for name in ("CALENDAR", "CAMERA", "CONTACTS", "LOCATION", "MICROPHONE", "PHONE", "SMS", "STORAGE"):
        call.print(f"permission group:android.permission-group.{name}")
    return 0


def _nothing(call: Call, words: list[str]) -> int:
    return 0


_KINDS: dict[str, Callable[[Call, list[str]], int]] = {
    "features": _features,
    "instrumentation": _nothing,
    "libraries": _libraries,
    "package": _packages,
    "packages": _packages,
    "permission-groups": _groups,
    "permissions": _permissions,
    "staged-sessions": _nothing,
    "users": _users,
}
