"""`commit`: the one tap that makes an effect.

The effect is in the ledger before the tap: a process that dies in between leaves an effect in doubt, which is proved
before anything is done again.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from runner.errors import HeldBack, PhoneError
from runner.flows.durations import Timeout
from runner.flows.elements import AnElement, spoken
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.made_effects import RESERVED
from runner.flows.reading import refuse
from runner.flows.templates import Template
from runner.reasons import ReasonKind
from runner.tasks import EffectState

OF_A_LIMIT = (ReasonKind.LIMIT, ReasonKind.WORKING_HOURS)


def _check_name(name: str) -> str:
    if name in RESERVED:
        raise refuse(
            "bad-evidence", f"{name!r} is kept by the runner itself", "give this evidence another name"
        )
    return name


class Commit(Action):
    """The element is found first, then the ledger is told, then it is tapped once, without any retry.

    What the task has made already is not made again: an effect with a `target` of its own once for that target, any
    other as often as the flow comes to it, counted over all attempts.
    """

    kind: ClassVar = "commit"

    effect: str = Field(
        min_length=1,
        description="The kind of effect: what limits count.",
        examples=["post", "follow", "like", "comment"],
    )
    tap: AnElement = Field(description="The element whose tap makes the effect.")
    evidence: Mapping[Annotated[str, AfterValidator(_check_name)], Template] = Field(
        default={},
        description="What was seen before, for the proof; what could not be read is left out.",
    )
    proof: str | None = Field(
        default=None,
        description="How to prove it: a name of the section `proofs`, or a proof; the section `verify`, if not given.",
    )
    target: Template | None = Field(
        default=None,
        description="To whom or what the effect is made, once in a task; the task's own target, if not given.",
        examples=["${author}: ${caption}"],
    )
    leave_open: bool = Field(
        default=False,
        description="Whether nobody is asked if it cannot be told whether it happened: it stays uncertain, and counts.",
    )
    at_limit: Literal["wait", "skip"] = Field(
        default="wait",
        description="Where a limit forbids it: the task waits, or goes on without it.",
    )
    timeout: Timeout = Field(default="15s", description="How long to wait for the element.")

    def title(self) -> str:
        return f"{self.effect}: tap {spoken(self.tap)}"

    def perform(self, attempt: FlowRun) -> None:
        attempt.verify_open()
        target = attempt.fill(self.target) if self.target is not None else attempt.target
        if attempt.made.has(self.effect, target, is_own=self.target is not None):
            attempt.skip("this task has made it already")
            return
        point = attempt.await_point(self.tap, attempt.seconds(self.timeout))
        evidence = {name: attempt.known(text) for name, text in self.evidence.items()}
        known = {name: seen for name, seen in evidence.items() if seen is not None}
        try:
            attempt.begin_effect(self.effect, known, target, leave_open=self.leave_open)
        except HeldBack as limit:
            if self.at_limit == "skip" and limit.kind in OF_A_LIMIT:
                attempt.skip(limit.message)
                return
            raise
        self._tap(attempt, point)
        if attempt.step.proves_itself:
            attempt.verify()

    def _tap(self, attempt: FlowRun, point: tuple[int, int]) -> None:
        try:
            attempt.phone.tap_once(*point)
        except PhoneError as error:
            if not error.sent:
                # Any other error leaves the effect in doubt: the tap may have reached the phone before
                # the answer was lost.
                attempt.settle(EffectState.REFUTED, {"reason": f"never sent: {error.message}"})
            raise
        attempt.settle(EffectState.MADE, {})
