"""The parts of words: quotes, `$`, and the text of here-documents."""

import re

from runner.virtual.language.nodes import (
    Arithmetic,
    List,
    Literal,
    Parameter,
    Part,
    Redirect,
    Substitution,
    Word,
)

_ENDS_WORD = " \t\r\n;&|<>()"
_PLAIN = re.compile(r"[^ \t\r\n;&|<>()'\"$`\\]+")
_PLAIN_IN_QUOTES = re.compile(r"[^\"$`\\]+")
_BARE = re.compile(r"[^ \t\r\n;&|<>()'\"$`\\]+(?=[ \t\r\n;&|<>()]|$)")
_NAME = re.compile(r"[A-Za-z_]\w*|[0-9@*#?$!-]")
_LONG_NAME = re.compile(r"[A-Za-z_]\w*|[0-9]+|[@*#?$!-]")
_INDEX = re.compile(r"\[((?:[^][\n}]|\$\{[^}\n]*\}|\[[^][\n]*\])+)\]")
_PARAMETER_OPERATOR = re.compile(r":[-=?+]|##|%%|//|[-=?+#%/:]")
_ESCAPE = re.compile(r"x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|U[0-9A-Fa-f]{1,8}|[0-7]{1,3}|.", re.DOTALL)
_ESCAPES = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "v": "\v",
}


class ShellSyntaxError(Exception):
    """The line is not understood; the message is the shell's. `incomplete`: more text could complete it."""

    def __init__(self, message: str, *, incomplete: bool = False) -> None:
        super().__init__(message)
        self.incomplete = incomplete


class WordReader:
    """Reads words from `_text`, from the place `_at` on. The grammar of lists is the subclass's."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._here_documents: list[tuple[Redirect, str, bool]] = []

    def substituted(self) -> List:
        raise NotImplementedError

    def backquoted(self, text: str) -> List:
        raise NotImplementedError

    def word(self) -> Word:
        """The next word; empty if an operator or the end comes first."""
        self._skip_blanks()
        return self._parts(_ENDS_WORD)

    def bare_word(self) -> str:
        found = _BARE.match(self._text, self._at)
        return found.group() if found else ""

    def next_word(self) -> str:
        start = self._at
        try:
            self.word()
        except ShellSyntaxError:
            return self._text[start : start + 1]
        return self._text[start : self._at]

    def plain(self, word: Word) -> str | None:
        """The text of a word without quotes and expansions."""
        part = word[0]
        return part.text if len(word) == 1 and isinstance(part, Literal) and not part.quoted else None

    def operator_word(self, operator: str) -> Word:
        """A word that no text can be: an operator within `[[ ]]`."""
        return (Literal("", quoted=True), Literal(operator))

    def within_quotes(self, text: str) -> Word:
        """The parts of a text that is expanded as if it stood in double quotes."""
        reader = type(self)(text)
        return tuple(reader._quoted_parts(""))

    def arithmetic_end(self, start: int) -> int | None:
        """Where the `))` that closes an expression is; None if it is none."""
        depth = 0
        for place in range(start, len(self._text)):
            sign = self._text[place]
            if sign == "(":
                depth += 1
            elif sign == ")":
                if depth == 0:
                    return place if self._text.startswith("))", place) else None
                depth -= 1
        return None

    def expect_here_document(self, redirect: Redirect, delimiter: str) -> None:
        self._here_documents.append((redirect, delimiter, redirect.operator == "<<-"))

    def _read_here_documents(self) -> None:
        """The texts of the here-documents of the line that has just ended."""
        waiting, self._here_documents = self._here_documents, []
        for redirect, delimiter, strip in waiting:
            literal = any(sign in delimiter for sign in "'\"\\")
            end = re.sub(r"['\"\\]", "", delimiter)
            lines = []
            while True:
                if self._at >= len(self._text):
                    raise ShellSyntaxError(f"here document '{end}' unclosed", incomplete=True)
                stop = self._text.find("\n", self._at)
                stop = len(self._text) if stop < 0 else stop
                line = self._text[self._at : stop]
                self._at = min(stop + 1, len(self._text))
                line = line.lstrip("\t") if strip else line
                if line == end:
                    break
                lines.append(line + "\n")
            text = "".join(lines)
            redirect.target = (Literal(text, quoted=True),) if literal else self._here_text(text)

    def _here_text(self, text: str) -> Word:
        reader = type(self)(text)
        return tuple(reader._quoted_parts("", here=True))

    def _skip_blanks(self) -> None:
        text = self._text
        while self._at < len(text):
            if text[self._at] in " \t\r":
                self._at += 1
            elif text.startswith("\\\n", self._at):
                self._at += 2
            elif text[self._at] == "#" and (self._at == 0 or text[self._at - 1] in _ENDS_WORD):
                end = text.find("\n", self._at)
                self._at = len(text) if end < 0 else end
            else:
                return

    def _parts(self, ends: str) -> Word:
        """Parts up to one of the signs `ends`, which stays."""
        parts: list[Part] = []
        text = self._text
        while self._at < len(text) and (sign := text[self._at]) not in ends:
            if sign == "'":
                parts.append(Literal(self._until_quote(), quoted=True))
            elif sign == '"':
                self._at += 1
                parts.extend(self._quoted_parts('"') or [Literal("", quoted=True)])
                self._at += 1
            elif text.startswith("$'", self._at):
                parts.append(Literal(self._escaped_quote(), quoted=True))
            elif sign in "$`":
                parts.append(self._expansion(quoted=False))
            elif sign == "\\":
                escaped = text[self._at + 1 : self._at + 2]
                if escaped != "\n":
                    parts.append(Literal(escaped, quoted=True))
                self._at += 2
            else:
                found = _PLAIN.match(text, self._at)
                run = found.group() if found else sign
                for place, end in enumerate(run):
                    if end in ends:
                        run = run[:place]
                        break
                self._at += len(run)
                parts.append(Literal(run))
        return tuple(parts)

    def _until_quote(self) -> str:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            raise ShellSyntaxError("no closing quote", incomplete=True)
        text = self._text[self._at + 1 : end]
        self._at = end + 1
        return text

    def _escaped_quote(self) -> str:
        """`$'...'`"""
        self._at += 2
        parts: list[str] = []
        while self._at < len(self._text):
            sign = self._text[self._at]
            self._at += 1
            if sign == "'":
                return "".join(parts)
            if sign != "\\":
                parts.append(sign)
                continue
            found = _ESCAPE.match(self._text, self._at)
            if found is None:
                break
            parts.append(unescaped(found.group()))
            self._at = found.end()
        raise ShellSyntaxError("no closing quote", incomplete=True)

    def _quoted_parts(self, end: str, *, here: bool = False) -> list[Part]:
        """Parts as in double quotes, up to the sign `end`, which stays; with no end, up to the end of the text."""
        parts: list[Part] = []
        text = self._text
        while self._at < len(text):
            sign = text[self._at]
            if end and sign == end:
                return parts
            if sign in "$`":
                parts.append(self._expansion(quoted=True))
            elif sign == "\\":
                escaped = text[self._at + 1 : self._at + 2]
                special = escaped and escaped in ("$`\\\n" if here else '$`"\\\n' + end)
                if escaped != "\n":
                    parts.append(Literal(escaped if special else sign + escaped, quoted=True))
                self._at += 2
            else:
                found = _PLAIN_IN_QUOTES.match(text, self._at)
                run = found.group() if found else sign
                if end and end in run:
                    run = run[: run.index(end)]
                self._at += len(run)
                parts.append(Literal(run, quoted=True))
        if end:
            raise ShellSyntaxError("no closing quote", incomplete=True)
        return parts

    def _expansion(self, *, quoted: bool) -> Part:
        text = self._text
        if text[self._at] == "`":
            return Substitution(self.backquoted(self._until_backquote(quoted)), quoted)
        if text.startswith("$((", self._at) and (end := self.arithmetic_end(self._at + 3)) is not None:
            expression = text[self._at + 3 : end]
            self._at = end + 2
            return Arithmetic(self.within_quotes(expression), quoted)
        if text.startswith("$(", self._at):
            self._at += 2
            return Substitution(self.substituted(), quoted)
        if text.startswith("${", self._at):
            return self._braced(quoted=quoted)
        found = _NAME.match(text, self._at + 1)
        if found is None:
            self._at += 1
            return Literal("$", quoted)
        self._at = found.end()
        return Parameter(found.group(), quoted=quoted)

    def _until_backquote(self, quoted: bool) -> str:
        self._at += 1
        parts: list[str] = []
        while self._at < len(self._text):
            sign = self._text[self._at]
            self._at += 1
            if sign == "`":
                return "".join(parts)
            following = self._text[self._at : self._at + 1]
            if sign == "\\" and following and following in ('$`\\"' if quoted else "$`\\"):
                sign = following
                self._at += 1
            parts.append(sign)
        raise ShellSyntaxError("no closing quote", incomplete=True)

    def _braced(self, *, quoted: bool) -> Part:
        start = self._at
        self._at += 2
        text = self._text
        for sign, operator in (("#", "length"), ("!", "numbers")):
            prefixed = _LONG_NAME.match(text, self._at + 1) if text.startswith(sign, self._at) else None
            array = _INDEX.match(text, prefixed.end()) if prefixed else None
            end = (array or prefixed).end() if prefixed else 0
            if prefixed and text.startswith("}", end) and (operator == "length" or _each(array)):
                self._at = end + 1
                return self._parameter(prefixed.group(), array, operator, (), quoted)
        found = _LONG_NAME.match(text, self._at)
        if found is None:
            raise self._bad_substitution(start)
        array = _INDEX.match(text, found.end()) if found.group().isidentifier() else None
        self._at = (array or found).end()
        name = found.group()
        if text.startswith("}", self._at):
            self._at += 1
            return self._parameter(name, array, "", (), quoted)
        operation = _PARAMETER_OPERATOR.match(text, self._at)
        if operation is None:
            raise self._bad_substitution(start)
        self._at = operation.end()
        operator = operation.group()
        words = [
            self._operand(
                "/" if operator in ("/", "//") else ":" if operator == ":" else "", operator, quoted
            )
        ]
        if operator in ("/", "//", ":") and not text.startswith("}", self._at):
            self._at += 1
            words.append(self._operand("", operator, quoted))
        if not text.startswith("}", self._at):
            raise ShellSyntaxError("syntax error: unmatched '${'", incomplete=True)
        self._at += 1
        return self._parameter(name, array, operator, tuple(words), quoted)

    def _parameter(
        self, name: str, array: re.Match[str] | None, operator: str, words: tuple[Word, ...], quoted: bool
    ) -> Parameter:
        each = _each(array)
        index = self.within_quotes(array.group(1)) if array and not each else ()
        return Parameter(name, operator, words, quoted, index, each)

    def _operand(self, end: str, operator: str, quoted: bool) -> Word:
        """The word behind an operator of `${}`. A pattern is one within double quotes, too."""
        if quoted and operator not in ("#", "##", "%", "%%", "/", "//"):
            return tuple(self._quoted_operand())
        return self._parts("}" + end)

    def _quoted_operand(self) -> list[Part]:
        parts: list[Part] = []
        while self._at < len(self._text) and self._text[self._at] not in "}":
            if self._text[self._at] == '"':
                self._at += 1
                parts.extend(self._quoted_parts('"') or [Literal("", quoted=True)])
                self._at += 1
            elif self._text[self._at] in "$`":
                parts.append(self._expansion(quoted=True))
            elif self._text[self._at] == "\\":
                parts.append(Literal(self._text[self._at + 1 : self._at + 2], quoted=True))
                self._at += 2
            else:
                parts.append(Literal(self._text[self._at], quoted=True))
                self._at += 1
        return parts

    def _bad_substitution(self, start: int) -> ShellSyntaxError:
        end = self._text.find("}", start)
        shown = self._text[start : end + 1 if end >= 0 else len(self._text)]
        return ShellSyntaxError(f"{shown}: bad substitution", incomplete=end < 0)


def _each(array: re.Match[str] | None) -> str:
    """The `@` or `*` between the brackets; empty if there is another index, or none."""
    return array.group(1) if array and array.group(1) in ("@", "*") else ""


def unescaped(text: str) -> str:
    """The sign that is written `\\TEXT`."""
    if text[0] in "xuU" and len(text) > 1:
        number = int(text[1:], 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    if text[0] in "01234567":
        return chr(int(text, 8) & 0xFF)
    return _ESCAPES.get(text, text)
