"""`stop`: end the app."""

from typing import ClassVar

from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun


class Stop(Action):
    """Ends the app's processes: what it was about to upload is lost."""

    kind: ClassVar = "stop"

    def title(self) -> str:
        return "stop the app"

    def perform(self, attempt: FlowRun) -> None:
        attempt.phone.stop(attempt.app.package)
