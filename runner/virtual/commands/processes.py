"""ps, pidof, pgrep, kill and pkill."""

import re
from collections.abc import Callable, Iterable

from runner.virtual.commands.call import Call, UsageError
from runner.virtual.processes import Process

_SYSTEM_USERS = ("logd", "radio", "root", "system")
_COMMAND_LENGTH = 15
"""So much of a process's name the kernel keeps: of an app's its end."""


def _command(process: Process) -> str:
    return process.name[-_COMMAND_LENGTH:]


_COLUMNS: dict[str, tuple[int, Callable[[Process], str]]] = {
    "ADDR": (4, lambda process: "0"),
    "ARGS": (-27, lambda process: process.command),
    "CMD": (-27, lambda process: process.command),
    "CMDLINE": (-27, lambda process: process.command),
    "COMM": (-15, _command),
    "NAME": (-27, lambda process: process.name),
    "PID": (5, lambda process: str(process.pid)),
    "PPID": (5, lambda process: "301"),
    "RSS": (6, lambda process: "27580"),
    "S": (1, lambda process: "S"),
    "STAT": (-5, lambda process: "S"),
    "UID": (5, lambda process: process.user),
    "USER": (-13, lambda process: process.user),
    "VSZ": (7, lambda process: "1010000"),
    "WCHAN": (-16, lambda process: "do_epoll_wait"),
}
"""The width of each column, negative for what is aligned to the left."""

_USUAL = ("USER", "PID", "PPID", "VSZ", "RSS", "WCHAN", "ADDR", "S", "NAME")
_PS_HELP = """usage: ps [-AadefLlnwZ] [-gG GROUP,] [-k FIELD,] [-o FIELD,] [-p PID,] [-t TTY,] [-uU USER,]

List processes.

Which processes to show (-gGuUpPt selections may be comma separated lists):

-A\tAll
-e\tSynonym for -A
-p\tPIDs (--pid)
-o\tShow FIELDs instead of defaults, each with optional :size and =title"""
_PGREP_HELP = """usage: pgrep [-clfnovx] [-d DELIM] [-L SIGNAL] [PATTERN] [-G GID,] [-g PGRP,] [-P PPID,] [-s SID,] [-t TERM,] [-U UID,] [-u EUID,]

Search for process(es). PATTERN is an extended regular expression checked
against command names.

-c\tShow only count of matches
-f\tCheck full command line for PATTERN
-l\tShow command name
-n\tNewest match only
-o\tOldest match only
-v\tNegate the match
-x\tMatch whole command (not substring)"""  # noqa: E501 - what clients read
_CLASSES = {"alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": r" \t", "digit": "0-9", "space": r"\s"}


def _ps(call: Call) -> int:
    """With -A (or -e) every process, with -p those that are named, otherwise those of the shell's user."""
    if "--help" in call.arguments:
        return call.print(_PS_HELP)
    flags, values = _options(call, "opukgGtUkO")
    shown = call.phone.processes.all()
    if "p" in values:
        wanted = re.split("[, ]", values["p"])
        shown = [process for process in shown if str(process.pid) in wanted]
    elif "u" in values or "U" in values:
        shown = [process for process in shown if process.user in (values.get("u"), values.get("U"))]
    elif not flags & set("Aae"):
        shown = [process for process in shown if process.user == "shell"]
    columns = _wanted_columns(values.get("o", ""))
    if any(title for _, title in columns):
        call.print(_row((name, title) for name, title in columns))
    for process in shown:
        call.print(_row((name, _COLUMNS[name][1](process)) for name, _ in columns))
    return 0


def _options(call: Call, with_value: str) -> tuple[set[str], dict[str, str]]:
    """One-letter options, together or not, and their values. Other words are left out."""
    flags: set[str] = set()
    values: dict[str, str] = {}
    words = list(call.arguments)
    while words:
        word = words.pop(0)
        letters = word[1:] if word.startswith("-") else word
        for place, letter in enumerate(letters):
            if letter in with_value:
                value = letters[place + 1 :] or (words.pop(0) if words else "")
                values[letter] = f"{values[letter]},{value}" if letter in values else value
                break
            flags.add(letter)
    return flags, values


def _wanted_columns(wish: str) -> list[tuple[str, str]]:
    """The columns by name, each with its title; `NAME=` has none."""
    if not wish:
        return [(name, name) for name in _USUAL]
    columns = []
    for word in re.split("[, ]+", wish):
        name, equals, title = word.partition("=")
        name = name.partition(":")[0].upper()
        if name not in _COLUMNS:
            raise UsageError(f"ps: bad -o '{word}'\n{' ' * 8}^")
        columns.append((name, title if equals else name))
    return columns


def _row(cells: Iterable[tuple[str, str]]) -> str:
    row = []
    for name, text in cells:
        width = _COLUMNS[name][0]
        row.append(f"{text:<{-width}}" if width < 0 else f"{text:>{width}}")
    return " ".join(row).rstrip()


def _pidof(call: Call) -> int:
    if "--help" in call.arguments:
        return call.print(
            "usage: pidof [-s] [-o omitpid[,omitpid...]] [NAME...]\n\nPrint the PIDs of all processes"
        )
    found = [process for name in call.arguments if (process := call.phone.processes.find(name))]
    if not found:
        return 1
    return call.print(" ".join(str(process.pid) for process in found))


def _pgrep(call: Call) -> int:
    if "--help" in call.arguments:
        return call.print(_PGREP_HELP)
    found = _matching(call)
    if "-c" in call.arguments:
        call.print(str(len(found)))
        return 0 if found else 1
    for process in found:
        call.print(f"{process.pid} {process.name}" if "-l" in call.arguments else str(process.pid))
    return 0 if found else 1


def _matching(call: Call) -> list[Process]:
    """The processes that a pattern names: by their names, or with -f by their whole command lines."""
    patterns = [word for word in call.arguments if not word.startswith("-")]
    if not patterns:
        raise UsageError(f"{call.name}: No PATTERN")
    text = re.sub(r"\[:(\w+):\]", lambda name: _CLASSES.get(name[1], ""), patterns[0])
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise UsageError(f"{call.name}: bad regex '{patterns[0]}': {error}") from error
    matches = pattern.fullmatch if "-x" in call.arguments else pattern.search
    whole = "-f" in call.arguments
    found = [
        process
        for process in call.phone.processes.all()
        if any(matches(text) for text in ((process.command,) if whole else (process.name, _command(process))))
    ]
    if "-n" in call.arguments:
        return found[-1:]
    return found[:1] if "-o" in call.arguments else found


def _kill(call: Call) -> int:
    """A signal of 0 only asks whether there is such a process."""
    status = 0
    only_asks = "-0" in call.arguments
    words = list(call.arguments)
    if words[:1] == ["-s"]:
        only_asks, words = words[1:2] == ["0"], words[2:]
    for word in words:
        if word.startswith("-"):
            continue
        process = call.phone.processes.by_pid(int(word)) if word.isdigit() else None
        if process is None:
            missing = "No such process" if word.isdigit() else f"bad pid '{word}'"
            status = call.fail(f"kill: {missing}")
        else:
            status = max(status, _end(call, process, only_asks=only_asks))
    return status


def _pkill(call: Call) -> int:
    """`pkill [-f] [-SIGNAL] PATTERN`."""
    found = _matching(call)
    for process in found:
        _end(call, process)
    return 0 if found else 1


def _end(call: Call, process: Process, *, only_asks: bool = False) -> int:
    if process.user in _SYSTEM_USERS:
        return call.fail(f"kill: {process.pid}: Operation not permitted")
    if not only_asks:
        process.kill()
    return 0


TOYS: dict[str, Callable[[Call], int]] = {
    "kill": _kill,
    "pgrep": _pgrep,
    "pidof": _pidof,
    "pkill": _pkill,
    "ps": _ps,
}
