"""`scroll_to`: swipe until an element is shown."""

from collections.abc import Hashable
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from runner.errors import ElementMissing
from runner.flows.durations import Timeout
from runner.flows.elements import AboutElement, AnElement, spoken
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.steps.swipe import swipe_once
from runner.flows.typed_values import OrVariable
from runner.phone.screen import Screen


class ScrollTo(Action, AboutElement):
    """It ends as soon as the element can be tapped, and fails where swipes change nothing any more."""

    kind: ClassVar = "scroll_to"
    short: ClassVar = "element"
    is_input: ClassVar = True

    element: AnElement = Field(description="The element.")
    direction: Annotated[Literal["up", "down", "left", "right"], OrVariable()] = Field(
        default="up", description="Where the finger goes: `up` shows what is further down."
    )
    times: Annotated[int, Field(ge=1, le=100), OrVariable()] = Field(
        default=20, description="How many swipes at most."
    )
    timeout: Timeout = Field(default="60s", description="How long it may take.")

    def title(self) -> str:
        return f"scroll to {spoken(self.element)}"

    def perform(self, attempt: FlowRun) -> None:
        until_s = attempt.now_s + attempt.seconds(self.timeout)
        before: Hashable = None
        for swipes in range(self.times + 1):
            screen = attempt.read_screen()
            element = attempt.find(self.element, screen)
            if element is not None and attempt.app.point(element, screen) is not None:
                return
            shown = _look(screen)
            if shown == before:
                raise self._missing(attempt, f"the list ends after {swipes - 1} swipes")
            if attempt.now_s >= until_s:
                raise self._missing(attempt, f"its time was over after {swipes} swipes")
            if swipes < self.times:
                attempt.check_time()
                swipe_once(attempt, self.direction, screen)
            before = shown
        raise self._missing(attempt, f"{self.times} swipes did not show it")

    def _missing(self, attempt: FlowRun, why: str) -> ElementMissing:
        return ElementMissing(
            f"{attempt.phone.serial}: scrolled to {attempt.spoken(self.element)}: {why}",
            hint="the screen is kept with the step",
        )


def _look(screen: Screen) -> Hashable:
    """What the app shows and where: the same again means that a swipe has moved nothing."""
    return tuple((element.words, element.bounds) for element in screen.elements())
