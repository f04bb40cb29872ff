"""`swipe`: one or more swipes over the middle of the screen."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.typed_values import OrVariable

# Away from the edges, where Android takes a swipe for its own gestures.
WAYS = {
    "up": ((0.5, 0.75), (0.5, 0.3)),
    "down": ((0.5, 0.3), (0.5, 0.75)),
    "left": ((0.8, 0.5), (0.2, 0.5)),
    "right": ((0.2, 0.5), (0.8, 0.5)),
}
"""Where a finger starts and ends, as fractions of the screen."""

DURATION_S = 0.25
PAUSE_S = 0.5


class Swipe(Action):
    """`direction` is the finger's: `up` shows what is further down."""

    kind: ClassVar = "swipe"
    short: ClassVar = "direction"
    is_input: ClassVar = True

    direction: Annotated[Literal["up", "down", "left", "right"], OrVariable()] = Field(
        description="Where the finger goes."
    )
    times: Annotated[int, Field(ge=1, le=20), OrVariable()] = Field(default=1, description="How often.")

    def title(self) -> str:
        return f"swipe {self.direction}" + (f" {self.times} times" if self.times > 1 else "")

    def perform(self, attempt: FlowRun) -> None:
        width, height = attempt.read_screen().size
        (x, y), (to_x, to_y) = WAYS[self.direction]
        start, end = (round(x * width), round(y * height)), (round(to_x * width), round(to_y * height))
        for _ in range(self.times):
            attempt.phone.swipe(start, end, DURATION_S)
            attempt.pause(PAUSE_S)
