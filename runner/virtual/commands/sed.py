"""sed: the commands that scripts use. What it does not know it refuses, before it changes anything."""

import re
from collections.abc import Awaitable, Callable

from runner.virtual.commands.call import Call, UsageError
from runner.virtual.commands.inputs import opened
from runner.virtual.commands.sed_script import Address, Command, ScriptReader

_SPECIAL = re.compile(r"\\([0-9])|\\n|\\t|\\(.)|&", re.DOTALL)
_MAX_STEPS = 1_000_000


class _Quit(Exception):
    """The script is over."""


class _Deleted(Exception):
    """The line is over; with `again`, the script starts again on what is left of it."""

    def __init__(self, *, again: bool = False) -> None:
        self.again = again


class _Editor:
    """Runs a script over the lines of one input."""

    def __init__(self, commands: list[Command], lines: list[str], *, quiet: bool) -> None:
        self._commands = commands
        self._lines = lines
        self._quiet = quiet
        self._number = 0
        self._space = self._held = ""
        self._after: list[str] = []
        self._jumped = False
        self._steps = 0
        self.output: list[str] = []

    def run(self) -> None:
        again = False
        try:
            while again or self._number < len(self._lines):
                if not again:
                    self._take()
                again = False
                try:
                    self._jumped = False
                    self._run(self._commands)
                except _Deleted as deleted:
                    again = deleted.again
                else:
                    self._show()
                self._flush()
        except _Quit:
            self._flush()

    def _take(self) -> None:
        self._space = self._lines[self._number]
        self._number += 1

    def _show(self) -> None:
        if not self._quiet:
            self.output.append(self._space)

    def _flush(self) -> None:
        self.output.extend(self._after)
        self._after.clear()

    def _is_at(self, address: Address) -> bool:
        if isinstance(address, int):
            return self._number == address
        if isinstance(address, str):
            return self._number == len(self._lines)
        return address.search(self._space) is not None

    def _concerns(self, command: Command) -> bool:
        if command.first is None:
            return True
        if command.last is None:
            return self._is_at(command.first)
        if not command.inside:
            if not self._is_at(command.first):
                return False
            is_over = isinstance(command.last, int) and command.last <= self._number
            command.inside = not is_over and not (command.last == "$" and self._is_at("$"))
            return True
        if self._is_at(command.last) or (isinstance(command.last, int) and self._number > command.last):
            command.inside = False
            return not isinstance(command.last, int) or self._number <= command.last
        return True

    def _run(self, commands: list[Command]) -> str | None:
        """Run a block; the label to go to, where it lies outside."""
        at = 0
        while at < len(commands):
            self._steps += 1
            if self._steps > _MAX_STEPS:
                raise UsageError("sed: a virtual phone ends scripts that take so long")
            command = commands[at]
            at += 1
            if self._concerns(command) == command.negated:
                continue
            label = self._run(command.body) if command.name == "{" else self._do(command)
            if label is None:
                continue
            places = [place for place, one in enumerate(commands) if one.name == ":" and one.text == label]
            if not label:
                return ""
            if not places:
                return label
            at = places[0] + 1
        return None

    def _do(self, command: Command) -> str | None:
        """Carry out one command; the label that it goes to."""
        name = command.name
        if name == "s":
            self._substitute(command)
        elif name == "y":
            before, _, after = command.text.partition("\0")
            self._space = self._space.translate(str.maketrans(before, after))
        elif name in "dDc":
            if name == "c" and (command.last is None or not command.inside):
                self.output.append(command.text)
            rest = self._space.partition("\n")
            self._space = rest[2]
            raise _Deleted(again=name == "D" and bool(rest[1]))
        elif name in "bt":
            if name == "b" or self._jumped:
                self._jumped = False
                return command.text
        elif name in "nN":
            self._next(appends=name == "N")
        elif name in "qQ":
            if name == "q":
                self._show()
            raise _Quit
        else:
            self._hold_or_print(command)
        return None

    def _hold_or_print(self, command: Command) -> None:
        name = command.name
        if name in "pP=l":
            texts = {"p": self._space, "P": self._space.partition("\n")[0], "=": str(self._number)}
            self.output.append(texts.get(name, self._space.replace("\\", "\\\\").replace("\t", "\\t") + "$"))
        elif name == "a":
            self._after.append(command.text)
        elif name == "i":
            self.output.append(command.text)
        elif name == "x":
            self._space, self._held = self._held, self._space
        elif name in "hH":
            self._held = self._space if name == "h" else f"{self._held}\n{self._space}"
        elif name in "gG":
            self._space = self._held if name == "g" else f"{self._space}\n{self._held}"

    def _next(self, *, appends: bool) -> None:
        if self._number >= len(self._lines):
            self._show()
            raise _Quit
        if appends:
            self._flush()
            self._space += "\n" + self._lines[self._number]
            self._number += 1
            return
        self._show()
        self._flush()
        self._take()

    def _substitute(self, command: Command) -> None:
        assert command.pattern is not None
        count = 0

        def replace(found: re.Match[str]) -> str:
            nonlocal count
            count += 1
            if count < command.number or (count > command.number and not command.everywhere):
                return found.group()
            self._jumped = True
            return _SPECIAL.sub(lambda sign: _filled(sign, found), command.text)

        before, self._jumped, jumped = self._space, False, self._jumped
        self._space = command.pattern.sub(replace, before)
        if self._jumped and command.prints:
            self.output.append(self._space)
        self._jumped = self._jumped or jumped


def _filled(sign: re.Match[str], found: re.Match[str]) -> str:
    text = sign.group()
    if text == "&":
        return found.group()
    if sign.group(1):
        return found.group(int(sign.group(1))) or ""
    return {"\\n": "\n", "\\t": "\t"}.get(text, sign.group(2) or "")


async def _sed(call: Call) -> int:
    scripts, kept, words = [], [], iter(call.arguments)
    for word in words:
        if word in ("-e", "--expression"):
            scripts.append(next(words, ""))
        elif word == "-f":
            scripts.append(call.phone.files.read(call.path(next(words, ""))).decode(errors="replace"))
        else:
            kept.append(re.sub("^-i.+|^--in-place$", "-i", word))
    call.arguments = kept
    options, paths = call.take_options("nErisuz")
    if not scripts:
        if not paths:
            return call.fail("sed: Needs script")
        scripts.append(paths.pop(0))
    reads = ScriptReader("\n".join(scripts), extended=bool({"E", "r"} & set(options)))
    commands = reads.commands()
    texts: list[tuple[str, str]] = []
    async for path, source in opened(call, paths):
        texts.append((path, (await source.read_all()).decode(errors="replace")))
    if "i" not in options and "s" not in options:
        texts = [("", "".join(text if text.endswith("\n") or at + 1 == len(texts) else f"{text}\n"
                              for at, (_, text) in enumerate(texts)))]  # fmt: skip
    for path, text in texts:
        output = _edited(commands, text, quiet="n" in options)
        if "i" in options:
            call.phone.files.write(
                call.path(path), output.encode(), mode=call.phone.files.entry(call.path(path)).mode
            )
        else:
            call.out += output.encode()
    return int(bool(call.errors))


def _edited(commands: list[Command], text: str, *, quiet: bool) -> str:
    lines = text.split("\n")
    ends = lines[-1] == ""
    editor = _Editor(commands, lines[:-1] if ends else lines, quiet=quiet)
    editor.run()
    output = "\n".join(editor.output)
    return output + "\n" if editor.output and (ends or quiet) else output


TOYS: dict[str, Callable[[Call], Awaitable[int]]] = {"sed": _sed}
