"""`when`: choose between `then` and `else`, which stand beside it."""

from typing import ClassVar

from runner.flows.conditions import Condition
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun


class When(Action, Condition):
    """A condition, asked once of the present screen."""

    kind: ClassVar = "when"
    short: ClassVar = "element"

    def title(self) -> str:
        return f"see whether {self.words()}" if self.value is not None else f"look for {self.words()}"

    def perform(self, attempt: FlowRun) -> bool:
        return attempt.holds(self, attempt.read_screen())
