"""pm and `cmd package`: what is installed."""

from runner.virtual.commands import apps
from runner.virtual.commands.apk import package_name
from runner.virtual.commands.call import Call, Command


def _pm(call: Call) -> int:
    verb, *words = call.arguments or [""]
    if verb == "list" and words[:1] == ["packages"]:
        return _list(call, words[1:])
    names = [word for word in words if not word.startswith("-")]
    if verb in ("path", "install", "uninstall", "clear") and not names:
        return call.fail("Error: no package specified", 1)
    if verb == "path":
        return _path(call, names[0])
    if verb == "install":
        return _install(call, names[-1])
    if verb == "uninstall":
        done = call.phone.uninstall(names[-1])
        return call.print("Success") if done else call.fail("Failure [DELETE_FAILED_INTERNAL_ERROR]")
    if verb == "clear":
        return call.print("Success") if call.phone.clear(names[-1]) else call.fail("Failed")
    if verb == "resolve-activity":
        return _resolve_activity(call, names)
    if verb in ("grant", "revoke"):
        return 0
    return call.fail(f"Unknown command: {verb}", 255)


def _list(call: Call, words: list[str]) -> int:
    """-3 third-party, -s system, -f with the file; the first plain word filters."""
    packages = call.phone.packages
    names = packages.third_party if "-3" in words else packages.system
    if "-3" not in words and "-s" not in words:
        names = sorted({*packages.system, *packages.third_party})
    wanted = next((word for word in words if not word.startswith("-")), "")
    for name in names:
        if wanted in name:
            call.print(f"package:{_file(name)}={name}" if "-f" in words else f"package:{name}")
    return 0


def _file(package: str) -> str:
    return f"/data/app/{package}/base.apk"


def _path(call: Call, package: str) -> int:
    if not call.phone.packages.is_installed(package):
        return 1
    return call.print(f"package:{_file(package)}")


def _install(call: Call, path: str) -> int:
    try:
        package = package_name(call.phone.files.read(call.path(path)))
    except FileNotFoundError:
        return call.fail(f"Error: Unable to open file: {path}", 255)
    except ValueError as error:
        return call.fail(f"Failure [INSTALL_PARSE_FAILED_NOT_APK: {error}]")
    call.phone.packages.install(package)
    call.phone.changed()
    return call.print("Success")


def _resolve_activity(call: Call, names: list[str]) -> int:
    app = call.phone.packages.app(names[-1]) if names else None
    if app is None:
        return call.print("No activity found")
    return call.print(f"priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true\n"
                      f"{app.package}/{app.activities[0]}")  # fmt: skip


def _cmd(call: Call) -> int:
    """`cmd package ...` and `cmd activity ...` are pm and am."""
    service, *words = call.arguments or [""]
    call.arguments = words
    if service == "package":
        return _pm(call)
    if service == "activity":
        result = apps.COMMANDS["am"](call)
        assert isinstance(result, int)
        return result
    return call.fail(f"cmd: Can't find service: {service}", 20)


COMMANDS: dict[str, Command] = {"pm": _pm, "cmd": _cmd}
