"""What words become: variables filled in, commands substituted, fields split, and patterns replaced by files."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from runner.virtual.files import Files
from runner.virtual.language import arrays, patterns
from runner.virtual.language.arithmetic import CalculationError, evaluate
from runner.virtual.language.braces import expand_braces
from runner.virtual.language.nodes import Arithmetic, List, Literal, Parameter, Part, Substitution, Word

_MAX_TEXT = 16 * 1024 * 1024
"""Of one word: a line that doubles a variable in a loop must end."""
_Field = list[tuple[str, bool]]
"""Texts and whether they were quoted."""


class ExpansionError(Exception):
    """A word has no value; the message is the shell's, and the line ends."""


class Variables(Protocol):
    """What the expansion asks of the shell."""

    files: Files
    folder: str
    arguments: list[str]
    is_strict: bool

    @property
    def variables(self) -> dict[str, str]: ...

    def special(self, name: str) -> str | None: ...

    def substitute(self, body: List) -> Awaitable[str]: ...


class Expansion:
    def __init__(self, shell: Variables) -> None:
        self._shell = shell

    async def fields(self, words: tuple[Word, ...]) -> list[str]:
        """The arguments that words become."""
        fields: list[str] = []
        for word in words:
            if len(word) == 1 and isinstance(part := word[0], Literal):
                text = part.text
                if part.quoted or not (set(text) & set("*?[{~")):
                    fields.append(text)
                    continue
            for single in expand_braces(word):
                fields.extend(await self._fields_of(single))
        return fields

    async def text(self, word: Word) -> str:
        """One text, neither split nor matched with files: the value of an assignment."""
        return "".join([text for text, _ in await self._pieces(word)])

    async def pattern(self, word: Word) -> str:
        """A pattern for `patterns.fits`, in which what was quoted is ordinary."""
        pieces = await self._pieces(word)
        return "".join(patterns.escaped(text) if quoted else text for text, quoted in pieces)

    async def calculate(self, word: Word) -> int:
        try:
            return evaluate(await self.text(word), self._shell.variables)
        except CalculationError as error:
            raise ExpansionError(str(error)) from error
        except RecursionError as error:
            raise ExpansionError("expression nested too deeply") from error

    async def _pieces(self, word: Word) -> _Field:
        pieces: _Field = []
        for place, part in enumerate(word):
            if isinstance(part, Literal):
                text = self._home(part, word) if place == 0 else part.text
                pieces.append((text, part.quoted or text != part.text))
            else:
                pieces.append((await self._value(part), part.quoted))
        return pieces

    async def _fields_of(self, word: Word) -> list[str]:
        split = _Splitter(self._shell.variables.get("IFS", " \t\n"))
        for place, part in enumerate(word):
            if isinstance(part, Literal):
                text = self._home(part, word) if place == 0 else part.text
                split.add(text, quoted=part.quoted or text != part.text)
            elif isinstance(part, Parameter) and (several := self._several(part)) is not None:
                self._add_several(split, part, several)
            elif part.quoted:
                split.add(await self._value(part), quoted=True)
            else:
                split.add_split(await self._value(part))
        return [path for field in split.finished() for path in self._paths(field)]

    def _several(self, part: Parameter) -> list[str] | None:
        """What `$@` and `$*` stand for, or an array's `[@]` and `[*]`; None for what is one text."""
        if part.each and part.operator in ("", "numbers"):
            known = self._shell.variables
            if part.operator:
                return [str(number) for number in arrays.numbers(part.name, known)]
            return arrays.values(part.name, known)
        return self._shell.arguments if part.name in ("@", "*") and not part.operator else None

    def _add_several(self, split: "_Splitter", part: Parameter, several: list[str]) -> None:
        """Quoted, `@` keeps the texts as they are, and `*` joins them."""
        if part.quoted and (part.each or part.name) == "*":
            split.add(self._joined(several), quoted=True)
            return
        for number, argument in enumerate(several):
            if number:
                split.end()
            if part.quoted:
                split.add(argument, quoted=True)
            else:
                split.add_split(argument)

    def _joined(self, several: list[str]) -> str:
        return self._shell.variables.get("IFS", " ")[:1].join(several)

    async def key(self, name: str, index: Word) -> str:
        """The variable that holds a value: an element of an array if there is an index."""
        return arrays.element(name, await self.calculate(index)) if index else name

    def _home(self, part: Literal, word: Word) -> str:
        """`~` and `~/...` at the beginning of a word."""
        if part.quoted or not part.text.startswith("~") or (len(part.text) > 1 and part.text[1] != "/"):
            return part.text
        if part.text == "~" and len(word) > 1:
            return part.text
        return self._shell.variables.get("HOME", "/").rstrip("/") + (part.text[1:] or "/")

    async def _value(self, part: Part) -> str:
        if isinstance(part, Parameter):
            text = await self._parameter(part)
        elif isinstance(part, Substitution):
            text = await self._shell.substitute(part.body)
        elif isinstance(part, Arithmetic):
            text = str(await self.calculate(part.word))
        else:
            text = part.text
        if len(text) > _MAX_TEXT:
            raise ExpansionError("internal error: unable to allocate memory")
        return text

    def _look_up(self, name: str) -> str | None:
        if name in ("@", "*"):
            return self._joined(self._shell.arguments) if self._shell.arguments else None
        if name.isdigit() and name != "0":
            number = int(name)
            return self._shell.arguments[number - 1] if number <= len(self._shell.arguments) else None
        special = self._shell.special(name)
        return special if special is not None else self._shell.variables.get(name)

    async def _parameter(self, part: Parameter) -> str:
        operator = part.operator
        if part.each:
            return await self._array(part)
        key = await self.key(part.name, part.index)
        value = self._look_up(key)
        if operator == "length":
            return str(len(self._shell.arguments) if part.name in "@*" else len(value or ""))
        if operator.lstrip(":") in ("-", "=", "?", "+"):
            is_there = value is not None and not (operator[0] == ":" and value == "")
            return await self._alternative(part, key, value or "", is_there)
        if value is None:
            if self._shell.is_strict and part.name not in "@*":
                raise ExpansionError(f"{part.name}: parameter not set")
            value = ""
        if operator == ":":
            return await self._slice(part, value)
        if operator in ("/", "//"):
            return await self._replaced(part, value)
        return await self._trimmed(part, value) if operator else value

    async def _array(self, part: Parameter) -> str:
        """All elements as one text, or how many they are."""
        if (several := self._several(part)) is not None:
            return self._joined(several)
        known = arrays.values(part.name, self._shell.variables)
        if part.operator == "length":
            return str(len(known))
        if part.operator.lstrip(":") in ("-", "+"):
            return await self._alternative(part, part.name, self._joined(known), bool(known))
        raise ExpansionError(f"${{{part.name}[{part.each}]{part.operator}}}: bad substitution")

    async def _alternative(self, part: Parameter, key: str, value: str, is_there: bool) -> str:
        kind = part.operator[-1]
        if kind == "+":
            return await self.text(part.words[0]) if is_there else ""
        if is_there:
            return value
        other = await self.text(part.words[0])
        if kind == "?":
            raise ExpansionError(f"{part.name}: {other or 'parameter null or not set'}")
        if kind == "=":
            if not part.name.isidentifier():
                raise ExpansionError(f"${{{part.name}{part.operator}}}: bad substitution")
            self._shell.variables[key] = other
        return other

    async def _slice(self, part: Parameter, value: str) -> str:
        start = await self.calculate(part.words[0])
        start = max(len(value) + start, 0) if start < 0 else start
        if len(part.words) == 1:
            return value[start:]
        length = await self.calculate(part.words[1])
        end = len(value) + length if length < 0 else start + length
        return value[start : max(end, start)]

    async def _replaced(self, part: Parameter, value: str) -> str:
        pattern = await self.pattern(part.words[0])
        other = await self.text(part.words[1]) if len(part.words) > 1 else ""
        if not pattern:
            return value
        anchored = pattern[0] in "#%"
        found = patterns.compiled(pattern[1:] if anchored else pattern)
        if anchored:
            for place in range(len(value) + 1) if pattern[0] == "%" else (len(value),):
                text = value[place:] if pattern[0] == "%" else value
                match = found.fullmatch(text) if pattern[0] == "%" else found.match(text)
                if match:
                    return value[:place] + other if pattern[0] == "%" else other + value[match.end() :]
            return value
        return found.sub(lambda _: other, value, count=0 if part.operator == "//" else 1)

    async def _trimmed(self, part: Parameter, value: str) -> str:
        pattern = await self.pattern(part.words[0])
        shortest = len(part.operator) == 1
        if part.operator[0] == "#":
            found = patterns.compiled(pattern, shortest=shortest).match(value)
            return value[found.end() :] if found else value
        expression = patterns.compiled(pattern)
        places = range(len(value), -1, -1) if shortest else range(len(value) + 1)
        return next((value[:place] for place in places if expression.fullmatch(value, place)), value)

    def _paths(self, field: _Field) -> list[str]:
        """The files that a field names if it is a pattern; otherwise its own text."""
        text = "".join([text for text, _ in field])
        if not any(not quoted and patterns.is_pattern(text) for text, quoted in field):
            return [text]
        pattern = "".join(patterns.escaped(text) if quoted else text for text, quoted in field)
        return find_paths(self._shell.files, self._shell.folder, pattern) or [text]


class _Splitter:
    """Puts pieces of text together to fields, splitting what came of expansions at the signs of IFS."""

    def __init__(self, separators: str) -> None:
        self._separators = separators
        self._fields: list[_Field] = []
        self._open: _Field | None = None
        self._after_blank = False

    def add(self, text: str, *, quoted: bool) -> None:
        self._after_blank = False
        if self._open is None:
            self._open = []
        self._open.append((text, quoted))

    def end(self) -> None:
        if self._open is not None:
            self._fields.append(self._open)
            self._open = None

    def add_split(self, text: str) -> None:
        start = 0
        for place, sign in enumerate(text):
            if sign not in self._separators:
                continue
            if place > start:
                self.add(text[start:place], quoted=False)
            start = place + 1
            if sign in " \t\n":
                self._after_blank = self._after_blank or self._open is not None
                self.end()
            elif self._after_blank:
                self._after_blank = False
            else:
                self._fields.append(self._open or [])
                self._open = None
        if start < len(text):
            self.add(text[start:], quoted=False)

    def finished(self) -> list[_Field]:
        self.end()
        return self._fields


def find_paths(files: Files, folder: str, pattern: str) -> list[str]:
    """The paths that a pattern names, sorted, written as the pattern is; empty if there are none."""
    first, *rest = pattern.split("/")
    found = ["/"] if pattern.startswith("/") else _matching(files, folder, "", first)
    if pattern.startswith("/"):
        rest = [name for name in rest if name] or [""]
    for name in rest:
        found = [path for above in found for path in _matching(files, folder, above, name)]
    return sorted(found)


def _matching(files: Files, folder: str, above: str, name: str) -> list[str]:
    prefix = above if above in ("", "/") else above + "/"
    place = prefix if prefix.startswith("/") else f"{folder.rstrip('/')}/{prefix}"
    if not patterns.is_pattern(name):
        path = prefix + patterns.plain(name)
        return [path] if files.find(place + patterns.plain(name)) is not None else []
    entry = files.find(place or "/")
    if entry is None or not entry.is_folder:
        return []
    try:
        names = files.names(place or "/")
    except OSError:
        return []
    expression: Callable[[str], object] = patterns.compiled(name).fullmatch
    return [prefix + child for child in names if expression(child) and (name[0] == "." or child[0] != ".")]
