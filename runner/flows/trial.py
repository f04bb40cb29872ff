"""A flow that is tried while its author watches: what each step found, and effects that no ledger keeps."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from runner.errors import Stopped
from runner.flows.elements import ElementRef
from runner.flows.flow_run import FlowRun
from runner.flows.selectors import Selector
from runner.phone.screen import Bounds, Element, Screen
from runner.tasks import Effect, EffectState


class Match(NamedTuple):
    """What a step found: the element as the flow names it, which of its candidates found it, from 0, where it lies, and
    what it says."""

    element: str
    candidate: int
    bounds: Bounds
    words: str


class WatchedRun(FlowRun):
    """A run that notes what it finds; `matches` has the latest of each element, until somebody clears it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.matches: dict[str, Match] = {}

    def find_all(self, element: ElementRef, screen: Screen) -> list[Element]:
        found = super().find_all(element, screen)
        if found:
            name = element if isinstance(element, str) else self.spoken(element)
            first = found[0]
            self.matches[name] = Match(name, self._candidate(element, screen), first.bounds, first.words)
        return found

    def _candidate(self, element: ElementRef, screen: Screen) -> int:
        """Which candidate has found the element: the first that finds any."""
        ways: Sequence[Selector] = self.app.profile.elements[element] if isinstance(element, str) else element
        found = (index for index, one in enumerate(ways) if self.app.search([one], screen))
        return next(found, 0)


class UnkeptJournal:
    """Effects of one attempt, in memory. `confirm` is asked with the words for an effect before it is made; if it
    refuses, the attempt stops before the tap."""

    def __init__(self, confirm: Callable[[str], bool]) -> None:
        self._confirm = confirm
        self.refused = ""
        """The effect that was not confirmed, in words."""
        self.states: dict[int, tuple[str, EffectState]] = {}
        """The effects that were begun, in words, and what became of them."""

    def effects(self) -> list[Effect]:
        return []

    def worked_s(self) -> float:
        return 0.0

    def works_as(self, app: str, account: str) -> None:
        """Nobody else works beside a trial."""

    def committing(
        self, kind: str, target: str | None, account: str | None, evidence: Mapping[str, str]
    ) -> int:
        what = f"{kind} {target}" if target else kind
        if not self._confirm(f"{what} as {account}" if account else what):
            self.refused = what
            raise Stopped(f"not confirmed: {what}")
        number = len(self.states) + 1
        self.states[number] = what, EffectState.COMMITTING
        return number

    def be_sure(self) -> None:
        """A trial is on this machine alone."""

    def settle(
        self, effect_id: int, state: EffectState, evidence: Mapping[str, str], *, at_end: bool = False
    ) -> None:
        what, _ = self.states[effect_id]
        self.states[effect_id] = what, state
