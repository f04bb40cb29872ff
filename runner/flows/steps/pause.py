"""`pause`: let time pass."""

from typing import ClassVar

from pydantic import Field

from runner.flows.durations import Timeout
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun


class Pause(Action):
    """With `to` it is drawn between the two from the task's key: another attempt draws the same."""

    kind: ClassVar = "pause"
    short: ClassVar = "for"

    duration: Timeout = Field(alias="for", description="How long.", examples=["3s"])
    longest: Timeout | None = Field(default=None, alias="to", description="At most so long, by chance.")

    def title(self) -> str:
        return f"pause for {self.duration}" + (f" to {self.longest}" if self.longest else "")

    def perform(self, attempt: FlowRun) -> None:
        pause_s = attempt.seconds(self.duration)
        if self.longest is not None:
            more_s = max(attempt.seconds(self.longest) - pause_s, 0.0)
            pause_s += more_s * attempt.draws.fraction(attempt.step.source)
            attempt.note(f"{pause_s:.1f} s")
        attempt.rest(pause_s)
