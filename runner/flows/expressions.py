"""Expressions in flows, `${count + 1}`: Jinja's, in its sandbox, without calls and attributes. Pure.

They compute with what is there: comparisons, arithmetic, text filters. What they may consist of is a list of nodes and
a list of filters, so that nothing gets in unnoticed; lengths are bounded, so that none takes much time or memory.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.parser import Parser
from jinja2.sandbox import SandboxedEnvironment

LONGEST = 300
"""How many characters an expression may have."""

DEEPEST = 20
"""How many brackets may be open in it at a time."""

LONGEST_VALUE = 10_000
"""How many characters a value may have."""

_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?")
"""What is a number in an expression. Longer ones, and those with leading zeros, are texts."""

_GROUPS = ("config", "evidence")

_NODES = (
    *(nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.List, nodes.Tuple),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr),
    *(
        nodes.Add,
        nodes.Sub,
        nodes.Mul,
        nodes.Div,
        nodes.FloorDiv,
        nodes.Mod,
        nodes.Neg,
        nodes.Pos,
        nodes.Concat,
    ),
    *(nodes.Filter, nodes.Keyword),
)
"""What an expression may consist of."""


class ExpressionError(Exception):
    """An expression cannot be read, or cannot be computed."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def names_of(expression: str) -> tuple[str, ...]:
    """The variables that an expression names, each once. Raises ExpressionError if it cannot be read."""
    return _read(expression)


def compute(expression: str, variables: Mapping[str, str]) -> str:
    """The value of an expression as a text: `true` and `false`, whole numbers without a point, a list line by line.

    Raises ExpressionError.
    """
    known = {name: _value(text) for name, text in variables.items() if "." not in name}
    for group in _GROUPS:
        members = (
            (name.partition(".")[2], text) for name, text in variables.items() if name.startswith(f"{group}.")
        )
        known[group] = {name: _value(text) for name, text in members}
    try:
        return _text(_compiled(expression)(**known))
    except ExpressionError:
        raise
    except (TypeError, ValueError, ArithmeticError, LookupError, RecursionError, TemplateError) as error:
        raise ExpressionError(f"${{{expression}}} cannot be computed: {error}") from error


@lru_cache(maxsize=1024)
def _read(expression: str) -> tuple[str, ...]:
    if len(expression) > LONGEST:
        hint = "compute it in several steps with `set`"
        raise ExpressionError(f"an expression has at most {LONGEST} characters", hint)
    if _depth(expression) > DEEPEST:
        raise ExpressionError(f"an expression has at most {DEEPEST} brackets within each other")
    try:
        parser = Parser(_ENVIRONMENT, expression, state="variable")
        tree = parser.parse_expression()
        if not parser.stream.eos:
            raise ExpressionError(f"the expression ends before {parser.stream.current.value!r}", _HINT)
        return tuple(dict.fromkeys(_names(tree)))
    except TemplateSyntaxError as error:
        raise ExpressionError(f"this is no expression: {error.message}", _HINT) from error
    except RecursionError:
        raise ExpressionError("the expression is too deep") from None


_HINT = "a variable is written ${name}, an expression like ${count + 1} or ${name | upper}"


def _depth(expression: str) -> int:
    depth = deepest = 0
    for letter in expression:
        depth += (letter in "([") - (letter in ")]")
        deepest = max(deepest, depth)
    return deepest


def _names(node: nodes.Node) -> Iterator[str]:
    """The variables of a node and of those below it. Raises ExpressionError for what may not be there."""
    if isinstance(node, nodes.Call):
        hint = f"texts are changed by filters: {', '.join(sorted(FILTERS))}"
        raise ExpressionError("an expression calls nothing", hint)
    if not isinstance(node, _NODES):
        raise ExpressionError(f"an expression has no {type(node).__name__.lower()}", _HINT)
    if isinstance(node, nodes.Getattr):
        if not isinstance(node.node, nodes.Name) or node.node.name not in _GROUPS:
            raise ExpressionError(
                f"only `config` and `evidence` have names behind a point, as `config.{node.attr}`"
            )
        yield f"{node.node.name}.{node.attr}"
        return
    if isinstance(node, nodes.Name):
        yield node.name
        return
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        raise ExpressionError(f"there is no filter {node.name!r}", f"known: {', '.join(sorted(FILTERS))}")
    for child in node.iter_child_nodes():
        yield from _names(child)


# values


def _value(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e15
        return str(int(value)) if whole else str(round(value, 9))
    text = "\n".join(map(_text, value)) if isinstance(value, list | tuple) else str(value)
    if len(text) > LONGEST_VALUE:
        raise ExpressionError(f"a value has at most {LONGEST_VALUE} characters, and this has {len(text)}")
    return text


# filters: each takes what it is given as a text or a number, so that a caption that is a number is no error


def _number(value: Any) -> int | float:
    if isinstance(value, bool | int | float):
        return value
    number = _value(str(value).strip())
    if isinstance(number, int | float):
        return number
    raise ExpressionError(f"{str(value)[:40]!r} is no number")


def _replace(value: Any, old: Any, new: Any) -> str:
    text, old, new = _text(value), _text(old), _text(new)
    if not old:
        raise ExpressionError("`replace` needs something to replace")
    if len(text) + text.count(old) * len(new) > LONGEST_VALUE:
        raise ExpressionError(
            f"a value has at most {LONGEST_VALUE} characters, and `replace` would make it longer"
        )
    return text.replace(old, new)


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list | tuple) else len(_text(value))


def _items(value: Any) -> list[Any]:
    return (
        list(value)
        if isinstance(value, list | tuple)
        else [_value(line) for line in _text(value).splitlines()]
    )


FILTERS: dict[str, Callable[..., Any]] = {
    "upper": lambda value: _text(value).upper(),
    "lower": lambda value: _text(value).lower(),
    "title": lambda value: _text(value).title(),
    "trim": lambda value: _text(value).strip(),
    "replace": _replace,
    "length": _length,
    "lines": _items,
    "first": lambda value: next(iter(_items(value)), ""),
    "last": lambda value: next(iter(_items(value)[::-1]), ""),
    "join": lambda value, between="": _text(between).join(map(_text, _items(value))),
    "number": _number,
    "int": lambda value: int(_number(value)),
    "round": lambda value, digits=0: round(_number(value), digits or None),
    "abs": lambda value: abs(_number(value)),
}
"""The filters of expressions, by name."""


class _Environment(SandboxedEnvironment):
    """A sandbox that also bounds what an operator may make: a text times a number could fill the memory."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return left + right
        if not all(isinstance(value, int | float) for value in (left, right)):
            raise ExpressionError(
                f"`{operator}` is for numbers, and {_shown(left)} {operator} {_shown(right)} is none",
                "texts are joined with ~",
            )
        return super().call_binop(context, operator, left, right)


def _shown(value: Any) -> str:
    return repr(_text(value)[:40])


_ENVIRONMENT = _Environment(autoescape=False, undefined=StrictUndefined, cache_size=0)
_ENVIRONMENT.filters = dict(FILTERS)
_ENVIRONMENT.tests = {}
_ENVIRONMENT.globals = {}


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> Callable[..., Any]:
    _read(expression)
    return _ENVIRONMENT.compile_expression(expression, undefined_to_none=False)
