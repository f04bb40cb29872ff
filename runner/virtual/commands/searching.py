"""grep, egrep and fgrep."""

import posixpath
import re
from collections.abc import Awaitable, Callable

from runner.virtual.commands.call import Call, UsageError
from runner.virtual.commands.inputs import opened, whole_number
from runner.virtual.streams import Input

_FLAGS = "EFGHLabchilnoqrRsvwxz"
_BASIC_SIGN = re.compile(r"(\\?)([+?|(){}])")
_BRACKET = re.compile(r"\[\^?\]?(?:\[:\w+:\]|[^\]])*\]")
_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


def _extend(sign: re.Match[str]) -> str:
    """In a basic expression these signs are ordinary, and special behind a backslash."""
    return sign.group(2) if sign.group(1) else "\\" + sign.group(2)


def _bracket(text: str) -> str:
    """A POSIX set in Python's spelling: there, a backslash is ordinary."""
    inner = text[1:-1]
    negated = inner.startswith("^")
    inner = inner[1:] if negated else inner
    inner = re.sub(r"[\\\[](?!:)", r"\\\g<0>", inner)
    inner = re.sub(r"^\]", r"\\]", inner)
    inner = re.sub(r"\[:(\w+):\]", lambda found: _CLASSES.get(found.group(1), ""), inner)
    return f"[{'^' if negated else ''}{inner}]"


def python_expression(text: str, *, extended: bool) -> str:
    """The Python expression of a POSIX one, basic or extended."""
    parts, at = [], 0
    for found in _BRACKET.finditer(text):
        if text[: found.start()].endswith("\\") or found.start() < at:
            continue
        parts.append(_outside(text[at : found.start()], extended, first=at == 0))
        parts.append(_bracket(found.group()))
        at = found.end()
    parts.append(_outside(text[at:], extended, first=at == 0))
    return "".join(parts)


def _outside(text: str, extended: bool, *, first: bool) -> str:
    text = text.replace("\\<", "\\b").replace("\\>", "\\b")
    if extended:
        return text
    text = _BASIC_SIGN.sub(_extend, text)
    text = re.sub(r"(?<!^)(?<!\\\()(?<!\()(?<!\|)(?<!\[)\^", r"\\^", text) if first else text
    return re.sub(r"^\*", r"\\*", text) if first else text


async def _grep(call: Call) -> int:
    if call.name in ("egrep", "fgrep"):
        call.arguments.insert(0, f"-{call.name[0].upper()}")
    expressions = _take_expressions(call)
    call.arguments = [word for word in call.arguments if not word.startswith("--col")]
    options, words = call.take_options(_FLAGS, "mABCef")
    if "f" in options:
        listed = call.phone.files.read(call.path(options["f"])).decode(errors="replace")
        expressions.extend(listed.splitlines())
    elif not expressions:
        if not words:
            return call.fail("grep: no REGEX", 2)
        expressions = words.pop(0).split("\n")
    search = _Search(call, options, _compiled(expressions, options))
    recursive = bool({"r", "R"} & set(options))
    paths = _below(call, words or ["."]) if recursive else words
    search.named = "h" not in options and ("H" in options or len(paths) > 1 or recursive)
    missed = 0
    async for path, source in opened(call, paths):
        await search.read("(standard input)" if path == "-" else path, source)
        if search.found and "q" in options:
            return 0
    if "s" in options:
        missed = len(call.errors)
        call.errors.clear()
    return 2 if call.errors or missed else 0 if search.found else 1


def _take_expressions(call: Call) -> list[str]:
    """The values of every `-e`; it may come more than once."""
    kept, expressions, words = [], [], iter(call.arguments)
    for word in words:
        if word == "-e":
            expressions.append(next(words, ""))
        elif word == "--":
            kept.extend([word, *words])
        else:
            kept.append(word)
    call.arguments = kept
    return expressions


def _compiled(expressions: list[str], options: dict[str, str]) -> re.Pattern[bytes]:
    wanted = []
    for text in expressions:
        expression = re.escape(text) if "F" in options else python_expression(text, extended="E" in options)
        if "x" in options:
            expression = f"^(?:{expression})$"
        wanted.append(rf"(?<!\w)(?:{expression})(?!\w)" if "w" in options else f"(?:{expression})")
    try:
        return re.compile("|".join(wanted).encode(), re.IGNORECASE if "i" in options else 0)
    except re.error as error:
        raise UsageError(f"grep: bad REGEX '{expressions[0]}': {error}", 2) from error


def _below(call: Call, paths: list[str]) -> list[str]:
    found: list[str] = []
    for path in paths:
        entry = call.phone.files.find(call.path(path))
        if entry is None or not entry.is_folder:
            found.append(path)
            continue
        names = call.phone.files.names(call.path(path))
        found.extend(_below(call, [posixpath.join(path, name) for name in names]) if names else [])
    return found


class _Search:
    """Looks through one file after the other and prints what fits."""

    def __init__(self, call: Call, options: dict[str, str], pattern: re.Pattern[bytes]) -> None:
        self._call = call
        self._options = options
        self._pattern = pattern
        self._most = whole_number(call, options["m"]) if "m" in options else 1 << 62
        around = options.get("C", "0")
        self._before = whole_number(call, options.get("B", around))
        self._after = whole_number(call, options.get("A", around))
        self.named = False
        self.found = False

    async def read(self, name: str, source: Input) -> None:
        count = number = shown_until = 0
        last_shown = 0
        earlier: list[tuple[int, bytes]] = []
        while count < self._most and (raw := await source.read_line()):
            number += 1
            line = raw.removesuffix(b"\n")
            if bool(self._pattern.search(line)) != ("v" in self._options):
                count += 1
                self.found = True
                if {"q", "l", "L"} & set(self._options):
                    break
                if "c" not in self._options:
                    if (
                        (self._before or self._after)
                        and last_shown
                        and number - len(earlier) > last_shown + 1
                    ):
                        self._call.print("--")
                    for place, text in earlier:
                        await self._show(name, place, text, "-")
                    await self._show(name, number, line, ":")
                    last_shown, shown_until = number, number + self._after
                earlier.clear()
            elif number <= shown_until:
                await self._show(name, number, line, "-")
                last_shown = number
            elif self._before:
                earlier = [*earlier, (number, line)][-self._before :]
        self._summarize(name, count)

    def _summarize(self, name: str, count: int) -> None:
        if ("l" in self._options and count) or ("L" in self._options and not count):
            self._call.print(name)
        elif "c" in self._options and "q" not in self._options:
            self._call.print(f"{name}:{count}" if self.named else str(count))

    async def _show(self, name: str, number: int, line: bytes, mark: str) -> None:
        head = f"{name}{mark}" if self.named else ""
        head += f"{number}{mark}" if "n" in self._options else ""
        if "o" in self._options and mark == ":":
            for found in self._pattern.finditer(line):
                if found.group():
                    await self._call.write(head.encode() + found.group() + b"\n")
            return
        await self._call.write(head.encode() + line + b"\n")


TOYS: dict[str, Callable[[Call], Awaitable[int]]] = {"grep": _grep, "egrep": _grep, "fgrep": _grep}
