"""pm and `cmd package`: what is installed."""

from runner.virtual.commands import apps
from runner.virtual.commands.apk import package_name
from runner.virtual.commands.call import Call, Command, UsageError
from runner.virtual.package import Package


def _pm(call: Call) -> int:
    verb, *words = call.arguments or [""]
    if verb not in _VERBS:
        return call.fail(f"Unknown command: {verb}", 255)
    return _VERBS[verb](call, words)


def _list(call: Call, words: list[str]) -> int:
    """`list packages`: -3 third-party, -s system, -f with the file; the next plain word filters."""
    if words[:1] != ["packages"]:
        return call.fail(f"Error: unknown list type '{' '.join(words[:1])}'", 1)
    packages = call.phone.packages
    names = packages.third_party if "-3" in words else packages.system
    if "-3" not in words and "-s" not in words:
        names = sorted({*packages.system, *packages.third_party})
    wanted = next((word for word in words[1:] if not word.startswith("-")), "")
    for name in names:
        if wanted in name:
            call.print(f"package:{_file(name)}={name}" if "-f" in words else f"package:{name}")
    return 0


def _file(package: str) -> str:
    return f"/data/app/{package}/base.apk"


def _name(words: list[str]) -> str:
    """The package or file that a command is about: its last word that is no option."""
    names = [word for word in words if not word.startswith("-")]
    if not names:
        raise UsageError("Error: no package specified")
    return names[-1]


def _path(call: Call, words: list[str]) -> int:
    package = _name(words)
    if not call.phone.packages.is_installed(package):
        return 1
    return call.print(f"package:{_file(package)}")


def _install(call: Call, words: list[str]) -> int:
    path = _name(words)
    try:
        package = package_name(call.phone.files.read(call.path(path)))
    except FileNotFoundError:
        return call.fail(f"Error: Unable to open file: {path}", 255)
    except ValueError as error:
        return call.fail(f"Failure [INSTALL_PARSE_FAILED_NOT_APK: {error}]")
    call.phone.packages.install(Package(package))
    call.phone.changed()
    return call.print("Success")


def _uninstall(call: Call, words: list[str]) -> int:
    done = call.phone.uninstall(_name(words))
    return call.print("Success") if done else call.fail("Failure [DELETE_FAILED_INTERNAL_ERROR]")


def _clear(call: Call, words: list[str]) -> int:
    return call.print("Success") if call.phone.clear(_name(words)) else call.fail("Failed")


def _resolve_activity(call: Call, words: list[str]) -> int:
    app = call.phone.packages.app(_name(words))
    if app is None:
        return call.print("No activity found")
    call.print("priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true")
    return call.print(f"{app.package}/{app.activities[0]}")


def _permission(call: Call, words: list[str]) -> int:
    """Apps on a virtual phone ask for no permissions, so any may be granted."""
    return 0


_VERBS = {
    "list": _list,
    "path": _path,
    "install": _install,
    "uninstall": _uninstall,
    "clear": _clear,
    "resolve-activity": _resolve_activity,
    "grant": _permission,
    "revoke": _permission,
}


def _cmd(call: Call) -> int:
    """`cmd package ...` and `cmd activity ...` are pm and am; `cmd locale ...` tells languages of apps."""
    service, *words = call.arguments or [""]
    call.arguments = words
    if service == "package":
        return _pm(call)
    if service == "activity":
        result = apps.COMMANDS["am"](call)
        assert isinstance(result, int)
        return result
    if service == "locale":
        return _locale(call, words)
    return call.fail(f"cmd: Can't find service: {service}", 20)


def _locale(call: Call, words: list[str]) -> int:
    """`cmd locale get-app-locales PACKAGE`: the languages that a person has chosen for an app."""
    if words[:1] != ["get-app-locales"] or len(words) < 2:
        return call.fail("Locale manager (locale) shell commands: get-app-locales PACKAGE", 255)
    app = call.phone.packages.app(words[1])
    return call.print(f"Locales for {words[1]} for user 0 are [{app.locale if app else ''}]")


COMMANDS: dict[str, Command] = {"pm": _pm, "cmd": _cmd}
