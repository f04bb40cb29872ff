"""sed's scripts: text becomes commands. What is not understood is refused."""

import re
from dataclasses import dataclass, field

from runner.virtual.commands.call import UsageError
from runner.virtual.commands.searching import python_expression

_SIMPLE = "dDgGhHlnNpPqQx="
Address = int | str | re.Pattern[str]


@dataclass(slots=True)
class Command:
    name: str
    first: Address | None = None
    last: Address | None = None
    negated: bool = False
    text: str = ""
    pattern: re.Pattern[str] | None = None
    everywhere: bool = False
    prints: bool = False
    number: int = 1
    body: "list[Command]" = field(default_factory=list)
    inside: bool = False
    begun: int = 0


class ScriptReader:
    """Reads a script."""

    def __init__(self, text: str, *, extended: bool) -> None:
        self._text = text
        self._extended = extended
        self._at = 0
        self._last: re.Pattern[str] | None = None

    def commands(self, *, nested: bool = False) -> list[Command]:
        commands: list[Command] = []
        while True:
            self._skip(" \t\n;")
            if self._at >= len(self._text):
                if nested:
                    raise UsageError("sed: no }")
                return commands
            if self._text[self._at] == "}":
                if not nested:
                    raise self._wrong()
                self._at += 1
                return commands
            if self._text[self._at] == "#":
                self._rest()
                continue
            commands.append(self._command())

    def _wrong(self) -> UsageError:
        return UsageError(
            f"sed: bad pattern '{self._text}'@{self._at + 1} ({self._text[self._at : self._at + 1]})"
        )

    def _skip(self, signs: str) -> None:
        while self._at < len(self._text) and self._text[self._at] in signs:
            self._at += 1

    def _rest(self) -> str:
        end = self._text.find("\n", self._at)
        end = len(self._text) if end < 0 else end
        text, self._at = self._text[self._at : end], end
        return text

    def _command(self) -> Command:
        command = Command("")
        command.first = self._address()
        self._skip(" \t")
        if command.first is not None and self._text.startswith(",", self._at):
            self._at += 1
            self._skip(" \t")
            command.last = self._address()
            if command.last is None:
                raise self._wrong()
        self._skip(" \t")
        while self._text.startswith("!", self._at):
            command.negated = True
            self._at += 1
            self._skip(" \t")
        if self._at >= len(self._text):
            raise self._wrong()
        command.name = self._text[self._at]
        self._at += 1
        self._fill(command)
        return command

    def _fill(self, command: Command) -> None:
        if command.name == "{":
            command.body = self.commands(nested=True)
        elif command.name in "sy":
            self._substitution(command)
        elif command.name in "aic":
            self._skip(" \t")
            if self._text.startswith("\\", self._at):
                self._at += 1
                self._skip(" \t")
                self._at += self._text.startswith("\n", self._at)
            lines = [self._rest()]
            while lines[-1].endswith("\\"):
                self._at += 1
                lines[-1] = lines[-1][:-1]
                lines.append(self._rest())
            command.text = "\n".join(lines)
        elif command.name in ":bt":
            self._skip(" \t")
            found = re.compile(r"[^\s;}]*").match(self._text, self._at)
            command.text = found.group() if found else ""
            self._at += len(command.text)
        elif command.name not in _SIMPLE:
            self._at -= 1
            raise self._wrong()
        self._skip(" \t")
        if command.name not in "{aic" and self._at < len(self._text) and self._text[self._at] not in ";\n}#":
            raise self._wrong()

    def _address(self) -> Address | None:
        found = re.compile("[0-9]+").match(self._text, self._at)
        if found:
            self._at = found.end()
            return int(found.group())
        sign = self._text[self._at : self._at + 1]
        if sign == "$":
            self._at += 1
            return "$"
        if sign not in ("/", "\\") or not sign:
            return None
        self._at += 1 + (sign == "\\")
        text = self._until(self._text[self._at - 1])
        ignored = self._text.startswith("I", self._at)
        self._at += ignored
        return self._expression(text, ignored=ignored)

    def _until(self, end: str) -> str:
        parts: list[str] = []
        in_set = False
        while self._at < len(self._text):
            sign = self._text[self._at]
            self._at += 1
            if sign == end and not in_set:
                return "".join(parts)
            if sign == "\\" and not in_set:
                following = self._text[self._at : self._at + 1]
                self._at += 1
                parts.append(following if following == end else "\\" + following)
                continue
            in_set = (sign == "[" or in_set) and not (
                sign == "]" and in_set and parts[-1:] not in (["["], ["^"])
            )
            parts.append(sign)
        raise UsageError(f"sed: bad pattern '{self._text}'@{self._at} ()")

    def _replacement(self, end: str) -> str:
        parts: list[str] = []
        while self._at < len(self._text):
            sign = self._text[self._at]
            self._at += 1
            if sign == end:
                return "".join(parts)
            if sign == "\\":
                following = self._text[self._at : self._at + 1]
                self._at += 1
                sign = following if following == end and end not in "&0123456789" else "\\" + following
            parts.append(sign)
        raise UsageError(f"sed: bad pattern '{self._text}'@{self._at} ()")

    def _expression(self, text: str, *, ignored: bool) -> re.Pattern[str]:
        if not text:
            if self._last is None:
                raise UsageError("sed: no previous regex")
            return self._last
        text = text.replace("\\n", "\n").replace("\\t", "\t")
        try:
            expression = python_expression(text, extended=self._extended)
            expression = re.sub(r"(?<!\\)\$$", lambda _: r"\Z", expression)
            self._last = re.compile(expression, re.IGNORECASE if ignored else 0)
        except re.error as error:
            raise UsageError(f"sed: bad regex '{text}': {error}") from error
        return self._last

    def _substitution(self, command: Command) -> None:
        end = self._text[self._at : self._at + 1]
        if not end or end in "\n\\":
            raise self._wrong()
        self._at += 1
        text = self._until(end)
        command.text = self._replacement(end)
        if command.name == "y":
            command.text = text + "\0" + command.text
            if len(text) * 2 + 1 != len(command.text):
                raise UsageError("sed: y/// lengths differ")
            return
        ignored = False
        while self._at < len(self._text) and self._text[self._at] in "gpiI0123456789":
            digits = re.compile("[0-9]+").match(self._text, self._at)
            if digits:
                command.number = int(digits.group())
                self._at = digits.end()
                continue
            sign = self._text[self._at]
            command.everywhere = command.everywhere or sign == "g"
            command.prints = command.prints or sign == "p"
            ignored = ignored or sign in "iI"
            self._at += 1
        command.pattern = self._expression(text, ignored=ignored)
