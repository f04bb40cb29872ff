"""pm: what is installed, and what becomes of it."""

from collections.abc import Awaitable, Callable

from runner.virtual import installation
from runner.virtual.commands import installing, intents, package_dumps, package_lists, permissions
from runner.virtual.commands.apk import package_of
from runner.virtual.commands.call import Call, Command, UsageError
from runner.virtual.commands.permissions import names
from runner.virtual.files import Body


def run(call: Call) -> int | Awaitable[int]:
    """`pm VERB ...`, which is `cmd package VERB ...`."""
    verb, *words = call.arguments or ["help"]
    if verb in ("help", "-h"):
        return call.print("Package manager (package) commands:\n  " + "\n  ".join(sorted(_VERBS)))
    if verb not in _VERBS:
        call.print(f"Unknown command: {verb}")
        return 255
    return _VERBS[verb](call, words)


def _name(words: list[str]) -> str:
    """The package or file that a command is about: its last word that is no option."""
    named = names(words)
    if not named:
        raise UsageError("Error: no package specified")
    return named[-1]


def _path(call: Call, words: list[str]) -> int:
    package = call.phone.packages.find(_name(words))
    return 1 if package is None else call.print(f"package:{package.base}")


def install(call: Call, body: Body, words: list[str]) -> int:
    """Install an APK as the options among `words` ask: -g grants everything that it may be granted."""
    try:
        package = package_of(body.data)
    except ValueError as error:
        return call.print(f"Failure [INSTALL_PARSE_FAILED_NOT_APK: {error}]") or 1
    package.installed_s = package.updated_s = int(call.phone.now().timestamp())
    call.phone.packages.install(package, body)
    if "-g" in words:
        permissions.grant_all(package)
    call.phone.write_log("PackageManager", f"Package {package.package} installed")
    call.phone.changed()
    return call.print("Success")


def _install_existing(call: Call, words: list[str]) -> int:
    name = _name(words)
    if call.phone.packages.is_installed(name):
        return call.print(f"Package {name} installed for user: 0")
    missing = f"android.content.pm.PackageManager$NameNotFoundException: Package {name} doesn't exist"
    return call.fail(missing, 1)


def _uninstall(call: Call, words: list[str]) -> int:
    """A package of the system stays: nothing on the phone could bring it back."""
    name = _name(words)
    if installation.uninstall(call.phone, name):
        return call.print("Success")
    unknown = "--user" in words and not call.phone.packages.is_installed(name)
    call.print(f"Failure [{'not installed for 0' if unknown else 'DELETE_FAILED_INTERNAL_ERROR'}]")
    return 1


def _clear(call: Call, words: list[str]) -> int:
    if installation.clear(call.phone, _name(words)):
        return call.print("Success")
    call.print("Failed")
    return 1


def _set_enabled(state: str) -> Callable[[Call, list[str]], int]:
    def set_state(call: Call, words: list[str]) -> int:
        name = _name(words)
        package = call.phone.packages.find(name)
        verb = call.arguments[0]
        if package is None:
            problem = f"java.lang.IllegalArgumentException: Unknown package: {name}"
            raise permissions.java_exception(verb, problem)
        if verb == "disable":
            problem = f"java.lang.SecurityException: Shell cannot change component state for {name} to 2"
            raise permissions.java_exception(verb, problem)
        package.enabled = state != "disabled-user"
        if not package.enabled:
            call.phone.stop_app(name)
        return call.print(f"Package {name} new state: {state}")

    return set_state


def _resolve_activity(call: Call, words: list[str]) -> int:
    """Which activity an intent starts; a bare package means its icon on the home screen."""
    options = [word for word in words if word not in ("--brief", "--components")]
    wish = intents.parse(_without_user(options))
    if wish.package and not wish.action:
        wish.action, wish.categories = intents.MAIN, [intents.LAUNCHER]
    found = intents.resolve(call.phone, wish)
    if found is None:
        return call.print("No activity found")
    call.print("priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true")
    package, name = found
    if "--brief" in words:
        return call.print(intents.shortened_component(f"{package.package}/{name}"))
    return call.print(
        f"  ActivityInfo:\n    name={name}\n    packageName={package.package}\n"
        f"    enabled=true exported=true directBootAware=false\n    ApplicationInfo:\n"
        f"      packageName={package.package}\n      sourceDir={package.base}"
    )


def _without_user(words: list[str]) -> list[str]:
    place = words.index("--user") if "--user" in words else len(words)
    return [*words[:place], *words[place + 2 :]]


def _dump(call: Call, words: list[str]) -> int:
    text = package_dumps.dump(call.phone, [_name(words)])
    return call.print("DUMP OF SERVICE package:\n  " + text.replace("\n", "\n  "))


def _has_feature(call: Call, words: list[str]) -> int:
    has = _name(words) in package_lists.FEATURES
    call.print(str(has).lower())
    return 0 if has else 1


def _says(text: str) -> Callable[[Call, list[str]], int]:
    return lambda call, words: call.print(text) if text else 0


_VERBS: dict[str, Callable[[Call, list[str]], int | Awaitable[int]]] = {
    **installing.verbs(install),
    "clear": _clear,
    "compile": _says("Success"),
    "default-state": _set_enabled("default"),
    "disable": _set_enabled("disabled"),
    "disable-user": _set_enabled("disabled-user"),
    "dump": _dump,
    "enable": _set_enabled("enabled"),
    "get-install-location": _says("0[auto]"),
    "get-max-users": _says("Maximum supported users: 4"),
    "grant": permissions.grant,
    "has-feature": _has_feature,
    "install-existing": _install_existing,
    "list": package_lists.run,
    "path": _path,
    "reset-permissions": permissions.reset,
    "resolve-activity": _resolve_activity,
    "revoke": permissions.revoke,
    "set-install-location": _says(""),
    "set-permission-flags": _says(""),
    "trim-caches": _says(""),
    "uninstall": _uninstall,
}

COMMANDS: dict[str, Command] = {"pm": run}
