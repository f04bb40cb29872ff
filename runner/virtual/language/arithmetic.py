"""`$((...))`: numbers of 32 bits with C's operators, as mksh has them."""

import re
from collections.abc import Callable, MutableMapping

from runner.virtual.language.arrays import element

_TOKEN = re.compile(
    r"\s*(?:(?P<number>0[xX][0-9a-fA-F]+|[0-9]+(?:#[0-9a-zA-Z]+)?)|(?P<name>[A-Za-z_]\w*(?:\[(?:[^][]|\[[^][]*\])+\])?)"
    r"|(?P<sign><<=|>>=|\+\+|--|\|\||&&|<<|>>|<=|>=|==|!=|[-+*/%&|^]=|[-+*/%<>=!~&|^?:(),]))"
)
_BINARY: list[tuple[str, ...]] = [
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", "<=", ">", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
]
_ASSIGNING = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="}
_MAX_DEPTH = 50


class CalculationError(Exception):
    """An expression has no value; the message is the shell's."""


def evaluate(text: str, variables: MutableMapping[str, str], depth: int = 0) -> int:
    """The value of an expression. It may change variables. Raises CalculationError."""
    if depth > _MAX_DEPTH:
        raise CalculationError(f"{text}: recursive expression")
    return _Expression(text, variables, depth).value()


def _wrapped(number: int) -> int:
    return (number + 0x80000000) % 0x100000000 - 0x80000000


class _Expression:
    """Reads and computes at once; what `&&`, `||` and `?:` leave out is read without effect."""

    def __init__(self, text: str, variables: MutableMapping[str, str], depth: int) -> None:
        self._text = text
        self._variables = variables
        self._depth = depth
        self._skipping = 0
        self._tokens = self._split()
        self._at = 0

    def _split(self) -> list[tuple[str, str]]:
        tokens, at = [], 0
        while self._text[at:].strip():
            found = _TOKEN.match(self._text, at)
            if found is None:
                raise self._wrong(f"unexpected '{self._text[at:].strip()[0]}'")
            kind = found.lastgroup or ""
            tokens.append((kind, found.group(kind)))
            at = found.end()
        return tokens

    def value(self) -> int:
        if not self._tokens:
            return 0
        value = self._comma()
        if self._at < len(self._tokens):
            raise self._wrong(f"unexpected '{self._tokens[self._at][1]}'")
        return value

    def _wrong(self, message: str) -> CalculationError:
        return CalculationError(f"{self._text}: {message}")

    def _sign(self, *signs: str) -> str:
        """Take the next token if it is one of these signs."""
        if self._at < len(self._tokens):
            kind, text = self._tokens[self._at]
            if kind == "sign" and text in signs:
                self._at += 1
                return text
        return ""

    def _comma(self) -> int:
        value = self._assignment()
        while self._sign(","):
            value = self._assignment()
        return value

    def _assignment(self) -> int:
        if self._at + 1 < len(self._tokens) and self._tokens[self._at][0] == "name":
            name, operator = self._tokens[self._at][1], self._tokens[self._at + 1]
            if operator[0] == "sign" and operator[1] in _ASSIGNING:
                self._at += 2
                value = self._assignment()
                if operator[1] != "=":
                    value = self._compute(operator[1][:-1], self._look_up(name), value)
                return self._set(name, value)
        return self._choice()

    def _choice(self) -> int:
        condition = self._binary(0)
        if not self._sign("?"):
            return condition
        chosen = self._unless(not condition, self._comma)
        if not self._sign(":"):
            raise self._wrong("missing :")
        other = self._unless(bool(condition), self._assignment)
        return chosen if condition else other

    def _unless(self, skipped: bool, read: Callable[[], int]) -> int:
        self._skipping += skipped
        value = read()
        self._skipping -= skipped
        return value

    def _binary(self, level: int) -> int:
        if level == len(_BINARY):
            return self._unary()
        left = self._binary(level + 1)
        while sign := self._sign(*_BINARY[level]):
            if sign in ("&&", "||"):
                decided = bool(left) == (sign == "||")
                right = self._unless(decided, lambda: self._binary(level + 1))
                left = int(bool(left) if decided else bool(right))
            else:
                left = self._compute(sign, left, self._binary(level + 1))
        return left

    def _compute(self, sign: str, left: int, right: int) -> int:
        if sign in ("/", "%"):
            if self._skipping:
                return 0
            if right == 0:
                raise self._wrong("zero divisor")
            quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
            return _wrapped(quotient if sign == "/" else left - quotient * right)
        operations: dict[str, Callable[[], int]] = {
            "+": lambda: left + right,
            "-": lambda: left - right,
            "*": lambda: left * right,
            "<<": lambda: left << (right & 31),
            ">>": lambda: left >> (right & 31),
            "&": lambda: left & right,
            "|": lambda: left | right,
            "^": lambda: left ^ right,
            "==": lambda: int(left == right),
            "!=": lambda: int(left != right),
            "<": lambda: int(left < right),
            "<=": lambda: int(left <= right),
            ">": lambda: int(left > right),
            ">=": lambda: int(left >= right),
        }
        return _wrapped(operations[sign]())

    def _unary(self) -> int:
        sign = self._sign("+", "-", "!", "~", "++", "--")
        if sign in ("++", "--"):
            name = self._name()
            return self._set(name, self._look_up(name) + (1 if sign == "++" else -1))
        if sign:
            value = self._unary()
            return {"+": value, "-": _wrapped(-value), "!": int(not value), "~": ~value}[sign]
        return self._postfix()

    def _name(self) -> str:
        if self._at >= len(self._tokens) or self._tokens[self._at][0] != "name":
            raise self._wrong("not an lvalue")
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _postfix(self) -> int:
        if self._sign("("):
            value = self._comma()
            if not self._sign(")"):
                raise self._wrong("missing )")
            return value
        if self._at >= len(self._tokens):
            raise self._wrong("unexpected end of expression")
        kind, text = self._tokens[self._at]
        if kind == "sign":
            raise self._wrong(f"unexpected '{text}'")
        self._at += 1
        if kind == "number":
            return self._number(text)
        value = self._look_up(text)
        sign = self._sign("++", "--")
        if sign:
            self._set(text, value + (1 if sign == "++" else -1))
        return value

    def _number(self, text: str) -> int:
        base, mark, digits = text.partition("#")
        try:
            return _wrapped(
                int(digits, int(base)) if mark else int(text, 0) if text[1:2] in "xX" else int(text)
            )
        except ValueError as error:
            raise self._wrong(f"bad number '{text}'") from error

    def _key(self, name: str) -> str:
        """The variable that a name or an element of an array is."""
        if not name.endswith("]"):
            return name
        base, _, index = name[:-1].partition("[")
        return element(base, evaluate(index, self._variables, self._depth + 1))

    def _look_up(self, name: str) -> int:
        text = self._variables.get(self._key(name), "").strip()
        if not text:
            return 0
        if text.isdigit():
            return _wrapped(int(text))
        return evaluate(text, self._variables, self._depth + 1)

    def _set(self, name: str, value: int) -> int:
        value = _wrapped(value)
        if not self._skipping:
            self._variables[self._key(name)] = str(value)
        return value
