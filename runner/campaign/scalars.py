"""What an unquoted YAML value means: the core schema of YAML 1.2.

`no`, `on`, `14:30` and dates are strings. One deliberate difference: digits with a leading zero (`012`) are a
string too, since they are a serial or an octal number of YAML 1.1, never the number 12.
"""

import re
from functools import lru_cache

WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

MAYBE_NOT_TEXT = frozenset("~ntfNTF-+.0123456789")
"""The first characters of all plain values that are not strings (besides the empty one)."""

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))")
# Python refuses to convert integers of more than 4300 digits, and a float holds 308.
_MOST_DIGITS = 300


_SHORT = 32


def plain(text: str) -> str | int | float | bool | None:
    """The value of an unquoted scalar. A whole number is an int, however it is written (`1.0`, `1e3`); one
    that is too large for a float, and one of more than 300 digits, is an infinity."""
    # Files write the same words and numbers again and again.
    return _remembered(text) if len(text) <= _SHORT else _value(text)


def _value(text: str) -> str | int | float | bool | None:
    if text in WORDS:
        return WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= _MOST_DIGITS else float("inf")
    if _BASED.fullmatch(text):
        return int(text, 0) if len(text) <= _MOST_DIGITS else float("inf")
    if _FLOAT.fullmatch(text):
        number = float(text)
        return int(number) if number.is_integer() else number
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    return text


_remembered = lru_cache(maxsize=4096)(_value)
