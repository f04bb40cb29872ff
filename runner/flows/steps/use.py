"""`use`: carry out the steps of another flow."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo

from runner.flows.flow import USED, Action
from runner.flows.flow_run import FlowRun
from runner.flows.reading import Names, refuse
from runner.flows.templates import check


def _check_value(value: Any, info: ValidationInfo) -> Any:
    names: Names = info.context or Names()
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str | int | float) for text in texts):
        raise refuse("invalid-value", "this should be a text, a number, true or false, or a list of texts")
    for text in texts:
        if isinstance(text, str):
            check(text, names)
    return value


class Use(Action):
    """The other flow knows the task's own variables and what it is given, and nothing that was remembered here; what it
    remembers is gone afterwards, except the account. Its `finish` ends only it."""

    kind: ClassVar = "use"
    short: ClassVar = "flow"
    is_seen: ClassVar = False

    flow: str = Field(description="The name of a flow beside this one, or of one that comes with the runner.")
    given: Mapping[str, Annotated[Any, AfterValidator(_check_value)]] = Field(
        default={}, alias="with", description="Its parameters, by name.", examples=[{"times": 3}]
    )

    def title(self) -> str:
        return f"use the flow {self.flow}"

    def perform(self, attempt: FlowRun) -> None:
        step = attempt.step
        config = {key: _filled(attempt, value) for key, value in {**step.defaults, **self.given}.items()}
        known = {f"config.{key}": value for key, value in config.items() if value is not None}
        with attempt.scope(known):
            attempt.perform(step.branches[USED])
            if attempt.finished is not None:
                attempt.note(attempt.finished)
                attempt.finished = None


def _filled(attempt: FlowRun, value: Any) -> str | None:
    """A value as a text of the flow language; None if it could not be read."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        lines = [attempt.known(str(item)) for item in value]
        return None if None in lines else "\n".join(line or "" for line in lines)
    return attempt.known(value) if isinstance(value, str) else str(value)
