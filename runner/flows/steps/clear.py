"""`clear`: empty a text field."""

from typing import ClassVar

from pydantic import Field

from runner.flows.durations import Timeout
from runner.flows.elements import AboutElement, AnElement, spoken
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun


class Clear(Action, AboutElement):
    """Taps the field, empties it, and closes the keyboard, which may cover buttons."""

    kind: ClassVar = "clear"
    short: ClassVar = "element"
    is_input: ClassVar = True

    element: AnElement = Field(description="The field.")
    timeout: Timeout = Field(default="15s", description="How long to wait for the field.")

    def title(self) -> str:
        return f"clear {spoken(self.element)}"

    def perform(self, attempt: FlowRun) -> None:
        timeout_s = attempt.seconds(self.timeout)
        attempt.finger.tap(attempt.await_place(self.element, timeout_s))
        attempt.await_focus(self.element, timeout_s)
        attempt.phone.type_text("")
        attempt.phone.hide_keyboard()
