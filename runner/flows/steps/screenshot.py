"""`screenshot`: keep the screen under a title of its own."""

from typing import ClassVar

from pydantic import Field

from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.templates import Template


class Screenshot(Action):
    """Every step keeps a screenshot; this one lets the screen come to rest first, and has a title."""

    kind: ClassVar = "screenshot"
    short: ClassVar = "of"

    of: Template = Field(description="The title of the picture.")

    def title(self) -> str:
        return f"screenshot of {self.of}"

    def perform(self, attempt: FlowRun) -> None:
        attempt.pause(0.5)
        attempt.read_screen()
