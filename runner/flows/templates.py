"""`${name}` and `${count + 1}` in texts of flows and app profiles: checked when a file is read, replaced when a flow
runs."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from runner.errors import TaskError
from runner.flows.expressions import ExpressionError, compute, names_of
from runner.flows.reading import Names, legal, refuse

_VARIABLE = re.compile(r"\$\{([^${}]*)\}")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
"""What is a name and no expression: `config.my-key` is a key with a hyphen, `a - b` a difference."""


def fill(text: str, variables: Mapping[str, str], escape: Callable[[str], str] = str) -> str:
    """The text with every variable and expression replaced by its value, through `escape`.

    All variables are known: the reading of the file made sure. Raises TaskError if an expression cannot be computed.
    """
    return _VARIABLE.sub(lambda found: escape(_value(found[1].strip(), variables)), text)


def _value(inside: str, variables: Mapping[str, str]) -> str:
    if _NAME.fullmatch(inside):
        return variables[inside]
    try:
        return compute(inside, variables)
    except ExpressionError as error:
        raise TaskError(error.message, hint=error.hint or None) from None


def names_in(text: str) -> list[str]:
    """The variables that a text names, also within expressions."""
    found: list[str] = []
    for inside in map(str.strip, _VARIABLE.findall(text)):
        found += [inside] if _NAME.fullmatch(inside) else names_of(inside)
    return found


def check(text: str, names: Names) -> str:
    """Refuse a text that names an unknown variable, has a wrong expression, or does not close a `${`."""
    try:
        mentioned = names_in(text)
    except ExpressionError as error:
        raise refuse("bad-expression", error.message, error.hint) from None
    for name in mentioned:
        if name not in names.variables:
            raise refuse("unknown-variable", f"unknown variable {name!r}", legal(name, names.variables))
    if "${" in _VARIABLE.sub("", text):
        raise refuse("unknown-variable", "a variable is written ${name}", "close the brace")
    return text


def _check_template(text: str, info: ValidationInfo) -> str:
    return check(text, info.context or Names())


def check_element(name: str, info: ValidationInfo) -> str:
    """Refuse a name that the app profile does not have."""
    names: Names = info.context or Names()
    if name not in names.elements:
        raise refuse(
            "unknown-element", f"the app profile has no element {name!r}", legal(name, names.elements)
        )
    return name


def _check_link(name: str, info: ValidationInfo) -> str:
    names: Names = info.context or Names()
    if name not in names.links:
        raise refuse("unknown-link", f"the app profile has no link {name!r}", legal(name, names.links))
    return name


Template = Annotated[str, AfterValidator(_check_template)]
"""A text in which `${name}` stands for a variable."""

ElementName = Annotated[str, AfterValidator(check_element)]
"""The name of an element of the app profile."""

LinkName = Annotated[str, AfterValidator(_check_link)]
"""The name of a link of the app profile."""
