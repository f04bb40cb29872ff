"""`${name}` in texts of flows and app profiles: checked when a file is read, replaced when a flow runs."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from runner.flows.reading import Names, legal, refuse

_VARIABLE = re.compile(r"\$\{([^${}]*)\}")


def fill(text: str, variables: Mapping[str, str], escape: Callable[[str], str] = str) -> str:
    """The text with every variable replaced by its value, through `escape`.

    All of them are known: the reading of the file made sure.
    """
    return _VARIABLE.sub(lambda found: escape(variables[found[1]]), text)


def names_in(text: str) -> list[str]:
    """The variables that a text names."""
    return _VARIABLE.findall(text)


def check(text: str, names: Names) -> str:
    """Refuse a text that names an unknown variable or does not close a `${`."""
    for name in names_in(text):
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

LinkName = Annotated[str, AfterValidator(_check_link)]
"""The name of a link of the app profile."""
