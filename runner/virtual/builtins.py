"""What only the shell itself can do: it changes the shell, or decides what runs next."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from runner.virtual.commands import COMMANDS
from runner.virtual.commands.call import Call
from runner.virtual.language import arrays
from runner.virtual.language.arithmetic import CalculationError, evaluate
from runner.virtual.language.expansion import ExpansionError
from runner.virtual.language.grammar import parse
from runner.virtual.language.words import ShellSyntaxError
from runner.virtual.shell_state import ShellState
from runner.virtual.taking_in import get_option, read

_NAME = re.compile(r"[A-Za-z_]\w*")
_SIGNALS = {"0": "EXIT", "1": "HUP", "2": "INT", "3": "QUIT", "15": "TERM"}


class EndError(Exception):
    """The shell ends."""

    def __init__(self, status: int) -> None:
        self.status = status


class ReturnError(EndError):
    """A function, or a file that is read in, ends."""


class BreakError(Exception):
    """Loops end: `count` of them."""

    def __init__(self, count: int) -> None:
        self.count = count

    def pass_on(self) -> None:
        """Called by the loop that it meets: raises it again for the next one, if more are meant."""
        if self.count > 1:
            self.count -= 1
            raise self


class ContinueError(BreakError):
    """A loop goes on with its next turn."""


def _nothing(shell: ShellState, call: Call) -> int:
    return 0


def _number(call: Call, default: int) -> int:
    if not call.arguments:
        return default
    try:
        return int(call.arguments[0])
    except ValueError as error:
        raise ExpansionError(f"{call.name}: {call.arguments[0]}: bad number") from error


def _exit(shell: ShellState, call: Call) -> int:
    raise EndError(_number(call, shell.status) & 0xFF)


def _return(shell: ShellState, call: Call) -> int:
    raise ReturnError(_number(call, shell.status) & 0xFF)


def _leave_loop(shell: ShellState, call: Call) -> int:
    count = _number(call, 1)
    if count < 1:
        return call.complain(f"{count}: bad value")
    if not shell.loops:
        return call.complain(f"cannot {call.name}", 0)
    raise (BreakError if call.name == "break" else ContinueError)(min(count, shell.loops))


def _cd(shell: ShellState, call: Call) -> int:
    words = [word for word in call.arguments if word not in ("-P", "-L", "--")]
    wanted = words[0] if words else shell.variables.get("HOME", "/")
    if wanted == "-":
        wanted = shell.variables.get("OLDPWD", "")
        if not wanted:
            return call.complain("no OLDPWD")
        call.print(wanted)
    folder = call.path(wanted)
    entry = shell.files.find(folder)
    if entry is None or not entry.is_folder:
        return call.complain(
            f"{folder}: {'No such file or directory' if entry is None else 'Not a directory'}", 2
        )
    shell.variables["OLDPWD"], shell.variables["PWD"] = shell.folder, folder
    shell.folder = folder
    return 0


def _declare(shell: ShellState, call: Call) -> int:
    """export, readonly, local, typeset: names, with values or without."""
    flags = "".join(word[1:] for word in call.arguments if word.startswith("-"))
    words = [word for word in call.arguments if not word.startswith("-")]
    if not words and call.name in ("export", "readonly"):
        names = shell.exported if call.name == "export" else shell.variables.read_only
        for name in sorted(names & set(shell.variables)):
            call.print(f"{call.name} {name}={quoted(shell.variables[name])}" if "p" in flags else name)
        return 0
    if unknown := set(flags) - set("xrip"):
        return call.complain(f"-{min(unknown)}: unknown option")
    for word in words:
        name, equals, value = word.partition("=")
        if not _NAME.fullmatch(name):
            return call.complain(f"{word}: is not an identifier")
        if call.name in ("local", "typeset", "declare") and shell.local_names:
            shell.make_local(name)
            if not equals and not flags:
                arrays.remove(name, shell.variables)
        if equals:
            shell.variables[name] = str(_calculated(shell, value)) if "i" in flags else value
        if call.name == "export" or "x" in flags:
            shell.exported.add(name)
        if call.name == "readonly" or "r" in flags:
            shell.variables.read_only.add(name)
    return 0


def _calculated(shell: ShellState, text: str) -> int:
    try:
        return evaluate(text, shell.variables)
    except CalculationError as error:
        raise ExpansionError(str(error)) from error


def quoted(text: str) -> str:
    """A text as a word that stands for it."""
    return text if re.fullmatch(r"[\w./:=@%+,-]+", text) else "'" + text.replace("'", "'\\''") + "'"


def _unset(shell: ShellState, call: Call) -> int:
    functions = "-f" in call.arguments
    for name in call.arguments:
        if name.startswith("-"):
            continue
        if name in shell.variables.read_only:
            return call.complain(f"read-only: {name}")
        if functions:
            shell.functions.pop(name, None)
        elif name.endswith("]"):
            base, _, index = name[:-1].partition("[")
            shell.variables.pop(arrays.element(base, _calculated(shell, index)), None)
        else:
            arrays.remove(name, shell.variables)
    return 0


_OPTIONS = {"e": "ends_on_error", "u": "is_strict", "x": "traces"}
_LONG_OPTIONS = {"errexit": "e", "nounset": "u", "xtrace": "x"}


def _set(shell: ShellState, call: Call) -> int:
    words = list(call.arguments)
    if not words:
        for name, value in sorted(shell.variables.items()):
            call.print(f"{name}={quoted(value)}")
    while words and words[0][:1] in "-+" and len(words[0]) > 1:
        word = words.pop(0)
        if word == "--":
            shell.arguments = words
            return 0
        letters = word[1:]
        if letters == "A" and words:
            arrays.fill(words[0], words[1:], shell.variables, appended=False)
            return 0
        if letters == "o" and words:
            name = words.pop(0)
            if name == "pipefail":
                shell.fails_with_any = word[0] == "-"
                continue
            letters = _LONG_OPTIONS.get(name, "?")
        if letters.strip("euxfhmv"):
            return call.complain(f"{word}: unknown option")
        for letter in letters:
            if letter in _OPTIONS:
                setattr(shell, _OPTIONS[letter], word[0] == "-")
    if words:
        shell.arguments = words
    return 0


def _shift(shell: ShellState, call: Call) -> int:
    count = _number(call, 1)
    if count > len(shell.arguments) or count < 0:
        return call.complain("nothing to shift")
    shell.arguments = shell.arguments[count:]
    return 0


async def _eval(shell: ShellState, call: Call) -> int:
    return await _run_text(shell, call, " ".join(call.arguments))


async def _run_text(shell: ShellState, call: Call, text: str) -> int:
    try:
        tree = parse(text)
    except ShellSyntaxError as error:
        raise ExpansionError(str(error)) from error
    return await shell.run_list(tree, call.streams) if tree else 0


async def _source(shell: ShellState, call: Call) -> int:
    if not call.arguments:
        return call.complain("missing argument")
    entry = shell.files.find(call.path(call.arguments[0]))
    if entry is None or entry.body is None:
        return call.complain(f"{call.arguments[0]}: No such file or directory")
    before = shell.arguments
    shell.arguments = call.arguments[1:] or before
    try:
        return await _run_text(shell, call, entry.body.data.decode(errors="replace"))
    except ReturnError as returned:
        return returned.status
    finally:
        shell.arguments = before


def _trap(shell: ShellState, call: Call) -> int:
    words = [word for word in call.arguments if word != "--"]
    if not words:
        for signal, action in sorted(shell.traps.items()):
            call.print(f"trap -- {quoted(action)} {signal}")
        return 0
    if len(words) == 1 or words[0] == "-":
        for signal in words if len(words) == 1 else words[1:]:
            shell.traps.pop(_signal(signal), None)
        return 0
    for signal in words[1:]:
        shell.traps[_signal(signal)] = words[0]
    return 0


def _signal(name: str) -> str:
    return _SIGNALS.get(name, name.upper().removeprefix("SIG"))


def _let(shell: ShellState, call: Call) -> int:
    value = 0
    for word in call.arguments:
        value = _calculated(shell, word)
    return int(value == 0)


def describe(shell: ShellState, name: str) -> tuple[str, str]:
    """What a name is, as `type` and as `command -v` say it; both empty if it is nothing."""
    if name in shell.functions:
        return f"{name} is a function", name
    if name in BUILTINS:
        return f"{name} is a shell builtin", name
    if name in COMMANDS or name == "sh":
        return f"{name} is /system/bin/{name}", f"/system/bin/{name}"
    entry = shell.files.find(name) if name.startswith("/") else None
    if entry is not None and entry.mode & 0o111 and not entry.is_folder:
        return f"{name} is {name}", name
    if name.startswith("/system/bin/") and name.removeprefix("/system/bin/") in COMMANDS:
        return f"{name} is {name}", name
    return "", ""


async def _command(shell: ShellState, call: Call) -> int:
    """`command NAME...` runs it, whatever function has the same name; -v and -V tell what it is."""
    words = list(call.arguments)
    while words and words[0] in ("-p", "--"):
        words.pop(0)
    if words[:1] == ["-v"] or words[:1] == ["-V"]:
        status = 0
        for name in words[1:]:
            long, short = describe(shell, name)
            if short:
                call.print(short if words[0] == "-v" else long)
            else:
                status = 1 if words[0] == "-v" else call.fail(f"{name} not found")
        return status
    return await shell.invoke(words, {}, call.streams, functions=False) if words else 0


def _type(shell: ShellState, call: Call) -> int:
    status = 0
    for name in call.arguments:
        long, _ = describe(shell, name)
        status = call.print(long) or status if long else call.fail(f"{name} not found")
    return status


async def _wait(shell: ShellState, call: Call) -> int:
    jobs = shell.family.jobs
    pids = [int(word) for word in call.arguments if word.isdigit()] or list(jobs)
    status = 0
    for pid in pids:
        task = jobs.get(pid)
        if task is None:
            status = 127
            continue
        await asyncio.wait({task})
        jobs.pop(pid, None)
        status = 143 if task.cancelled() else task.result()
    return status if call.arguments else 0


def _jobs(shell: ShellState, call: Call) -> int:
    running = [task for task in shell.family.jobs.values() if not task.done()]
    for number, _ in enumerate(running, start=1):
        call.print(f"[{number}] + Running")
    return 0


def _pwd(shell: ShellState, call: Call) -> int:
    return call.print(shell.folder)


def _umask(shell: ShellState, call: Call) -> int:
    return 0 if call.arguments else call.print("077")


def _alias(shell: ShellState, call: Call) -> int:
    """A shell that no person sits at has no aliases, and knows none."""
    return 0 if not call.arguments else call.complain(f"{call.arguments[0]}: alias not found")


Builtin = Callable[[ShellState, Call], "int | Awaitable[int]"]

BUILTINS: dict[str, Builtin] = {
    ":": _nothing,
    ".": _source,
    "alias": _alias,
    "break": _leave_loop,
    "builtin": _command,
    "cd": _cd,
    "command": _command,
    "continue": _leave_loop,
    "declare": _declare,
    "eval": _eval,
    "exit": _exit,
    "export": _declare,
    "getopts": get_option,
    "jobs": _jobs,
    "let": _let,
    "local": _declare,
    "pwd": _pwd,
    "read": read,
    "readonly": _declare,
    "return": _return,
    "set": _set,
    "shift": _shift,
    "source": _source,
    "trap": _trap,
    "type": _type,
    "typeset": _declare,
    "umask": _umask,
    "unset": _unset,
    "wait": _wait,
    "whence": _type,
}
