"""`set`: keep a text under a name."""

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.templates import Template
from runner.flows.variables import OwnName


def _as_text(value: Any) -> Any:
    """Numbers, true and false as flows write them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


class Set(Action):
    """A value that could not be read makes the variable unknown."""

    kind: ClassVar = "set"
    is_seen: ClassVar = False

    name: OwnName = Field(description="The variable: `${name}` in later steps.")
    value: Annotated[Template, BeforeValidator(_as_text)] = Field(
        description="What it is.",
        examples=["${count + 1}"],
        json_schema_extra={"type": ["string", "number", "boolean"]},
    )

    def title(self) -> str:
        return f"set {self.name}"

    def remembers(self) -> str:
        return self.name

    def perform(self, attempt: FlowRun) -> None:
        value = attempt.known(self.value)
        attempt.remember(self.name, value)
        attempt.note("not read" if value is None else value)
