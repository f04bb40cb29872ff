"""`verify`: prove the effect before going on."""

from typing import ClassVar

from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun


class Verify(Action):
    """Runs the flow's `verify` section. The effect is settled by what it proves."""

    kind: ClassVar = "verify"

    def title(self) -> str:
        return "verify the effect"

    def perform(self, attempt: FlowRun) -> None:
        attempt.verify()
