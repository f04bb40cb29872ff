"""cmd: the shell commands of the system's services."""

from collections.abc import Awaitable

from runner.virtual.commands import apps, packages
from runner.virtual.commands.call import Call, Command


def _cmd(call: Call) -> int | Awaitable[int]:
    """`cmd package ...` and `cmd activity ...` are pm and am; `cmd locale ...` tells languages of apps."""
    service, *words = call.arguments or [""]
    call.arguments = words
    if service == "package":
        return packages.run(call)
    if service == "activity":
        return apps.am(call)
    if service == "locale":
        return _locale(call, words)
    return call.fail(f"cmd: Can't find service: {service}", 20)


def _locale(call: Call, words: list[str]) -> int:
    """`cmd locale get-app-locales PACKAGE`: the languages that a person has chosen for an app."""
    if words[:1] != ["get-app-locales"] or len(words) < 2:
        return call.fail("Locale manager (locale) shell commands: get-app-locales PACKAGE", 255)
    app = call.phone.packages.app(words[1])
    return call.print(f"Locales for {words[1]} for user 0 are [{app.locale if app else ''}]")


COMMANDS: dict[str, Command] = {"cmd": _cmd}
