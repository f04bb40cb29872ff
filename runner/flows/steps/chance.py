"""`chance`: go on with `then` so many times in a hundred."""

from typing import Annotated, ClassVar

from pydantic import Field

from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.typed_values import OrVariable


class Chance(Action):
    """Drawn from the task's key: another attempt at the task draws the same."""

    kind: ClassVar = "chance"
    short: ClassVar = "percent"
    branches: ClassVar = ("then", "else")
    is_seen: ClassVar = False

    percent: Annotated[float, Field(ge=0, le=100, strict=False), OrVariable()] = Field(
        description="How many times in a hundred.", examples=[30]
    )

    def title(self) -> str:
        return f"a chance of {self.percent:g} in 100"

    def perform(self, attempt: FlowRun) -> bool:
        drawn = attempt.draws.fraction(attempt.step.source) * 100 < self.percent
        attempt.note("drawn" if drawn else "not drawn")
        return drawn
