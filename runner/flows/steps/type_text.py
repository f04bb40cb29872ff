"""`type`: put a text into a field."""

from typing import ClassVar

from pydantic import Field

from runner.flows.durations import Timeout
from runner.flows.elements import AnElement, spoken
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.templates import Template


class Type(Action):
    """Taps the field, replaces its text, reads it back, and closes the keyboard, which may cover buttons."""

    kind: ClassVar = "type"
    is_input: ClassVar = True

    into: AnElement = Field(description="The field.")
    text: Template = Field(description="What is typed.", examples=["${caption}"])
    timeout: Timeout = Field(default="15s", description="How long to wait for the element.")

    def title(self) -> str:
        return f"type into {spoken(self.into)}"

    def perform(self, attempt: FlowRun) -> None:
        timeout_s = attempt.seconds(self.timeout)
        attempt.finger.tap(attempt.await_place(self.into, timeout_s))
        # The phone types into whatever has the focus, and a tap may take a moment to move it.
        attempt.await_focus(self.into, timeout_s)
        attempt.phone.type_text(attempt.fill(self.text))
        attempt.phone.hide_keyboard()
