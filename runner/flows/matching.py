"""Finds elements on a screen by selectors. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise

from runner.flows.selectors import Selector
from runner.phone.screen import Bounds, Element, Screen, normalise


def find_all(selectors: Sequence[Selector], screen: Screen, packages: Sequence[str]) -> list[Element]:
    """The elements of the first selector that finds any, in the order of the tree."""
    elements = list(screen.elements())
    for selector in selectors:
        if selector.unverified:
            continue
        found = [e for e in elements if _is_of(selector, e, packages) and matches(selector, e, screen)]
        if selector.index is not None:
            found = found[selector.index :][:1]
        if found:
            return found
    return []


def matches(selector: Selector, element: Element, screen: Screen) -> bool:
    """Whether everything that the selector says is true of the element, except `index`."""
    return (
        _has_words(selector, element)
        and _has_flags(selector, element)
        and _stands_right(selector, element, screen)
        and all(not _any(lacked, element.below(), screen) for lacked in selector.lacks)
    )


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


def _is_of(selector: Selector, element: Element, packages: Sequence[str]) -> bool:
    """Whether an element is of the app, or of the package that the selector names (status bar, keyboard)."""
    if selector.package_matches is not None:
        return _full(selector.package_matches, element.package)
    return not element.package or element.package in packages


def _has_words(selector: Selector, element: Element) -> bool:
    return (
        _says(element.text, selector.text, selector.text_matches, selector.text_starts)
        and _says(element.desc, selector.desc, selector.desc_matches, selector.desc_starts)
        and (selector.hint_matches is None or _full(selector.hint_matches, element.hint))
        and (selector.id is None or selector.id in (element.rid, element.rid.partition("/")[2]))
        and (selector.cls is None or element.cls.rpartition(".")[2] in selector.cls.split("|"))
    )


def _says(said: str, exact: str | None, pattern: str | None, start: str | None) -> bool:
    return (
        (exact is None or said in _told(exact))
        and (pattern is None or _full(pattern, said))
        and (start is None or said.startswith(_plain_start(start)))
    )


def _has_flags(selector: Selector, element: Element) -> bool:
    return (
        selector.clickable in (None, element.clickable)
        and selector.enabled in (None, element.enabled)
        and selector.selected in (None, element.selected)
        and selector.focused in (None, element.focused)
    )


def _stands_right(selector: Selector, element: Element, screen: Screen) -> bool:
    return (
        (selector.parent is None or _any(selector.parent, islice(screen.ancestors(element), 1), screen))
        and (selector.within is None or _any(selector.within, screen.ancestors(element), screen))
        and (selector.has is None or _any(selector.has, element.below(), screen))
        and (selector.region is None or _in_region(element.bounds, selector.region, screen))
        and (selector.min_height == 0 or _height(element) >= selector.min_height * screen.size[1])
        and (selector.below is None or _is_below(selector, element, screen))
        and (selector.beside is None or _is_beside(selector.beside, element, screen))
        and (selector.after is None or _comes_after(selector.after, element, screen))
        and (selector.while_shown is None or _any(selector.while_shown, _same_app(element, screen), screen))
        and all(not _any(other, _same_app(element, screen), screen) for other in selector.unless_shown)
    )


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
