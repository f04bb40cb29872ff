"""`open_link`: open one of the profile's links in the app."""

from typing import ClassVar

from pydantic import Field

from runner.flows.elements import spoken
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.templates import LinkName


class OpenLink(Action):
    """`link` is a name of the profile; its variables are filled in and percent-encoded."""

    kind: ClassVar = "open_link"
    short: ClassVar = "link"
    is_input: ClassVar = True

    link: LinkName = Field(description="A link of the app profile.")

    def title(self) -> str:
        return f"open the link {spoken(self.link)}"

    def perform(self, attempt: FlowRun) -> None:
        attempt.phone.open_link(attempt.app.link(self.link), attempt.app.package)
