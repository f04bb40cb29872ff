"""`launch`: bring the app to the front."""

from typing import Annotated, ClassVar

from pydantic import Field

from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.typed_values import OrVariable


class Launch(Action):
    """`fresh` ends the app's processes first, so that it starts from a known screen."""

    kind: ClassVar = "launch"

    fresh: Annotated[bool, OrVariable()] = Field(default=False, description="End the app first.")

    def title(self) -> str:
        return "start the app afresh" if self.fresh else "bring the app to the front"

    def perform(self, attempt: FlowRun) -> None:
        if self.fresh:
            attempt.phone.stop(attempt.app.package)
        attempt.phone.launch(attempt.app.package, attempt.app.profile.launch_activity)
