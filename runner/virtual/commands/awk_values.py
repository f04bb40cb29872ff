"""awk's values, and the functions that it has of its own."""

import math
import re
from collections.abc import Callable
from functools import lru_cache

from runner.virtual.commands.call import UsageError
from runner.virtual.commands.searching import python_expression

Value = float | str
_NUMBER = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_FIELD = re.compile(r"%([-+ #0]*)(\*|[0-9]*)(?:\.(\*|[0-9]*))?([a-zA-Z%])")


class Leave(Exception):
    """`next`, `exit`, `break`, `continue` or `return`."""

    def __init__(self, kind: str, value: Value = "") -> None:
        self.kind = kind
        self.value = value


class Typed(str):
    """A text that came from outside: one that looks like a number is compared as one."""

    __slots__ = ()


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(python_expression(pattern, extended=True))
    except re.error as error:
        raise UsageError(f"awk: bad regex '{pattern}': {error}", 2) from error


def number(value: Value) -> float:
    if isinstance(value, float):
        return value
    found = _NUMBER.match(value)
    return float(found.group()) if found else 0.0


def text_of(value: Value) -> str:
    if isinstance(value, str):
        return value
    return str(int(value)) if abs(value) < 1e16 and value == math.floor(value) else f"{value:.6g}"


def is_numeric(value: Value) -> bool:
    return isinstance(value, float) or (
        isinstance(value, Typed) and bool(_NUMBER.fullmatch(value.strip() or "x"))
    )


def is_true(value: Value) -> bool:
    if isinstance(value, Typed):
        return number(value) != 0 if is_numeric(value) else value != ""
    return value not in (0.0, "")


def computed(operator: str, left: float, right: float) -> float:
    if operator in ("/", "%") and right == 0:
        raise UsageError("awk: division by zero", 2)
    try:
        if operator == "^":
            return float(left**right)
        return {
            "+": lambda: left + right,
            "-": lambda: left - right,
            "*": lambda: left * right,
            "/": lambda: left / right,
            "%": lambda: math.fmod(left, right),
        }[operator]()
    except (OverflowError, TypeError):
        return math.inf


def formatted(values: list[Value]) -> str:
    """printf's text."""
    rest = iter(values[1:])

    def field(found: re.Match[str]) -> str:
        flags, width, precision, kind = found.groups()
        if kind == "%":
            return "%"
        sizes = [str(int(number(next(rest, 0.0)))) if size == "*" else size for size in (width, precision)]
        if any(len(size or "") > 4 for size in sizes):
            raise UsageError("awk: bad width", 2)
        pattern = f"%{flags}{sizes[0]}" + ("" if sizes[1] is None else f".{sizes[1]}")
        value = next(rest, "")
        if kind == "s":
            return f"{pattern}s" % text_of(value)
        if kind == "c":
            return f"{pattern}s" % (chr(int(value)) if isinstance(value, float) else value[:1])
        if kind in "diouxX":
            return f"{pattern}{'d' if kind in 'iu' else kind}" % int(number(value))
        if kind in "feEgG":
            return f"{pattern}{kind}" % number(value)
        raise UsageError(f"awk: bad conversion %{kind}", 2)

    return _FIELD.sub(field, text_of(values[0])) if values else ""


def _substring(values: list[Value]) -> Value:
    text, start = text_of(values[0]), round(number(values[1]))
    end = start + round(number(values[2])) if len(values) > 2 else len(text) + 1
    return text[max(start, 1) - 1 : max(end - 1, 0)]


FUNCTIONS: dict[str, Callable[[list[Value]], Value]] = {
    "atan2": lambda values: math.atan2(number(values[0]), number(values[1])),
    "cos": lambda values: math.cos(number(values[0])),
    "exp": lambda values: math.exp(number(values[0])),
    "index": lambda values: float(text_of(values[0]).find(text_of(values[1])) + 1),
    "int": lambda values: float(math.trunc(number(values[0]))),
    "log": lambda values: math.log(number(values[0])),
    "sin": lambda values: math.sin(number(values[0])),
    "sprintf": formatted,
    "sqrt": lambda values: math.sqrt(number(values[0])),
    "substr": _substring,
    "tolower": lambda values: text_of(values[0]).lower(),
    "toupper": lambda values: text_of(values[0]).upper(),
}
