"""`test`, `[` and `[[`: what holds of files, texts and numbers."""

import stat
from collections.abc import Callable

from runner.virtual.files import Entry, Files
from runner.virtual.language import patterns
from runner.virtual.language.nodes import Literal, Word
from runner.virtual.shell_state import ShellState
from runner.virtual.streams import Streams

_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
}
_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/tty")
_FILES: dict[str, Callable[[Entry], bool]] = {
    "-e": lambda entry: True,
    "-a": lambda entry: True,
    "-f": lambda entry: not entry.is_folder,
    "-d": lambda entry: entry.is_folder,
    "-s": lambda entry: entry.size > 0,
    "-r": lambda entry: True,
    "-w": lambda entry: bool(entry.mode & 0o200),
    "-x": lambda entry: bool(entry.mode & 0o111),
    "-h": lambda entry: stat.S_ISLNK(entry.mode),
    "-L": lambda entry: stat.S_ISLNK(entry.mode),
    "-b": lambda entry: False,
    "-c": lambda entry: False,
    "-p": lambda entry: False,
    "-S": lambda entry: False,
}


class ConditionError(Exception):
    """An expression that `test` cannot read; the message is without the command's name."""


class _Test:
    """`test`'s expressions: `-o` below `-a` below `!`, parentheses, and operators with one or two words."""

    def __init__(self, words: list[str], files: Files, path: Callable[[str], str]) -> None:
        self._words = words
        self._files = files
        self._path = path
        self._at = 0

    def holds(self) -> bool:
        if not self._words:
            return False
        result = self._either()
        if self._at < len(self._words):
            raise ConditionError(f"{self._words[self._at]}: unexpected operator/operand")
        return result

    def _take(self, word: str) -> bool:
        if self._words[self._at : self._at + 1] != [word]:
            return False
        self._at += 1
        return True

    def _either(self) -> bool:
        result = self._both()
        while self._take("-o"):
            result = self._both() or result
        return result

    def _both(self) -> bool:
        result = self._negated()
        while self._take("-a"):
            result = self._negated() and result
        return result

    def _negated(self) -> bool:
        if len(self._words) - self._at > 1 and not self._is_binary() and self._take("!"):
            return not self._negated()
        return self._single()

    def _is_binary(self) -> bool:
        operator = self._words[self._at + 1 : self._at + 2]
        return (
            len(self._words) - self._at > 2
            and bool(operator)
            and operator[0] in (*_TEXTS, *_NUMBERS, "-nt", "-ot")
        )

    def _single(self) -> bool:
        if self._at >= len(self._words):
            raise ConditionError("argument expected")
        if self._is_binary():
            left, operator, right = self._words[self._at : self._at + 3]
            self._at += 3
            return compare(left, operator, right, self._files, self._path)
        word = self._words[self._at]
        rest = len(self._words) - self._at
        if word == "(" and rest > 1 and ")" in self._words[self._at :]:
            self._at += 1
            result = self._either()
            if not self._take(")"):
                raise ConditionError("missing )")
            return result
        if rest > 1 and is_unary(word):
            self._at += 2
            return check(word, self._words[self._at - 1], self._files, self._path)
        self._at += 1
        return word != ""


def is_unary(word: str) -> bool:
    return word in _FILES or word in ("-z", "-n", "-t")


def check(operator: str, word: str, files: Files, path: Callable[[str], str]) -> bool:
    """What an operator with one word says."""
    if operator in ("-z", "-n"):
        return (word == "") == (operator == "-z")
    if operator == "-t":
        return False
    place = path(word)
    if place in _DEVICES:
        return operator in ("-e", "-a", "-r", "-w", "-c")
    is_about_link = operator in ("-h", "-L") and not word.endswith("/")
    entry = files.look(place) if is_about_link else files.find(place)
    return entry is not None and _FILES[operator](entry)


def compare(left: str, operator: str, right: str, files: Files, path: Callable[[str], str]) -> bool:
    """What an operator between two words says. Raises ConditionError."""
    if operator in _NUMBERS:
        return _NUMBERS[operator](_number(left), _number(right))
    if operator in ("-nt", "-ot"):
        times = [entry.modified_s if (entry := files.find(path(word))) else -1 for word in (left, right)]
        return times[0] > times[1] if operator == "-nt" else times[0] < times[1]
    return _TEXTS[operator](left, right)


def _number(word: str) -> int:
    try:
        return int(word.strip() or "0")
    except ValueError as error:
        raise ConditionError(f"bad number '{word}'") from error


def test(words: list[str], files: Files, path: Callable[[str], str]) -> bool:
    """Whether the expression of `test` holds. Raises ConditionError."""
    return _Test(words, files, path).holds()


async def evaluate_condition(shell: ShellState, words: tuple[Word, ...], streams: Streams) -> int:
    """`[[ ... ]]`: the status, 2 where the expression cannot be read."""
    reader = _Condition(shell, words)
    try:
        holds = await reader.either(True)
        reader.finish()
    except ConditionError as error:
        return await shell.complain(f"[[: {error}", streams, 2)
    return int(not holds)


class _Condition:
    """Words stay unsplit, `==` takes patterns, and `&&` and `||` leave out what does not matter."""

    def __init__(self, shell: ShellState, words: tuple[Word, ...]) -> None:
        self._shell = shell
        self._words = words
        self._at = 0

    def finish(self) -> None:
        if self._at < len(self._words):
            raise ConditionError("unexpected operator/operand")

    def _operator(self, place: int) -> str:
        """An operator of the shell's own, or a word without quotes."""
        word = self._words[place] if place < len(self._words) else ()
        if len(word) == 2 and word[0] == Literal("", quoted=True) and isinstance(word[1], Literal):
            return word[1].text if word[1].text in ("&&", "||", "(", ")", "<", ">") else ""
        if len(word) == 1 and isinstance(word[0], Literal) and not word[0].quoted:
            return word[0].text
        return ""

    def _take(self, operator: str) -> bool:
        if self._operator(self._at) != operator:
            return False
        self._at += 1
        return True

    async def either(self, wanted: bool) -> bool:
        result = await self._both(wanted)
        while self._take("||"):
            other = await self._both(wanted and not result)
            result = result or other
        return result

    async def _both(self, wanted: bool) -> bool:
        result = await self._single(wanted)
        while self._take("&&"):
            other = await self._single(wanted and result)
            result = result and other
        return result

    async def _single(self, wanted: bool) -> bool:
        if self._take("!"):
            return not await self._single(wanted)
        if self._take("("):
            result = await self.either(wanted)
            if not self._take(")"):
                raise ConditionError("missing )")
            return result
        if self._at >= len(self._words):
            raise ConditionError("unexpected end of expression")
        operator = self._operator(self._at + 1)
        if operator in (*_TEXTS, *_NUMBERS, "-nt", "-ot") and self._at + 2 < len(self._words):
            left, right = self._words[self._at], self._words[self._at + 2]
            self._at += 3
            return wanted and await self._compare(left, operator, right)
        unary = self._operator(self._at)
        if is_unary(unary) and self._at + 1 < len(self._words):
            self._at += 2
            return wanted and await self._check(unary, self._words[self._at - 1])
        self._at += 1
        return wanted and await self._shell.expansion.text(self._words[self._at - 1]) != ""

    def _path(self, word: str) -> str:
        return word if word.startswith("/") else f"{self._shell.folder.rstrip('/')}/{word}"

    async def _check(self, operator: str, word: Word) -> bool:
        return check(operator, await self._shell.expansion.text(word), self._shell.files, self._path)

    async def _compare(self, left: Word, operator: str, right: Word) -> bool:
        expansion = self._shell.expansion
        text = await expansion.text(left)
        if operator in ("=", "==", "!="):
            return patterns.fits(await expansion.pattern(right), text) == (operator != "!=")
        return compare(text, operator, await expansion.text(right), self._shell.files, self._path)
