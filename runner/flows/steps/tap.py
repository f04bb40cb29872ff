"""`tap`: wait for an element and tap it."""

from typing import Annotated, ClassVar

from pydantic import Field

from runner.flows.durations import Timeout
from runner.flows.elements import AboutElement, AnElement, spoken
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.typed_values import OrVariable


class Tap(Action, AboutElement):
    """Taps the centre of what can be seen of an element."""

    kind: ClassVar = "tap"
    short: ClassVar = "element"
    is_input: ClassVar = True

    element: AnElement = Field(description="The element that is tapped.")
    timeout: Timeout = Field(default="15s", description="How long to wait for the element.")
    still: Annotated[bool, OrVariable()] = Field(
        default=False, description="Wait until it stands still: for lists that move."
    )

    def title(self) -> str:
        return f"tap {spoken(self.element)}"

    def perform(self, attempt: FlowRun) -> None:
        attempt.phone.tap(*attempt.await_point(self.element, attempt.seconds(self.timeout), still=self.still))
