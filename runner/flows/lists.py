"""Lists in flows: items one by one, or a text with one a line, as the parameters of the type `list` are."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from runner.errors import TaskError
from runner.flows.templates import Template
from runner.flows.watch import Watch


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Listed = Annotated[
    tuple[Template, ...],
    BeforeValidator(_listed),
    Field(strict=False, min_length=1, json_schema_extra={"type": ["array", "string"]}),
]
"""One text, or several."""


def items(attempt: Watch, texts: Sequence[str]) -> list[str]:
    """The items of a list: the lines of all of its texts that say something. Raises TaskError if one could not be
    read."""
    lines = (line.strip() for text in texts for line in attempt.fill(text).splitlines())
    return [line for line in lines if line]


def some(attempt: Watch, texts: Sequence[str], what: str) -> list[str]:
    """As `items`. Raises TaskError if there is none."""
    found = items(attempt, texts)
    if not found:
        raise TaskError(f"{what} has nothing to choose from", hint="correct the config: the list is empty")
    return found
