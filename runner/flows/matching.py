"""Finds elements on a screen by selectors. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice, pairwise

from runner.flows.selectors import Selector
from runner.phone.screen import Bounds, Element, Screen, normalise


def find_all(selectors: Sequence[Selector], screen: Screen, packages: Sequence[str]) -> list[Element]:
    """The elements of the first selector that finds any, in the order of the tree."""
    own = screen.elements_of(packages)
    for selector in selectors:
        if selector.unverified:
            continue
        # Of the app, or of the package that the selector names: status bar, keyboard.
        elements = own if selector.package_matches is None else screen.elements()
        found = [element for element in elements if matches(selector, element, screen)]
        if selector.index is not None:
            found = found[selector.index :][:1]
        if found:
            return found
    return []


def matches(selector: Selector, element: Element, screen: Screen) -> bool:
    """Whether everything that the selector says is true of the element, except `index`."""
    # No `all` over a generator: this is asked thousands of times for each screen.
    for name in selector.said:  # noqa: SIM110
        if not _TESTS[name](selector, element, screen):
            return False
    return True


def tap_point(element: Element, bar_top: int | None) -> tuple[int, int] | None:
    """The centre of the visible part of an element; None if nothing of it is visible.

    `bar_top` is the upper edge of a bar at the bottom that lies over the element; None if none does.
    """
    left, top, right, bottom = element.bounds
    if bar_top is not None:
        bottom = min(bottom, bar_top)
    if right <= left or bottom <= top:
        return None
    return (left + right) // 2, (top + bottom) // 2


def has_room(tiles: Sequence[Element], screen: Screen, bar_top: int | None) -> bool:
    """Whether a grid of these tiles could show one more without scrolling."""
    if not tiles:
        return True
    width, height = screen.size
    left, top, right, bottom = tiles[-1].bounds
    lowest = height if bar_top is None else bar_top
    # Beside the last tile or below it; two pixels for the rounding of the tiles' widths.
    return 2 * right - left <= width + 2 or 2 * bottom - top <= lowest + 2


def _any(selector: Selector, elements: Iterable[Element], screen: Screen) -> bool:
    return any(matches(selector, element, screen) for element in elements)


def _is_below(selector: Selector, element: Element, screen: Screen) -> bool:
    """Whether the element starts under one that `below` finds, by at most `gap` of the screen's height."""
    assert selector.below is not None
    reach = selector.gap * screen.size[1]
    return any(
        0 <= element.bounds[1] - other.bounds[3] <= reach and matches(selector.below, other, screen)
        for other in _same_app(element, screen)
    )


def _is_beside(selector: Selector, element: Element, screen: Screen) -> bool:
    """Whether something that `beside` finds has its middle as high as the element's, within half of the lower one."""
    return any(
        other is not element and _is_level(element, other) and matches(selector, other, screen)
        for other in _same_app(element, screen)
    )


def _comes_after(selector: Selector, element: Element, screen: Screen) -> bool:
    """Whether what comes right before the element, within the same parent, is what the selector says."""
    parent = screen.parents.get(element)
    siblings = parent.children if parent is not None else []
    before = next((one for one, other in pairwise(siblings) if other is element), None)
    return before is not None and matches(selector, before, screen)


def _is_level(one: Element, other: Element) -> bool:
    apart = abs(sum(one.bounds[1::2]) - sum(other.bounds[1::2])) / 2
    return apart <= min(_height(one), _height(other)) / 2


def _height(element: Element) -> int:
    return element.bounds[3] - element.bounds[1]


def _same_app(element: Element, screen: Screen) -> Iterator[Element]:
    """The elements of the same package: what the status bar or a keyboard says is no neighbour."""
    return (other for other in screen.elements() if other.package == element.package)


def _in_region(bounds: Bounds, region: Sequence[float], screen: Screen) -> bool:
    width, height = screen.size
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    left, top, right, bottom = region
    return left * width <= x <= right * width and top * height <= y <= bottom * height


@lru_cache(maxsize=1024)
def _told(words: str) -> tuple[str, str]:
    """How a hierarchy tells these words: as they are, or with two dots for each emoji, as Android's own tool does.

    Cached for the words of selectors, since each is compared with every element of a screen.
    """
    plain = normalise(words)
    return plain, _EMOJI.sub("..", plain)


_EMOJI = re.compile("[\U00010000-\U0010ffff]")
"""The characters that are two in UTF-16: no XML of Android's own tool holds them."""


@lru_cache(maxsize=1024)
def _plain_start(start: str) -> str:
    """A blank at the end stays: `Follow ` is no start of `Following`."""
    return normalise(start + "|")[:-1]


@lru_cache(maxsize=1024)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


def _full(pattern: str, text: str) -> bool:
    return _pattern(pattern).fullmatch(text) is not None


def _says_not(others: Iterable[Selector], elements: Sequence[Element], screen: Screen) -> bool:
    return not any(_any(other, elements, screen) for other in others)


_Test = Callable[[Selector, Element, Screen], bool]

_TESTS: Mapping[str, _Test] = {
    "text": lambda s, e, _: s.text is None or e.text in _told(s.text),
    "text_matches": lambda s, e, _: s.text_matches is None or _full(s.text_matches, e.text),
    "text_starts": lambda s, e, _: s.text_starts is None or e.text.startswith(_plain_start(s.text_starts)),
    "desc": lambda s, e, _: s.desc is None or e.desc in _told(s.desc),
    "desc_matches": lambda s, e, _: s.desc_matches is None or _full(s.desc_matches, e.desc),
    "desc_starts": lambda s, e, _: s.desc_starts is None or e.desc.startswith(_plain_start(s.desc_starts)),
    "hint_matches": lambda s, e, _: s.hint_matches is None or _full(s.hint_matches, e.hint),
    "id": lambda s, e, _: s.id in (e.rid, e.rid.partition("/")[2]),
    "cls": lambda s, e, _: s.cls is None or e.cls.rpartition(".")[2] in s.cls.split("|"),
    "package_matches": lambda s, e, _: s.package_matches is None or _full(s.package_matches, e.package),
    "clickable": lambda s, e, _: s.clickable in (None, e.clickable),
    "enabled": lambda s, e, _: s.enabled in (None, e.enabled),
    "selected": lambda s, e, _: s.selected in (None, e.selected),
    "focused": lambda s, e, _: s.focused in (None, e.focused),
    "parent": lambda s, e, screen: s.parent is None or _any(s.parent, islice(screen.ancestors(e), 1), screen),
    "within": lambda s, e, screen: s.within is None or _any(s.within, screen.ancestors(e), screen),
    "has": lambda s, e, screen: s.has is None or _any(s.has, e.below(), screen),
    "lacks": lambda s, e, screen: _says_not(s.lacks, list(e.below()), screen),
    "below": lambda s, e, screen: s.below is None or _is_below(s, e, screen),
    "beside": lambda s, e, screen: s.beside is None or _is_beside(s.beside, e, screen),
    "after": lambda s, e, screen: s.after is None or _comes_after(s.after, e, screen),
    "while_shown": lambda s, e, screen: (
        s.while_shown is None or _any(s.while_shown, _same_app(e, screen), screen)
    ),
    "unless_shown": lambda s, e, screen: _says_not(s.unless_shown, list(_same_app(e, screen)), screen),
    "min_height": lambda s, e, screen: _height(e) >= s.min_height * screen.size[1],
    "region": lambda s, e, screen: s.region is None or _in_region(e.bounds, s.region, screen),
    "gap": lambda *_: True,  # part of `below`
    "index": lambda *_: True,  # `find_all` counts
    "unverified": lambda *_: True,
}
"""For each thing that a selector may say, whether it is true of an element."""
