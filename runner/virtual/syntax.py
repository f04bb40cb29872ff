"""The grammar of the phone's shell, as far as adb clients use it.

Lists (`;`, `&&`, `||`, newline), pipes, quotes, `$NAME`, `${NAME}`, `$?`, assignments and redirections. What
is beyond it is a syntax error, never silently something else.
"""

import re
from dataclasses import dataclass

_OPERATOR = re.compile(r"&&|\|\||;|\||\n|&|\(|\)")
_REDIRECT = re.compile(r"(?:[0-9]?)(?:>>|>&[0-9]|>|<)")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*|\?|[0-9]))")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=")
_RESERVED = frozenset(
    [
        "!",
        "{",
        "}",
        "[[",
        "case",
        "do",
        "done",
        "elif",
        "else",
        "esac",
        "fi",
        "for",
        "function",
        "if",
        "in",
        "select",
        "then",
        "until",
        "while",
    ]
)
"""Words that are no commands where a command begins: loops, choices and groups."""
_ENDS_WORD = " \t\n;&|<>()"


class ShellSyntaxError(Exception):
    """The line is not understood; the message is the shell's."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a word: literal text or, with `variable`, the name to look up."""

    text: str
    variable: bool = False
    quoted: bool = False


Word = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Redirect:
    """`source` is the descriptor; `target` a word, or the descriptor to join (`2>&1`)."""

    source: int
    operator: str
    target: Word | int


@dataclass(frozen=True, slots=True)
class Command:
    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One pipeline of a list, run unless `condition` (`;`, `&&`, `||`) and the last status forbid it."""

    condition: str
    pipeline: tuple[Command, ...]


def parse(line: str) -> list[Step]:
    """The steps of a command line. Raises ShellSyntaxError."""
    return _Parser(line).steps()


def _refuse_reserved(word: Word) -> None:
    """Raise ShellSyntaxError if a command would begin with a word of the shell's own."""
    if len(word) == 1 and not word[0].quoted and not word[0].variable and word[0].text in _RESERVED:
        raise ShellSyntaxError(f"syntax error: '{word[0].text}' is not supported")


class _Parser:
    def __init__(self, line: str) -> None:
        self._line = line
        self._at = 0

    def steps(self) -> list[Step]:
        steps: list[Step] = []
        condition = ";"
        while True:
            pipeline = self._pipeline()
            operator = self._operator()
            if pipeline:
                steps.append(Step(condition, pipeline))
            elif condition != ";" or operator in ("&&", "||"):
                raise self._unexpected(operator or "newline")
            if operator is None:
                return steps
            if operator not in (";", "\n", "&&", "||"):
                raise self._unexpected(operator)
            condition = ";" if operator == "\n" else operator

    def _pipeline(self) -> tuple[Command, ...]:
        commands = [self._command()]
        while (
            self._skip_blanks()
            and self._line.startswith("|", self._at)
            and self._line[self._at :][:2] != "||"
        ):
            self._at += 1
            commands.append(self._command())
        if len(commands) == 1 and commands[0] == Command((), (), ()):
            return ()
        if any(command == Command((), (), ()) for command in commands):
            raise self._unexpected("|")
        return tuple(commands)

    def _command(self) -> Command:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while self._skip_blanks() and self._at < len(self._line):
            redirect = _REDIRECT.match(self._line, self._at)
            assignment = _ASSIGNMENT.match(self._line, self._at)
            if redirect:
                self._at = redirect.end()
                redirects.append(self._redirect(redirect.group()))
            elif self._line[self._at] in _ENDS_WORD or self._line[self._at] == "#":
                self._skip_comment()
                break
            elif assignment and not words:
                self._at = assignment.end()
                assignments.append((assignment.group(1), self._word()))
            else:
                words.append(self._word())
                if len(words) == 1:
                    _refuse_reserved(words[0])
        return Command(tuple(assignments), tuple(words), tuple(redirects))

    def _redirect(self, text: str) -> Redirect:
        source = int(text[0]) if text[0].isdigit() else (0 if "<" in text else 1)
        if text[-1].isdigit():
            return Redirect(source, ">&", int(text[-1]))
        self._skip_blanks()
        target = self._word()
        if not target:
            raise self._unexpected("newline")
        return Redirect(source, text.lstrip("0123456789"), target)

    def _word(self) -> Word:
        parts: list[Part] = []
        while self._at < len(self._line) and self._line[self._at] not in _ENDS_WORD:
            sign = self._line[self._at]
            if sign == "'":
                parts.append(Part(self._until_quote(), quoted=True))
            elif sign == '"':
                parts.extend(self._double_quoted())
            elif sign == "$":
                parts.append(self._dollar(quoted=False))
            elif sign == "`":
                raise ShellSyntaxError("syntax error: command substitution is not supported")
            elif sign == "\\":
                parts.append(Part(self._line[self._at + 1 : self._at + 2], quoted=True))
                self._at += 2
            else:
                parts.append(Part(self._plain()))
        return tuple(parts)

    def _plain(self) -> str:
        start = self._at
        while self._at < len(self._line) and self._line[self._at] not in _ENDS_WORD + "'\"$`\\":
            self._at += 1
        return self._line[start : self._at]

    def _until_quote(self) -> str:
        end = self._line.find("'", self._at + 1)
        if end < 0:
            raise ShellSyntaxError("no closing quote")
        text = self._line[self._at + 1 : end]
        self._at = end + 1
        return text

    def _double_quoted(self) -> list[Part]:
        parts = [Part("", quoted=True)]
        self._at += 1
        while self._at < len(self._line):
            sign = self._line[self._at]
            if sign == '"':
                self._at += 1
                return parts
            if sign == "$":
                parts.append(self._dollar(quoted=True))
                continue
            if sign == "\\" and self._line[self._at + 1 : self._at + 2] in ("$", "`", '"', "\\", "\n"):
                self._at += 1
            parts.append(Part(self._line[self._at], quoted=True))
            self._at += 1
        raise ShellSyntaxError("no closing quote")

    def _dollar(self, *, quoted: bool) -> Part:
        if self._line.startswith("$(", self._at):
            raise ShellSyntaxError("syntax error: command substitution is not supported")
        found = _VARIABLE.match(self._line, self._at)
        if found is None:
            self._at += 1
            return Part("$", quoted=quoted)
        self._at = found.end()
        return Part(found.group(1) or found.group(2), variable=True, quoted=quoted)

    def _operator(self) -> str | None:
        self._skip_blanks()
        found = _OPERATOR.match(self._line, self._at)
        if found is None:
            return None
        self._at = found.end()
        return found.group()

    def _skip_blanks(self) -> bool:
        while self._at < len(self._line) and self._line[self._at] in " \t\r":
            self._at += 1
        return True

    def _skip_comment(self) -> None:
        if self._line[self._at] == "#":
            end = self._line.find("\n", self._at)
            self._at = len(self._line) if end < 0 else end

    def _unexpected(self, sign: str) -> ShellSyntaxError:
        return ShellSyntaxError(f"syntax error: unexpected '{sign}'")
