"""`press`: press a key."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.typed_values import OrVariable


class Press(Action):
    """One press of one of the phone's keys."""

    kind: ClassVar = "press"
    short: ClassVar = "key"
    is_input: ClassVar = True

    key: Annotated[Literal["back", "home", "enter", "search", "delete", "recent"], OrVariable()] = Field(
        description="The key."
    )

    def title(self) -> str:
        return f"press {self.key}"

    def perform(self, attempt: FlowRun) -> None:
        attempt.phone.press(self.key)
