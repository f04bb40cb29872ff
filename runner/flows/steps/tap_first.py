"""`tap_first`: tap the first elements of a name, one after the other."""

from typing import Annotated, ClassVar

from pydantic import Field

from runner.flows.durations import Timeout
from runner.flows.elements import AboutElement, AnElement, spoken
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.typed_values import OrVariable


class TapFirst(Action, AboutElement):
    """Finds all elements of a name once, before it taps the first of them: what a tap changes counts no more."""

    kind: ClassVar = "tap_first"
    is_input: ClassVar = True

    element: AnElement = Field(description="The elements that are tapped.")
    times: Annotated[int, Field(ge=1, le=100), OrVariable()] = Field(description="How many of them.")
    timeout: Timeout = Field(default="15s", description="How long to wait for so many of them.")

    def title(self) -> str:
        return f"tap the first {self.times} of {spoken(self.element)}"

    def perform(self, attempt: FlowRun) -> None:
        for place in attempt.await_places(self.element, self.times, attempt.seconds(self.timeout)):
            attempt.finger.tap(place)
