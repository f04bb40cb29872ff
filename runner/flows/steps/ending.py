"""`finish` and `fail`: end the flow early, with a reason."""

from typing import ClassVar

from pydantic import Field

from runner.errors import TaskError
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.templates import Template


class Finish(Action):
    """There is nothing left to do: the task is completed."""

    kind: ClassVar = "finish"
    short: ClassVar = "reason"

    reason: Template = Field(description="Why there is nothing left to do.")

    def title(self) -> str:
        return "finish"

    def perform(self, attempt: FlowRun) -> None:
        attempt.finished = attempt.text_for_people(self.reason)


class Fail(Action):
    """The task cannot be done."""

    kind: ClassVar = "fail"
    short: ClassVar = "reason"

    reason: Template = Field(description="Why it cannot be done.")
    hint: str | None = Field(default=None, description="What to do about it.")

    def title(self) -> str:
        return "give up"

    def perform(self, attempt: FlowRun) -> None:
        raise TaskError(attempt.text_for_people(self.reason), hint=self.hint)
