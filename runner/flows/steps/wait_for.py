"""`wait_for`: wait until the screen is as expected."""

from typing import ClassVar

from runner.flows.attempt import Attempt
from runner.flows.conditions import Condition
from runner.flows.durations import Timeout
from runner.flows.language import Action


class WaitFor(Action, Condition):
    """A condition with a time limit; past it the step fails and the screen is kept."""

    kind: ClassVar = "wait_for"
    short: ClassVar = "element"

    timeout: Timeout = "20s"

    def title(self) -> str:
        return f"wait for {self.words()}"

    def perform(self, attempt: Attempt) -> None:
        attempt.await_condition(self, attempt.seconds(self.timeout))
