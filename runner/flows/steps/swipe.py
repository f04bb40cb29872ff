"""`swipe`: one or more swipes over the middle of the screen."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.typed_values import OrVariable
from runner.phone.screen import Screen

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
        screen = attempt.read_screen()
        for _ in range(self.times):
            swipe_once(attempt, self.direction, screen)


def swipe_once(attempt: FlowRun, direction: str, screen: Screen) -> None:
    """One swipe over the middle of the screen, and a moment for what moves."""
    width, height = screen.size
    (x, y), (to_x, to_y) = WAYS[direction]
    start, end = (round(x * width), round(y * height)), (round(to_x * width), round(to_y * height))
    attempt.finger.swipe(start, end, DURATION_S, screen.size)
    attempt.pause(PAUSE_S)
