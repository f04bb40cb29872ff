"""An app as a flow sees it: its profile, with which elements are found on screens."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from runner.flows.matching import find_all, tap_point
from runner.flows.profile import Profile, Share, Stop, is_unverified, unrecorded
from runner.flows.selectors import Selector
from runner.flows.templates import fill, names_in
from runner.phone.screen import Element, Screen

_OF_ADDRESSES = ":/?#[]@!$&'()*+,;=%"
"""The characters that have a meaning in an address."""


class Dialog(NamedTuple):
    """A dialog that is shown: its name, what declines it (None: the back key), and whether the app has to be brought to
    the front then."""

    name: str
    button: Element | None
    to_front: bool


@dataclass(frozen=True, slots=True)
class AppView:
    """A profile with one of the app's packages and with variables; it finds elements on screens."""

    profile: Profile
    package: str
    variables: Mapping[str, str]

    def find(self, name: str, screen: Screen) -> Element | None:
        """The first element of this name on the screen."""
        return next(iter(self.find_all(name, screen)), None)

    def find_all(self, name: str, screen: Screen) -> list[Element]:
        """All elements of this name on the screen, in the order of the tree.

        Raises Unsupported if nobody has recorded what it looks like, in the app's language.
        """
        candidates = self.profile.elements.get(name)
        if candidates is None or is_unverified(candidates):
            raise unrecorded(self.profile, [name])
        return self.search(candidates, screen)

    def shows(self, name: str, screen: Screen) -> bool:
        """Whether an element is shown; one that nobody has recorded is not."""
        return bool(self.search(self.profile.elements.get(name, ()), screen))

    def point(self, element: Element, screen: Screen) -> tuple[int, int] | None:
        """Where to tap an element: never on the bar that lies over it. None if nothing of it is visible."""
        bar = self._bar(screen)
        if any(part is element or part in screen.ancestors(element) for part in bar):  # the bar itself
            return tap_point(element, None)
        return tap_point(element, self.bar_top(screen))

    def bar_top(self, screen: Screen) -> int | None:
        """The upper edge of the bar at the bottom; None if it is not shown."""
        return min((part.bounds[1] for part in self._bar(screen)), default=None)

    def stop_of(self, screen: Screen) -> Stop | None:
        """The stop screen that is shown; None if there is none."""
        for stop in self.profile.stops.values():
            if self.search(stop.when, screen) and not self._shows_any(stop.unless, screen):
                return stop
        return None

    def dialog_of(self, screen: Screen) -> Dialog | None:
        """The dialog that is shown and may be declined; None if there is none."""
        for name, said in self.profile.dismiss.items():
            if said is None or not self.search(said.when, screen) or self._shows_any(said.unless, screen):
                continue
            button = self.search(said.tap, screen) if said.tap else []
            if button or said.tap is None:
                return Dialog(name, button[0] if button else None, said.to_front)
        return None

    def link(self, name: str) -> str:
        """A link of the profile with its variables filled in, percent-encoded. A link that is nothing but one variable
        is a whole address: what has a meaning in it stays."""
        link = self.profile.links[name]
        assert link is not None, "the reading of the flow made sure"
        safe = _OF_ADDRESSES if [f"${{{variable}}}" for variable in names_in(link)] == [link] else ""
        return fill(link, self.variables, lambda value: quote(value, safe=safe))

    def share(self, to: str | None) -> Share | None:
        """What takes shared files: the usual activity, or that of another place; None if the profile names none."""
        if to is not None:
            return self.profile.shares.get(to)
        activity = self.profile.share_activity
        return None if activity is None else Share(activity=activity, action=self.profile.share_action)

    def component(self, activity: str) -> str:
        """An activity as `am start -n` takes it."""
        return f"{self.package}/{activity}"

    def _bar(self, screen: Screen) -> list[Element]:
        groups = (self.profile.elements.get(name, ()) for name in self.profile.bottom_bar)
        return [found[0] for group in groups if (found := self.search(group, screen))]

    def _shows_any(self, names: Iterable[str], screen: Screen) -> bool:
        return any(self.shows(name, screen) for name in names)

    def search(self, selectors: Sequence[Selector], screen: Screen) -> list[Element]:
        """The elements of the first selector that finds any, with its variables filled in."""
        if any(selector.has_variables for selector in selectors):
            filled = [filled_in(selector, self.variables) for selector in selectors]
            return find_all(filled, screen, self.profile.packages)
        # Who waits asks the same of a screen that has not changed, five times a second.
        return screen.remember(selectors, lambda: find_all(selectors, screen, self.profile.packages))


def filled_in(selector: Selector, variables: Mapping[str, str]) -> Selector:
    """The selector with its variables replaced; values in patterns are escaped, so that they match only themselves."""
    if not selector.has_variables:
        return selector
    changes: dict[str, Any] = {}
    for name, value in selector:
        if isinstance(value, str) and "${" in value:
            changes[name] = fill(value, variables, re.escape if name.endswith("_matches") else str)
        elif isinstance(value, Selector):
            inner = filled_in(value, variables)
            if inner is not value:
                changes[name] = inner
        elif isinstance(value, tuple):
            parts = tuple(
                filled_in(part, variables) if isinstance(part, Selector) else part for part in value
            )
            if any(part is not old for part, old in zip(parts, value, strict=True)):
                changes[name] = parts
    return selector.model_copy(update=changes) if changes else selector
