"""`go_back`: find the way back to a known page, from wherever the app stands."""

from typing import Annotated, ClassVar

from pydantic import Field

from runner.flows.conditions import Condition
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.typed_values import OrVariable

LOOK_S = 3.0
"""How long a page has to come up before the back key is pressed again."""


class GoBack(Action, Condition):
    """Presses the back key until a condition is true. It ends nothing that the app is doing: an app that was left
    this way is brought to the front again."""

    kind: ClassVar = "go_back"
    short: ClassVar = "element"
    is_input: ClassVar = True

    times: Annotated[int, Field(ge=1, le=20), OrVariable()] = Field(
        default=8, description="How often the key is pressed at most."
    )

    def title(self) -> str:
        return f"go back to {self.words()}"

    def perform(self, attempt: FlowRun) -> None:
        for _ in range(self.times):
            if attempt.appears(self, LOOK_S):
                return
            attempt.phone.press("back")
            # Back on an app's first page leaves the app.
            if attempt.phone.current_package() != attempt.app.package:
                attempt.phone.launch(attempt.app.package, attempt.app.profile.launch_activity)
        attempt.await_condition(self, LOOK_S)
