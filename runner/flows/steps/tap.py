"""`tap`, `long_tap` and `double_tap`: wait for an element and tap it."""

from typing import Annotated, ClassVar

from pydantic import Field

from runner.flows.durations import Timeout
from runner.flows.elements import AboutElement, AnElement, spoken
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.typed_values import OrVariable

LONGEST_TAP_S = 10.0


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
        attempt.finger.tap(attempt.await_place(self.element, attempt.seconds(self.timeout), still=self.still))


class LongTap(Action, AboutElement):
    """Holds a finger on an element, which opens its menu in many apps."""

    kind: ClassVar = "long_tap"
    short: ClassVar = "element"
    is_input: ClassVar = True

    element: AnElement = Field(description="The element.")
    duration: Timeout = Field(default="1s", alias="for", description="How long, ten seconds at most.")
    timeout: Timeout = Field(default="15s", description="How long to wait for the element.")

    def title(self) -> str:
        return f"hold a finger on {spoken(self.element)}"

    def perform(self, attempt: FlowRun) -> None:
        place = attempt.await_place(self.element, attempt.seconds(self.timeout))
        attempt.finger.long_tap(place, min(attempt.seconds(self.duration), LONGEST_TAP_S))


class DoubleTap(Action, AboutElement):
    """Taps an element twice, as one gesture. It makes no effect: in an app where that likes a post, tap the button."""

    kind: ClassVar = "double_tap"
    short: ClassVar = "element"
    is_input: ClassVar = True

    element: AnElement = Field(description="The element.")
    timeout: Timeout = Field(default="15s", description="How long to wait for the element.")

    def title(self) -> str:
        return f"tap {spoken(self.element)} twice"

    def perform(self, attempt: FlowRun) -> None:
        attempt.finger.double_tap(attempt.await_place(self.element, attempt.seconds(self.timeout)))
