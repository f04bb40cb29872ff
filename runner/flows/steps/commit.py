"""`commit`: the one tap that makes an effect.

The effect is in the ledger before the tap: a process that dies in between leaves an effect in doubt, which is proved
before anything is done again.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from runner.errors import HeldBack, PhoneError
from runner.flows.conditions import Shown
from runner.flows.durations import Timeout
from runner.flows.elements import AnElement, spoken
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.made_effects import RESERVED
from runner.flows.reading import refuse
from runner.flows.templates import Template
from runner.flows.touching import TouchPlace
from runner.flows.typed_values import OrVariable
from runner.reasons import ReasonKind
from runner.tasks import EffectState

TARGET_LENGTH = 300
"""Where targets are cut: they may hold captions from the screen."""

SHORT_WAIT_S = 120.0
"""How long a commit step waits at most for a limit; for a longer time the task goes back into its queue."""

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
    only_if: Shown | None = Field(
        default=None,
        description="What must be true right before the tap, as that the card is still shown; else it is left out.",
    )
    leave_open: Annotated[bool, OrVariable()] = Field(
        default=False,
        description="Whether nobody is asked if it cannot be told whether it happened: it stays uncertain, and counts.",
    )
    at_limit: Annotated[Literal["wait", "skip"], OrVariable()] = Field(
        default="wait",
        description="Where a limit forbids it: the task waits, or goes on without it.",
    )
    timeout: Timeout = Field(default="15s", description="How long to wait for the element.")

    def title(self) -> str:
        return f"{self.effect}: tap {spoken(self.tap)}"

    def perform(self, attempt: FlowRun) -> None:
        attempt.verify_open()
        target = attempt.fill(self.target)[:TARGET_LENGTH] if self.target is not None else attempt.target
        if attempt.made.has(self.effect, target, is_own=self.target is not None):
            attempt.skip("this task has made it already")
            return
        place = self._begun_at(attempt, target)
        if place is None:
            return
        self._tap(attempt, place)
        if attempt.step.proves_itself:
            attempt.verify()

    def _begun_at(self, attempt: FlowRun, target: str | None) -> TouchPlace | None:
        """Where to tap, once the effect is in the ledger; None if a limit leaves it out. Raises HeldBack."""
        evidence = {name: attempt.known(text) for name, text in self.evidence.items()}
        known = {name: seen for name, seen in evidence.items() if seen is not None}
        while True:
            place = attempt.await_place(self.tap, attempt.seconds(self.timeout))
            # Asked again after each wait: a feed may have gone on to another card, whose button looks the same.
            if self.only_if is not None and not attempt.is_true(self.only_if):
                attempt.skip(f"not shown: {attempt.text_for_people(self.only_if.words())}")
                return None
            try:
                attempt.begin_effect(self.effect, known, target, leave_open=self.leave_open)
                return place
            except HeldBack as limit:
                if self.at_limit == "skip" and limit.kind in OF_A_LIMIT:
                    attempt.skip(limit.message)
                    return None
                # In the midst of a flow with several effects, a gap between two of them is waited for on the spot.
                wait_s = attempt.seconds_until(limit.not_before)
                if (
                    not attempt.flow.makes_several
                    or limit.kind is not ReasonKind.LIMIT
                    or wait_s > SHORT_WAIT_S
                ):
                    raise
                attempt.note(f"waited {wait_s:.0f} s: {limit.message}")
                attempt.rest(wait_s)

    def _tap(self, attempt: FlowRun, place: TouchPlace) -> None:
        try:
            attempt.finger.tap_once(place, attempt.be_sure)
        except PhoneError as error:
            if not error.sent:
                # Any other error leaves the effect in doubt: the tap may have reached the phone before
                # the answer was lost.
                attempt.settle(EffectState.REFUTED, {"reason": f"never sent: {error.message}"})
            raise
        attempt.settle(EffectState.MADE, {})
