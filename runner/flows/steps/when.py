"""`when`: choose between `then` and `else`, which stand beside it."""

from typing import ClassVar

from runner.flows.conditions import Condition
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun


class When(Action, Condition):
    """A condition, asked once of the present screen."""

    kind: ClassVar = "when"
    short: ClassVar = "element"
    branches: ClassVar = ("then", "else")

    def title(self) -> str:
        is_look = self.value is None and self.expr is None
        return f"look for {self.words()}" if is_look else f"see whether {self.words()}"

    def perform(self, attempt: FlowRun) -> bool:
        return attempt.is_true(self)
