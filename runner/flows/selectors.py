"""Selectors: how app profiles describe an element of a screen."""

import re
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from runner.flows.reading import FlowModel, refuse
from runner.flows.templates import Template


def _check_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise refuse(
            "bad-pattern", f"no regular expression: {error}", "patterns match the whole text"
        ) from error
    return pattern


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


Pattern = Annotated[Template, AfterValidator(_check_pattern)]
Fraction = Annotated[float, Field(ge=0, le=1, strict=False)]


class Selector(FlowModel):
    """What is said of one element; all of it must be true. Texts are compared normalised."""

    text: Template | None = Field(default=None, description="The whole text.")
    text_matches: Pattern | None = Field(default=None, description="A pattern for the whole text.")
    text_starts: Template | None = Field(default=None, description="How the text starts.")
    desc: Template | None = Field(default=None, description="The whole content description.")
    desc_matches: Pattern | None = Field(default=None, description="A pattern for the whole description.")
    desc_starts: Template | None = Field(default=None, description="How the description starts.")
    hint_matches: Pattern | None = Field(
        default=None, description="A pattern for the hint, which a field keeps when something is typed."
    )
    id: str | None = Field(default=None, description="The resource-id, with or without its package.")
    cls: str | None = Field(
        default=None, alias="class", description="The last part of the class; `|` between several."
    )
    package_matches: Pattern | None = Field(
        default=None, description="A pattern for a package not the app's own."
    )
    clickable: bool | None = Field(
        default=None, description="Whether it says that it takes taps; what takes one often does not say so."
    )
    enabled: bool | None = Field(default=None, description="Whether it can be used.")
    selected: bool | None = Field(default=None, description="Whether it is selected.")
    focused: bool | None = Field(default=None, description="Whether it has the focus.")
    parent: "Selector | None" = Field(default=None, description="What its direct parent is.")
    within: "Selector | None" = Field(default=None, description="What one of its ancestors is.")
    has: "Selector | None" = Field(default=None, description="What something inside it is.")
    lacks: "Annotated[tuple[Selector, ...], BeforeValidator(_listed), Field(strict=False)]" = Field(
        default=(), description="What nothing inside it may be."
    )
    below: "Selector | None" = Field(default=None, description="What it stands under.")
    gap: Fraction = Field(default=1.0, description="How far under it, as a fraction of the screen's height.")
    beside: "Selector | None" = Field(default=None, description="What stands in the same row.")
    after: "Selector | None" = Field(
        default=None, description="What comes right before it within the same parent."
    )
    while_shown: "Selector | None" = Field(
        default=None, description="What the app shows elsewhere on the same screen."
    )
    unless_shown: "Annotated[tuple[Selector, ...], BeforeValidator(_listed), Field(strict=False)]" = Field(
        default=(), description="What the app may not show anywhere on the same screen."
    )
    min_height: Fraction = Field(
        default=0.0, description="How high it is at least, as a fraction of the screen's height."
    )
    region: Annotated[tuple[Fraction, Fraction, Fraction, Fraction], Field(strict=False)] | None = Field(
        default=None, description="Where its centre is: left, top, right, bottom as fractions of the screen."
    )
    index: int | None = Field(default=None, description="Which of those found, from 0; -1 is the last.")
    unverified: bool = Field(
        default=False,
        description="Nobody has seen it on a phone: it is never looked for, and a step says so.",
    )

    @cached_property
    def said(self) -> tuple[str, ...]:
        """The names of what it says, without what it leaves open."""
        fields = type(self).model_fields.items()
        return tuple(name for name, field in fields if getattr(self, name) != field.default)

    @cached_property
    def has_variables(self) -> bool:
        """Whether something in it has to be filled in before anything is compared with it."""
        return any(_has_variables(getattr(self, name)) for name in self.said)


def _has_variables(value: Any) -> bool:
    if isinstance(value, Selector):
        return value.has_variables
    if isinstance(value, tuple):
        return any(map(_has_variables, value))
    return isinstance(value, str) and "${" in value


def _listed_or_none(value: Any) -> Any:
    return [] if value is None else _listed(value)


Candidates = Annotated[tuple[Selector, ...], BeforeValidator(_listed_or_none), Field(strict=False)]
"""Candidates for an element, tried in order; none at all for what is never shown."""

Selectors = Annotated[tuple[Selector, ...], BeforeValidator(_listed), Field(strict=False, min_length=1)]
"""Candidates, tried in order."""
