"""`pick`: choose one item of a list."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.lists import Listed, some
from runner.flows.typed_values import OrVariable
from runner.flows.variables import OwnName


class Pick(Action):
    """By chance it is drawn from the task's key, so that another attempt draws the same; in sequence each task of an
    occurrence takes the next one."""

    kind: ClassVar = "pick"
    is_seen: ClassVar = False

    listed: Listed = Field(alias="from", description="The items: a list, or a text with one a line.")
    name: OwnName = Field(alias="as", description="The variable: `${name}` in later steps.")
    order: Annotated[Literal["random", "sequence"], OrVariable()] = Field(
        default="random", description="By chance, or one after the other."
    )

    def title(self) -> str:
        return f"pick {self.name}"

    def remembers(self) -> str:
        return self.name

    def perform(self, attempt: FlowRun) -> None:
        found, source = some(attempt, self.listed, f"`pick` of {self.name}"), attempt.step.source
        is_drawn = self.order == "random"
        index = int(attempt.draws.fraction(source) * len(found)) if is_drawn else attempt.draws.turn(source)
        picked = found[index % len(found)]
        attempt.remember(self.name, picked)
        attempt.note(picked)
