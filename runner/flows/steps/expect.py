"""`expect`: go on only if something is true now."""

from typing import ClassVar

from pydantic import Field

from runner.errors import TaskError
from runner.flows.conditions import Condition
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.templates import Template


class Expect(Action, Condition):
    """A condition and what to say where it is not true."""

    kind: ClassVar = "expect"

    otherwise: Template = Field(description="The message of the failure.")

    def title(self) -> str:
        return f"expect {self.words()}"

    def perform(self, attempt: FlowRun) -> None:
        if not attempt.holds(self, attempt.read_screen()):
            raise TaskError(attempt.text_for_people(self.otherwise))
