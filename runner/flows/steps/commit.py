"""`commit`: the one tap that makes the effect.

The effect is in the ledger before the tap: a process that dies in between leaves an effect in doubt, which is proved
before anything is done again.
"""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from runner.errors import PhoneError
from runner.flows.conditions import spoken
from runner.flows.durations import Timeout
from runner.flows.flow_run import FlowRun
from runner.flows.language import Action
from runner.flows.templates import ElementName, Template
from runner.tasks import EffectState


class Commit(Action):
    """The element is found first, then the ledger is told, then it is tapped once, without any retry."""

    kind: ClassVar = "commit"

    effect: str = Field(
        description="The kind of effect: what limits count.", examples=["post", "follow", "like", "comment"]
    )
    tap: ElementName = Field(description="The element whose tap makes the effect.")
    evidence: Mapping[str, Template] = Field(
        description="What was seen before, for the verification; what could not be read is left out."
    )
    timeout: Timeout = Field(default="15s", description="How long to wait for the element.")

    def title(self) -> str:
        return f"{self.effect}: tap {spoken(self.tap)}"

    def perform(self, attempt: FlowRun) -> None:
        point = attempt.await_point(self.tap, attempt.seconds(self.timeout))
        evidence = {name: attempt.known(text) for name, text in self.evidence.items()}
        attempt.begin_effect(self.effect, {name: seen for name, seen in evidence.items() if seen is not None})
        try:
            attempt.phone.tap_once(*point)
        except PhoneError as error:
            if not error.sent:
                # Any other error leaves the effect in doubt: the tap may have reached the phone before
                # the answer was lost.
                attempt.settle(EffectState.REFUTED, {"reason": f"never sent: {error.message}"})
            raise
        attempt.settle(EffectState.MADE, {})
