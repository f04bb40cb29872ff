"""ps, pidof, kill and pkill."""

from collections.abc import Callable

from runner.virtual.commands.call import Call
from runner.virtual.processes import Process

_SYSTEM_USERS = ("logd", "radio", "root", "system")
_COLUMNS = "USER           PID  PPID     VSZ    RSS WCHAN            ADDR S NAME"


def _ps(call: Call) -> int:
    """With -A (or -e) every process, otherwise those of the shell's user. Other flags change nothing."""
    everybody = bool({"-A", "-e", "-ef"} & set(call.arguments))
    call.print(_COLUMNS)
    for process in call.phone.processes.all():
        if everybody or process.user == "shell":
            owner = f"{process.user:<13} {process.pid:>5}"
            call.print(f"{owner}   301 1010000  27580 do_epoll_wait       0 S {process.name}")
    return 0


def _pidof(call: Call) -> int:
    found = [process for name in call.arguments if (process := call.phone.processes.find(name))]
    if not found:
        return 1
    return call.print(" ".join(str(process.pid) for process in found))


def _kill(call: Call) -> int:
    status = 0
    for word in call.arguments:
        if word.startswith("-"):
            continue
        process = call.phone.processes.by_pid(int(word)) if word.isdigit() else None
        ended = call.fail(f"kill: bad pid '{word}'") if process is None else _end(call, process)
        status = max(status, ended)
    return status


def _pkill(call: Call) -> int:
    """`pkill [-f] NAME`: by a part of the name, or with -f of the whole command line."""
    names = [word for word in call.arguments if not word.startswith("-")]
    whole = "-f" in call.arguments
    found = [
        process
        for process in call.phone.processes.all()
        if names and names[0] in (process.command if whole else process.name)
    ]
    for process in found:
        _end(call, process)
    return 0 if found else 1


def _end(call: Call, process: Process) -> int:
    if process.user in _SYSTEM_USERS:
        return call.fail(f"kill: {process.pid}: Operation not permitted")
    process.kill()
    return 0


TOYS: dict[str, Callable[[Call], int]] = {"ps": _ps, "pidof": _pidof, "kill": _kill, "pkill": _pkill}
