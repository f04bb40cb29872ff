"""`wait_for` and `wait_gone`: wait until the screen is as expected."""

from typing import ClassVar

from pydantic import Field

from runner.errors import ElementMissing
from runner.flows.conditions import Condition
from runner.flows.durations import Timeout
from runner.flows.elements import AboutElement, AnElement
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.templates import Template


class _Wait(Action):
    """A condition with a time limit; past it the step fails and the screen is kept."""

    short: ClassVar = "element"

    timeout: Timeout = Field(default="20s", description="How long to wait.")
    settle: Timeout = Field(default="0s", description="How long it must stay true.")
    otherwise: Template | None = Field(default=None, description="What it means if it does not come.")

    def condition(self) -> Condition:
        raise NotImplementedError

    def title(self) -> str:
        return f"wait for {self.condition().words()}"

    def perform(self, attempt: FlowRun) -> None:
        timeout_s, settle_s = attempt.seconds(self.timeout), attempt.seconds(self.settle)
        try:
            attempt.await_condition(self.condition(), timeout_s, settle_s)
        except ElementMissing as error:
            if self.otherwise is None:
                raise
            raise ElementMissing(
                f"{attempt.text_for_people(self.otherwise)}: {error.message}", hint=error.hint
            ) from error


class WaitFor(_Wait, Condition):
    """Waits until a condition is true."""

    kind: ClassVar = "wait_for"

    def condition(self) -> Condition:
        return self


class WaitGone(_Wait, AboutElement):
    """Waits until an element is not shown any more: `wait_for: {gone: ELEMENT}` in short."""

    kind: ClassVar = "wait_gone"

    element: AnElement = Field(description="The element.")

    def condition(self) -> Condition:
        return Condition.model_construct(gone=self.element)
