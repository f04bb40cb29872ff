"""Conditions of flows: what is shown, and how remembered values compare. Pure."""

import re
from collections.abc import Callable
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from runner.errors import TaskError
from runner.flows.comparing import COMPARISONS
from runner.flows.elements import AboutElement, AnElement, ElementRef, spoken
from runner.flows.reading import refuse
from runner.flows.templates import Template


def _from_text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return {"expr": value} if "${" in value else {"element": value}


def _check_expression(text: str) -> str:
    if not _ONE_EXPRESSION.fullmatch(text):
        raise refuse("bad-condition", "a condition in words is one expression, such as ${count > 3}")
    return text


_ONE_EXPRESSION = re.compile(r"\$\{[^${}]*\}")


SPOKEN = {
    "equal": "is",
    "is_not": "is not",
    "shows": "shows",
    "does_not_show": "does not show",
    "unchanged_from": "is unchanged from",
    "prepended_to": "has one more than",
    "more_than": "is more than",
}


class Condition(AboutElement):
    """One of: an element is shown or gone; any or all of several conditions; an expression is true; a comparison.

    A comparison holds `value` against exactly one of `is`, `is_not`, `shows`, `does_not_show`,
    `unchanged_from`, `prepended_to`, `more_than`; it is false if either could not be read.
    """

    element: AnElement | None = Field(default=None, description="This element is shown.")
    any: "tuple[Shown, ...] | None" = Field(
        default=None, strict=False, min_length=1, description="At least one of these conditions is true."
    )
    all: "tuple[Shown, ...] | None" = Field(
        default=None, strict=False, min_length=1, description="All of these conditions are true."
    )
    gone: AnElement | None = Field(default=None, description="This element is not shown.")
    expr: Annotated[Template, AfterValidator(_check_expression)] | None = Field(
        default=None, description="This expression is true.", examples=["${count > 3}"]
    )
    value: Template | None = Field(
        default=None, description="The text that is compared.", examples=["${config.access_method}"]
    )
    equal: Template | None = Field(default=None, alias="is", description="The text that it is.")
    is_not: Template | None = Field(default=None, description="The text that it is not.")
    shows: Template | None = Field(
        default=None, description="The text that it shows, which an app may have shortened."
    )
    does_not_show: Template | None = Field(
        default=None, description="The text that it does not show, not even in part."
    )
    unchanged_from: Template | None = Field(default=None, description="The list that it still is.")
    prepended_to: Template | None = Field(
        default=None, description="The list to which something has come at the front."
    )

    more_than: Template | None = Field(
        default=None, description="The count, both of them exact, that it is more than."
    )

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        said = [
            key
            for key in ("element", "any", "all", "gone", "expr", "value")
            if getattr(self, key) is not None
        ]
        compared = [key for key in COMPARISONS if getattr(self, key) is not None]
        if len(said) != 1:
            raise refuse(
                "bad-condition", "a condition says exactly one of: element, any, all, gone, expr, value"
            )
        if (said == ["value"]) != (len(compared) == 1) or len(compared) > 1:
            legal = ", ".join("is" if key == "equal" else key for key in COMPARISONS)
            raise refuse("bad-condition", f"`value` is held against exactly one of: {legal}")
        return self

    def holds(self, shown: Callable[[ElementRef], bool | None], fill: Callable[[str], str | None]) -> bool:
        """Whether it is true; `shown` tells which elements are shown, `fill` what a text with variables stands for.

        A value that could not be read is None, and no comparison with it is true, `is_not` neither: want of evidence
        must never prove anything. Nor is an element shown or gone that such a value describes.
        """
        if self.any is not None:
            return any(part.holds(shown, fill) for part in self.any)
        if self.all is not None:
            return all(part.holds(shown, fill) for part in self.all)
        if self.element is not None:
            return shown(self.element) is True
        if self.gone is not None:
            return shown(self.gone) is False
        if self.expr is not None:
            return _is_true(self.expr, fill(self.expr))
        key = self._compared()
        left, right = fill(self.value or ""), fill(getattr(self, key))
        return left is not None and right is not None and COMPARISONS[key](left, right)

    def words(self) -> str:
        """The condition in words, for messages that say what is waited for."""
        if self.any is not None:
            return " or ".join(part.words() for part in self.any)
        if self.all is not None:
            return " and ".join(part.words() for part in self.all)
        if self.gone is not None:
            return f"{spoken(self.gone)} gone"
        if self.element is not None:
            return spoken(self.element)
        if self.expr is not None:
            return self.expr[2:-1].strip()
        key = self._compared()
        return f"{self.value or 'nothing'} {SPOKEN[key]} {getattr(self, key) or 'nothing'}"

    def _compared(self) -> str:
        return next(key for key in COMPARISONS if getattr(self, key) is not None)


Shown = Annotated[Condition, BeforeValidator(_from_text)]
"""A condition; the name of an element alone means that it is shown, an expression alone that it is true."""

Condition.model_rebuild()


def _is_true(expression: str, value: str | None) -> bool:
    if value not in ("true", "false", None):
        raise TaskError(f"{expression} is {value!r}, neither true nor false", hint="compare it: ${count > 3}")
    return value == "true"
