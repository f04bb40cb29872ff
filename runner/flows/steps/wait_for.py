"""`wait_for`: wait until the screen is as expected."""

from typing import ClassVar

from pydantic import Field

from runner.errors import ElementMissing
from runner.flows.conditions import Condition
from runner.flows.durations import Timeout
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.templates import Template


class WaitFor(Action, Condition):
    """A condition with a time limit; past it the step fails and the screen is kept."""

    kind: ClassVar = "wait_for"
    short: ClassVar = "element"

    timeout: Timeout = Field(default="20s", description="How long to wait.")
    settle: Timeout = Field(default="0s", description="How long it must stay true.")
    otherwise: Template | None = Field(default=None, description="What it means if it does not come.")

    def title(self) -> str:
        return f"wait for {self.words()}"

    def perform(self, attempt: FlowRun) -> None:
        try:
            attempt.await_condition(self, attempt.seconds(self.timeout), attempt.seconds(self.settle))
        except ElementMissing as error:
            if self.otherwise is None:
                raise
            raise ElementMissing(
                f"{attempt.text_for_people(self.otherwise)}: {error.message}", hint=error.hint
            ) from error
