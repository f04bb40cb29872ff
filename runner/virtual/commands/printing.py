"""echo, printf, seq, expr, yes: what makes text."""

import re
from collections.abc import Awaitable, Callable, Iterator

from runner.virtual.commands.call import Call, UsageError
from runner.virtual.language.arithmetic import CalculationError, evaluate
from runner.virtual.language.words import unescaped

_ESCAPED = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|0?[0-7]{1,3}|.)", re.DOTALL)
_FIELD = re.compile(r"%(?:(%)|([-+ #0]*)(\*|[0-9]*)(?:\.(\*|[0-9]*))?[lhqjzt]*([A-Za-z]))")
_MAX_WIDTH = 1 << 16


def _unescape(text: str) -> tuple[bytes, bool]:
    """The bytes of a text with backslashes, and whether it says that nothing may follow (`\\c`)."""
    parts, at = [], 0
    for found in _ESCAPED.finditer(text):
        parts.append(text[at : found.start()].encode())
        at = found.end()
        sign = found.group(1)
        if sign == "c":
            return b"".join(parts), True
        number = sign[0] in "01234567" or (sign[0] == "x" and len(sign) > 1)
        if number:
            parts.append(bytes([int(sign[1:], 16) & 0xFF if sign[0] == "x" else int(sign, 8) & 0xFF]))
        else:
            parts.append(
                unescaped(sign).encode()
                if sign in "ntrabefv\\\"'" or sign[0] == "u"
                else f"\\{sign}".encode()
            )
    return b"".join(parts) + text[at:].encode(), False


def _echo(call: Call) -> int:
    """mksh's own: backslashes mean something unless -E comes first; -n leaves out the newline."""
    words, newline, escapes = list(call.arguments), True, True
    while words and re.fullmatch(r"-[neE]+", words[0]):
        for letter in words.pop(0)[1:]:
            newline = newline and letter != "n"
            escapes = letter == "e" or (escapes and letter != "E")
    text = " ".join(words)
    data, ended = _unescape(text) if escapes and "\\" in text else (text.encode(), False)
    call.out += data + (b"\n" if newline and not ended else b"")
    return 0


def _printf(call: Call) -> int:
    if not call.arguments:
        return call.fail("/system/bin/sh: printf: missing format argument", 2)
    pattern, *words = call.arguments
    given = iter(words)
    left = len(words)
    while True:
        state = _Printing(call, given, left)
        ended = state.print(pattern)
        left -= state.used
        if ended or left <= 0 or not state.used:
            return state.status


class _Printing:
    """One pass over a format."""

    def __init__(self, call: Call, words: Iterator[str], left: int) -> None:
        self._call = call
        self._words = words
        self._left = left
        self.used = 0
        self.status = 0

    def print(self, pattern: str) -> bool:
        """True if nothing may follow."""
        at = 0
        for found in _FIELD.finditer(pattern):
            data, ended = _unescape(pattern[at : found.start()])
            self._call.out += data
            at = found.end()
            if ended or self._field(found):
                return True
        data, ended = _unescape(pattern[at:])
        if "%" in pattern[at:]:
            raise UsageError(f"/system/bin/sh: printf: {pattern}: invalid format")
        self._call.out += data
        return ended

    def _next(self) -> str | None:
        if self.used >= self._left:
            return None
        self.used += 1
        return next(self._words)

    def _width(self, text: str | None) -> str:
        text = (self._next() or "0") if text == "*" else text or ""
        if text and (not text.lstrip("-").isdigit() or abs(int(text)) > _MAX_WIDTH):
            raise UsageError(f"/system/bin/sh: printf: {text}: bad width")
        return text

    def _field(self, found: re.Match[str]) -> bool:
        percent, flags, width, precision, kind = found.groups()
        if percent:
            self._call.out += b"%"
            return False
        width = self._width(width)
        point = "" if precision is None else "." + self._width(precision)
        word = self._next()
        if kind in "sbc":
            data, ended = _unescape(word or "") if kind == "b" else ((word or "").encode(), False)
            data = data[:1] if kind == "c" else data[: int(point[1:] or 0)] if point else data
            size = int(width or 0)
            self._call.out += data.ljust(abs(size)) if "-" in flags or size < 0 else data.rjust(size)
            return ended
        if kind in "diouxX":
            number = self._number(word or "0")
            if kind in "ouxX" and number < 0:
                number += 1 << 64
            self._call.out += f"%{flags}{width}{point}{'d' if kind in 'iu' else kind}".encode() % number
            return False
        if kind in "feEgGF":
            try:
                self._call.out += f"%{flags}{width}{point}{kind}".encode() % float(word or 0)
            except ValueError:
                self.status = self._call.fail(f"/system/bin/sh: printf: {word}: not a number")
            return False
        raise UsageError(f"/system/bin/sh: printf: %{kind}: invalid conversion")

    def _number(self, word: str) -> int:
        if word[:1] in ("'", '"'):
            return ord(word[1:2] or "\0")
        try:
            octal = re.fullmatch(r"[-+]?0[0-7]+", word)
            return int(word, 8) if octal else int(word.strip(), 0) if word.strip() else 0
        except ValueError:
            self.status = self._call.fail(f"/system/bin/sh: printf: {word}: not completely converted")
            digits = re.match(r"\s*[-+]?[0-9]+", word)
            return int(digits.group()) if digits else 0


async def _seq(call: Call) -> int:
    arguments = call.arguments
    call.arguments = [f"./{word}" if re.match(r"-[0-9.]", word) else word for word in arguments]
    options, words = call.take_options("w", "fs")
    words = [word.removeprefix("./") for word in words]
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        return call.fail("seq: bad number")
    if not 1 <= len(numbers) <= 3:
        return call.fail('seq: Needs 1 argument (see "seq --help")')
    first = numbers[0] if len(numbers) > 1 else 1.0
    step = numbers[1] if len(numbers) > 2 else 1.0
    digits = max((len(word.partition(".")[2]) for word in words), default=0)
    width = max(len(f"{number:.{digits}f}") for number in (first, numbers[-1])) if "w" in options else 0
    separator = options.get("s", "\n")
    count = 0
    while step and (first + count * step <= numbers[-1] if step > 0 else first + count * step >= numbers[-1]):
        text = f"{first + count * step:0{width}.{digits}f}"
        if "f" in options:
            text = options["f"] % (first + count * step)
        call.out += (separator if count else "").encode() + text.encode()
        count += 1
        if count % 1000 == 0:
            await call.deliver()
    call.out += b"\n" if count else b""
    return 0


def _expr(call: Call) -> int:
    words = call.arguments
    if len(words) == 3 and words[1] == ":":
        found = re.match(words[2].replace("\\(", "(").replace("\\)", ")"), words[0])
        if found is None:
            return call.print("" if "\\(" in words[2] else "0") or 1
        call.print(found.group(1) if found.groups() else str(found.end()))
        return 0
    if (
        len(words) == 3
        and words[1] in ("=", "!=")
        and not all(re.fullmatch(r"-?\d+", words[at]) for at in (0, 2))
    ):
        holds = (words[0] == words[2]) == (words[1] == "=")
        call.print(str(int(holds)))
        return int(not holds)
    try:
        text = " ".join("==" if word == "=" else word for word in words)
        if not words or re.search(r"[A-Za-z_]", text):
            raise CalculationError("non-integer argument" if words else "syntax error")
        value = evaluate(text, {})
    except CalculationError as error:
        return call.fail(f"expr: {error}", 2)
    call.print(str(value))
    return int(value == 0)


async def _yes(call: Call) -> int:
    line = f"{' '.join(call.arguments) or 'y'}\n".encode()
    while True:
        await call.write(line * 64)


def _basename(call: Call) -> int:
    options, words = call.take_options("a", "s")
    if not words:
        return call.fail('basename: Needs 1 argument (see "basename --help")')
    names, suffix = (words, options.get("s", "")) if options else (words[:1], (words[1:] or [""])[0])
    for name in names:
        base = name.rstrip("/").rpartition("/")[2] or ("/" if name.startswith("/") else "")
        call.print(base.removesuffix(suffix) if suffix and base != suffix else base)
    return 0


def _dirname(call: Call) -> int:
    for name in call.arguments:
        above, slash, _ = name.rstrip("/").rpartition("/")
        call.print(above.rstrip("/") or ("/" if slash or name.startswith("/") else "."))
    return 0


TOYS: dict[str, Callable[[Call], "int | Awaitable[int]"]] = {
    "basename": _basename,
    "dirname": _dirname,
    "echo": _echo,
    "expr": _expr,
    "printf": _printf,
    "seq": _seq,
    "yes": _yes,
}
