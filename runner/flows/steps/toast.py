"""`toast`: keep what the phone's toast says."""

from typing import ClassVar

from pydantic import Field

from runner.errors import ElementMissing
from runner.flows.durations import Timeout
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.templates import Template
from runner.flows.variables import OwnName
from runner.flows.watch import POLL_S


class Toast(Action):
    """Waits for a toast that came since the latest input: a short text that apps show over everything else."""

    kind: ClassVar = "toast"
    short: ClassVar = "as"

    name: OwnName = Field(
        alias="as", description="The variable: `${name}` in later steps.", examples=["said"]
    )
    otherwise: Template | None = Field(default=None, description="What is kept if there is none.")
    timeout: Timeout = Field(default="5s", description="How long to wait for it.")

    def title(self) -> str:
        return f"remember {self.name} from a toast"

    def remembers(self) -> str:
        return self.name

    def perform(self, attempt: FlowRun) -> None:
        timeout_s = attempt.seconds(self.timeout)
        until_s = attempt.now_s + timeout_s
        while (said := attempt.phone.toast()) is None and attempt.now_s < until_s:
            attempt.rest(POLL_S)
        if said is None and self.otherwise is None:
            raise ElementMissing(
                f"{attempt.phone.serial}: waited {timeout_s:.0f} s for a toast, and there was none"
            )
        attempt.remember(self.name, said if said is not None else attempt.known(self.otherwise or ""))
        attempt.note(said or "")
