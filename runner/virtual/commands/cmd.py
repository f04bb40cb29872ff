"""cmd and service: the shell commands of the system's services, and their list."""

from collections.abc import Awaitable

from runner.virtual.commands import apps, packages, screen, service_commands, settings, system, wm
from runner.virtual.commands.call import Call, Command
from runner.virtual.commands.dumps import SERVICES

_NO_SERVICE = 20
_LIKE_COMMANDS: dict[str, Command] = {
    "activity": apps.am,
    "input": screen.run_input,
    "input_method": system.ime,
    "package": packages.run,
    "settings": settings.run,
    "window": wm.run,
}
"""Those for which Android has a command of its own, too: `pm` is `cmd package`."""


def _cmd(call: Call) -> int | Awaitable[int]:
    """`cmd SERVICE ...`; `cmd -l` lists the services."""
    words = [word for word in call.arguments if word != "-w"]
    if not words:
        return call.fail(
            "cmd: No service specified; use -l to list all running services. Use -w to start and wait.",
            _NO_SERVICE,
        )
    name, *call.arguments = words
    if name == "-l":
        return call.print(
            "\n".join(["Currently running services:", *(f"  {known}" for known in sorted(SERVICES))])
        )
    if name not in SERVICES:
        return call.fail(f"cmd: Can't find service: {name}", _NO_SERVICE)
    action = _LIKE_COMMANDS.get(name) or service_commands.COMMANDS.get(name)
    if action is None:
        return call.print("No shell command implementation.")
    return action(call)


def _service(call: Call) -> int:
    """`service list`, `check NAME` and `call NAME CODE`: a call answers an empty parcel, and does nothing."""
    verb, *words = [*call.arguments, "", ""][: max(len(call.arguments), 1)] or [""]
    if verb == "list":
        call.print(f"Found {len(SERVICES)} services:")
        for number, (name, (interface, _)) in enumerate(sorted(SERVICES.items())):
            call.print(f"{number}\t{name}: [{interface}]")
        return 0
    if verb in ("check", "call") and words:
        found = words[0] in SERVICES
        if verb == "check":
            return call.print(f"Service {words[0]}: {'found' if found else 'not found'}")
        if not found:
            return call.fail(f"service: Service {words[0]} does not exist", 10)
        if len(words) < 2:
            return call.fail("service: No code specified for call", 10)
        return call.print("Result: Parcel(00000000    '....')")
    return call.fail("service: Unknown command" if verb else "service: No action specified", 10)


COMMANDS: dict[str, Command] = {
    "appops": service_commands.appops,
    "cmd": _cmd,
    "locksettings": service_commands.lock_settings,
    "service": _service,
}
