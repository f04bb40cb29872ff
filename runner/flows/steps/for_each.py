"""`for_each`: do the steps beside it for each item of a list."""

from typing import ClassVar

from pydantic import Field

from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.lists import Listed, items
from runner.flows.variables import OwnName


class ForEach(Action):
    """The list is read once, before the first round."""

    kind: ClassVar = "for_each"
    short: ClassVar = "in"
    branches: ClassVar = ("do",)
    needed: ClassVar = ("do",)
    is_loop: ClassVar = True
    is_seen: ClassVar = False

    listed: Listed = Field(alias="in", description="The items: a list, or a text with one a line.")
    name: OwnName = Field(
        default="item", alias="as", description="The variable: `${item}` in the steps beside it."
    )

    def title(self) -> str:
        return f"for each {self.name}"

    def gives(self) -> str:
        return self.name

    def perform(self, attempt: FlowRun) -> None:
        found = items(attempt, self.listed)
        steps = attempt.step.branches["do"]
        for item in found:
            attempt.remember(self.name, item)
            attempt.perform(steps)
            if attempt.finished is not None:
                break
        attempt.note(f"{len(found)} item{'s' if len(found) != 1 else ''}")
