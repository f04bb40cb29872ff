"""The screen that a failed step has kept: its elements on its picture, and by what a flow could name each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from runner.errors import FlowError
from runner.flows.matching import find_all
from runner.flows.pointing import class_name, in_yaml, selector, ways_to
from runner.flows.profile import Profile, Profiles
from runner.flows.screen_check import names_of
from runner.phone.screen import Bounds, Element, Screen, Size, parse, whole_size
from runner.phone.screenshot import size_of

MOST_ELEMENTS = 3000
"""How many elements are shown; a list that is too long for that tells nobody anything."""

MOST_WORDS = 160
"""Where texts of elements are cut in the tree; the element itself shows them whole."""

MOST_WAYS = 4


@dataclass(frozen=True, slots=True)
class Way:
    """A selector for an element as a line of a flow or a profile, and how many elements of the screen it finds: one,
    unless it is the best there is for an element that nothing tells from others."""

    text: str
    finds: int


@dataclass(frozen=True, slots=True)
class NameOf:
    """A name of the app profile that finds an element: as the how-manieth (from 1) of how many."""

    name: str
    place: int
    finds: int


@dataclass(frozen=True, slots=True)
class ElementPart:
    """One element, by its number in the order of the tree."""

    number: int
    element: Element
    ways: tuple[Way, ...]
    names: tuple[NameOf, ...]
    box: tuple[float, float, float, float]

    @property
    def facts(self) -> Mapping[str, str]:
        """Its attributes, without those that say nothing."""
        one = self.element
        left, top, right, bottom = one.bounds
        flags = ("clickable", "selected", "focused", "checked")
        said = {
            "text": one.text,
            "desc": one.desc,
            "hint": one.hint,
            "id": one.rid,
            "class": one.cls,
            "package": one.package,
            "bounds": f"[{left},{top}][{right},{bottom}]",
            "is": ", ".join(
                [flag for flag in flags if getattr(one, flag)] + ["disabled"] * (not one.enabled)
            ),
        }
        return {name: value for name, value in said.items() if value}


class KeptScreen:
    """A screen from the XML and the picture that a step has kept; `profile` is that of the app in which the task was
    done, if it knows the screen's packages. Nothing about it changes: it may be kept for the next question."""

    def __init__(self, xml: str, picture: bytes | None, profile: Profile | None) -> None:
        self.screen: Screen = parse(xml)
        self.elements: list[Element] = list(self.screen.elements())
        self.size: Size = whole_size(self.screen.size, size_of(picture) if picture else None)
        self.profile = profile

    def as_data(self) -> dict[str, Any]:
        """For programs: the size of the screen, and of each element its depth, box, class, words and id. The number of
        an element is its place in the list."""
        shown = self.elements[:MOST_ELEMENTS]
        return {
            "size": list(self.size),
            "left_out": len(self.elements) - len(shown),
            "elements": [
                {
                    "depth": depth,
                    "box": list(element.bounds),
                    "class": class_name(element),
                    "words": _cut(element.words or element.hint),
                    "id": element.rid.partition("/")[2] or element.rid,
                    "taps": element.clickable,
                }
                for element, depth in zip(shown, self._depths(), strict=False)
            ],
        }

    def part(self, number: int) -> ElementPart | None:
        """One element with what finds it; None if there is none of this number."""
        if not 0 <= number < len(self.elements):
            return None
        element = self.elements[number]
        named = names_of(element, self.profile, self.screen) if self.profile is not None else {}
        names = tuple(NameOf(name, found.index(element) + 1, len(found)) for name, found in named.items())
        return ElementPart(number, element, self._ways(element), names, self._box(element.bounds))

    def _ways(self, element: Element) -> tuple[Way, ...]:
        packages = self._packages(element)
        alone = [Way(in_yaml(said), 1) for said in islice(ways_to(element, self.screen, packages), MOST_WAYS)]
        if alone:
            return tuple(alone)
        said = {"class": class_name(element)}
        return (Way(in_yaml(said), len(find_all([selector(said)], self.screen, packages))),)

    def _packages(self, element: Element) -> Sequence[str]:
        """The packages of which a selector finds elements: the app's; of a bar or a keyboard its own."""
        own = self.profile.packages if self.profile is not None else ()
        return own if element.package in own else (element.package,)

    def _depths(self) -> list[int]:
        depths: dict[Element, int] = {}
        for element in self.elements:
            parent = self.screen.parents.get(element)
            depths[element] = 0 if parent is None else depths[parent] + 1
        return list(depths.values())

    def _box(self, bounds: Bounds) -> tuple[float, float, float, float]:
        """In parts of the screen."""
        width, height = (max(1.0, side) for side in self.size)
        left, top, right, bottom = bounds
        return (_part(left, width), _part(top, height), _part(right, width), _part(bottom, height))


def profile_for(app: str, packages: Sequence[str], profiles: Profiles) -> Profile | None:
    """The profile of the app in which a task was done, or else the first one that knows a package that is shown."""
    for name in dict.fromkeys((app, *profiles.names)):
        try:
            profile = profiles.load(name)
        except FlowError:  # somebody has taken it away, or made it wrong, since
            continue
        if set(profile.packages) & set(packages):
            return profile
    return None


def _cut(text: str) -> str:
    return text if len(text) <= MOST_WORDS else text[:MOST_WORDS] + "\N{HORIZONTAL ELLIPSIS}"


def _part(pixels: int, of: float) -> float:
    return min(1.0, max(0.0, round(pixels / of, 4)))
