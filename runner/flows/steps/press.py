"""`press`: press a key."""

from typing import ClassVar, Literal

from pydantic import Field

from runner.flows.attempt import Attempt
from runner.flows.language import Action


class Press(Action):
    """One press of one of the phone's keys."""

    kind: ClassVar = "press"
    short: ClassVar = "key"
    is_input: ClassVar = True

    key: Literal["back", "home", "enter", "search", "delete", "recent"] = Field(description="The key.")

    def title(self) -> str:
        return f"press {self.key}"

    def perform(self, attempt: Attempt) -> None:
        attempt.phone.press(self.key)
