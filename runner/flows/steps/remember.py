"""`remember`: keep what the screen says under a name."""

import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from runner.errors import ElementMissing, TaskError
from runner.flows.durations import Timeout
from runner.flows.elements import AnElement, ElementRef, spoken
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.reading import refuse
from runner.flows.selectors import Pattern
from runner.flows.templates import Template


class Remember(Action):
    """One of: the words of an element, the words of all elements of a name, a value, or that it is unknown.

    `list` waits until the list is the same for `settle`, since grids fill while one looks at them; that there is
    none is believed after `timeout`. Compared with what is unknown, nothing is true.
    """

    kind: ClassVar = "remember"

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")] = Field(
        description="The variable: `${name}` in later steps.",
        json_schema_extra={"patternErrorMessage": "a variable's name has small letters and underscores"},
    )
    words: AnElement | None = Field(
        default=None, description="The element whose text or description is kept."
    )
    pattern: Pattern | None = Field(default=None, description="Keep only this pattern's first group.")
    otherwise: Template | None = Field(
        default=None, description="What is kept if the element does not appear."
    )
    page: AnElement | None = Field(
        default=None,
        description="What shows that the page is there: if it is missing too, the value is unknown.",
    )
    unknown: Literal[True] | None = Field(default=None, description="There is nothing to read.")
    list: AnElement | None = Field(default=None, description="The elements whose words are kept, as a list.")
    settle: Timeout = Field(default="1s", description="How long a list must stay the same.")
    value: Template | None = Field(default=None, description="The text that is kept.")
    timeout: Timeout = Field(default="15s", description="How long to wait for the element.")

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(part is not None for part in (self.words, self.list, self.value, self.unknown)) != 1:
            raise refuse("bad-remember", "`remember` needs exactly one of: words, list, value, unknown")
        if self.page is not None and self.otherwise is None:
            raise refuse("bad-remember", "`page` says when `otherwise` is kept, and there is none")
        return self

    def title(self) -> str:
        return f"remember {spoken(self.name)}"

    def remembers(self) -> str:
        return self.name

    def perform(self, attempt: FlowRun) -> None:
        attempt.remember(self.name, self._read(attempt))

    def _read(self, attempt: FlowRun) -> str | None:
        if self.unknown:
            return None
        timeout_s = attempt.seconds(self.timeout)
        if self.words is not None:
            return self._words(attempt, self.words, timeout_s)
        if self.list is not None:
            return attempt.await_list(self.list, timeout_s, attempt.seconds(self.settle))
        return attempt.known(self.value or "")

    def _words(self, attempt: FlowRun, element: ElementRef, timeout_s: float) -> str | None:
        try:
            words = attempt.await_words(element, timeout_s)
        except ElementMissing:
            if self.otherwise is None:
                raise
            # Without the page, a missing element says nothing: it may not have loaded yet.
            is_there = self.page is None or attempt.find(self.page, attempt.read_screen()) is not None
            return attempt.known(self.otherwise) if is_there else None
        if self.pattern is None:
            return words
        found = re.search(attempt.fill(self.pattern), words)
        if found is None:
            raise TaskError(f"{attempt.spoken(element)} says {words!r}, which is not what the flow expects")
        return found[1]
