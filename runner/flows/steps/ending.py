"""`finish`, `fail` and `needs_person`: end the flow early, with a reason."""

from typing import ClassVar

from pydantic import Field

from runner.errors import NeedsPerson, TaskError, Unsupported
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
    hint: Template | None = Field(default=None, description="What to do about it.")
    final: bool = Field(default=False, description="Whether another attempt would meet the same.")

    def title(self) -> str:
        return "give up"

    def perform(self, attempt: FlowRun) -> None:
        hint = attempt.text_for_people(self.hint) if self.hint is not None else None
        error = Unsupported if self.final else TaskError
        raise error(attempt.text_for_people(self.reason), hint=hint)


class NeedsAPerson(Action):
    """Only a person can go on: the task failed, and the phone is on hold until somebody releases it."""

    kind: ClassVar = "needs_person"
    short: ClassVar = "reason"

    reason: Template = Field(description="What a person is told.", examples=["log in by hand"])

    def title(self) -> str:
        return "ask for a person"

    def perform(self, attempt: FlowRun) -> None:
        raise NeedsPerson(
            f"{attempt.phone.serial}: {attempt.text_for_people(self.reason)}",
            hint="go on by hand on the phone, then release its hold",
        )
