"""`repeat`: do the steps beside it again and again."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from runner.errors import TaskError
from runner.flows.conditions import Shown
from runner.flows.durations import Timeout
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.reading import refuse
from runner.flows.typed_values import OrVariable

MOST_ROUNDS = 1000
"""How often a loop goes round at most that has no `times` and no `for`."""


class Repeat(Action):
    """Before each round it asks whether to go on: of several limits the first one that is reached ends it.

    `for` counts what earlier attempts at the task have worked, so an interrupted loop goes on for the rest of its time.
    """

    kind: ClassVar = "repeat"
    short: ClassVar = "times"
    branches: ClassVar = ("do",)
    needed: ClassVar = ("do",)
    is_loop: ClassVar = True
    is_seen: ClassVar = False

    times: Annotated[int, Field(ge=0, le=MOST_ROUNDS), OrVariable()] | None = Field(
        default=None, description="How often."
    )
    going_on: Shown | None = Field(default=None, alias="while", description="As long as this is true.")
    until: Shown | None = Field(default=None, description="Until this is true.")
    duration: Timeout | None = Field(
        default=None, alias="for", description="For so long; a round that has begun ends in order."
    )

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if all(limit is None for limit in (self.times, self.going_on, self.until, self.duration)):
            raise refuse("bad-repeat", "`repeat` needs at least one of: times, while, until, for")
        return self

    def title(self) -> str:
        limits = (
            f"{self.times} times" if self.times is not None else "",
            f"while {self.going_on.words()}" if self.going_on else "",
            f"until {self.until.words()}" if self.until else "",
            f"for {self.duration}" if self.duration else "",
        )
        return f"repeat {', '.join(filter(None, limits))}"

    def perform(self, attempt: FlowRun) -> None:
        end_s = attempt.time_for(attempt.seconds(self.duration)) if self.duration is not None else None
        steps = attempt.step.branches["do"]
        rounds = 0
        while self._goes_on(attempt, rounds, end_s):
            attempt.perform(steps)
            rounds += 1
            if attempt.finished is not None:
                break
        attempt.note(f"{rounds} round{'s' if rounds != 1 else ''}")

    def _goes_on(self, attempt: FlowRun, rounds: int, end_s: float | None) -> bool:
        if self.times is not None and rounds >= self.times:
            return False
        if end_s is not None and attempt.now_s >= end_s:
            return False
        attempt.check_time()
        if self.going_on is not None and not attempt.is_true(self.going_on):
            return False
        if self.until is not None and attempt.is_true(self.until):
            return False
        if rounds >= MOST_ROUNDS and end_s is None:
            raise TaskError(
                f"the loop has not ended after {MOST_ROUNDS} rounds", hint="limit it by `times` or `for`"
            )
        return True
