"""UiSelector as uiautomator2 sends it: which views does it name?

The search is Android's: depth first through each window, and below a view that matched, the next level of the
selector (child, or sibling through the parent) is looked for.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from runner.virtual.views import View, Window

_Test = Callable[[View, str, int, Any], bool]


def _equals(read: Callable[[View, str], str]) -> _Test:
    return lambda view, package, _index, wanted: read(view, package) == wanted


def _contains(read: Callable[[View, str], str]) -> _Test:
    return lambda view, package, _index, wanted: str(wanted).lower() in read(view, package).lower()


def _starts(read: Callable[[View, str], str]) -> _Test:
    return lambda view, package, _index, wanted: read(view, package).lower().startswith(str(wanted).lower())


def _matches(read: Callable[[View, str], str]) -> _Test:
    # Java's String.matches is anchored at both ends; UiSelector compiles its patterns with DOTALL.
    return lambda view, package, _index, wanted: (
        re.fullmatch(wanted, read(view, package), re.DOTALL) is not None
    )


def _is(read: Callable[[View], bool]) -> _Test:
    return lambda view, _package, _index, wanted: read(view) == bool(wanted)


def _text(view: View, _package: str) -> str:
    return view.shown_text


def _desc(view: View, _package: str) -> str:
    return view.desc


def _cls(view: View, _package: str) -> str:
    return view.cls


def _package(_view: View, package: str) -> str:
    return package


def _rid(view: View, _package: str) -> str:
    return view.rid


_FIELDS: dict[str, tuple[int, _Test]] = {
    "text": (0x1, _equals(_text)),
    "textContains": (0x2, _contains(_text)),
    "textMatches": (0x4, _matches(_text)),
    "textStartsWith": (0x8, _starts(_text)),
    "className": (0x10, _equals(_cls)),
    "classNameMatches": (0x20, _matches(_cls)),
    "description": (0x40, _equals(_desc)),
    "descriptionContains": (0x80, _contains(_desc)),
    "descriptionMatches": (0x100, _matches(_desc)),
    "descriptionStartsWith": (0x200, _starts(_desc)),
    "checkable": (0x400, _is(lambda view: view.checkable)),
    "checked": (0x800, _is(lambda view: view.checked)),
    "clickable": (0x1000, _is(lambda view: view.clickable)),
    "longClickable": (0x2000, _is(lambda view: view.long_clickable)),
    "scrollable": (0x4000, _is(lambda view: view.scrollable)),
    "enabled": (0x8000, _is(lambda view: view.enabled)),
    "focusable": (0x10000, _is(lambda view: view.focusable)),
    "focused": (0x20000, _is(lambda view: view.focused)),
    "selected": (0x40000, _is(lambda view: view.selected)),
    "packageName": (0x80000, _equals(_package)),
    "packageNameMatches": (0x100000, _matches(_package)),
    "resourceId": (0x200000, _equals(_rid)),
    "resourceIdMatches": (0x400000, _matches(_rid)),
    "index": (0x800000, lambda _view, _package, index, wanted: index == wanted),
}
_INSTANCE = 0x1000000


class _Level:
    """One level of a selector, counting down the matches that `instance` skips."""

    def __init__(self, selector: Mapping[str, Any], relation: str) -> None:
        mask = int(selector.get("mask", 0))
        self.relation = relation
        self.tests = [(test, selector[name]) for name, (bit, test) in _FIELDS.items() if mask & bit]
        self.numbered = bool(mask & _INSTANCE)
        self.to_skip = int(selector["instance"]) if self.numbered else 0

    def accepts(self, view: View, package: str, index: int) -> bool:
        if not all(test(view, package, index, wanted) for test, wanted in self.tests):
            return False
        if self.to_skip:
            self.to_skip -= 1
            return False
        return True


def find(windows: list[Window], selector: Mapping[str, Any]) -> list[View]:
    """All views that a UiSelector names, in the order of the tree, each once.

    At most one where its last level carries `instance`. Raises `re.error` for a bad pattern, KeyError for a
    mask without its field.
    """
    levels = _levels(selector)
    found: dict[int, View] = {}
    for window in windows:
        for view in _search(levels, window.root, None, window.package, 0):
            found.setdefault(id(view), view)
            if levels[-1].numbered:
                return [view]
    return list(found.values())


def find_first(windows: list[Window], selector: Mapping[str, Any]) -> View | None:
    """The view that Android would act on, or None; raises what `find` raises."""
    levels = _levels(selector)
    for window in windows:
        for view in _search(levels, window.root, None, window.package, 0):
            return view
    return None


def _levels(selector: Mapping[str, Any]) -> list[_Level]:
    relations = selector.get("childOrSibling") or []
    selectors = selector.get("childOrSiblingSelector") or []
    further = [_Level(sub, relation) for sub, relation in zip(selectors, relations, strict=True)]
    return [_Level(selector, "root"), *further]


def _search(
    levels: list[_Level], view: View, parent: View | None, package: str, index: int
) -> Iterator[View]:
    start = view
    if levels[0].accepts(view, package, index):
        if len(levels) == 1:
            yield view
        else:
            levels = levels[1:]
            if levels[0].relation == "sibling":
                if parent is None:
                    return
                start = parent
    for place, child in enumerate(start.children):
        yield from _search(levels, child, start, package, place)


def describe(view: View, window_package: str) -> dict[str, Any]:
    """What `objInfo` answers for a view."""
    left, top, right, bottom = view.bounds
    bounds = {"left": left, "top": top, "right": right, "bottom": bottom}
    return {
        "bounds": bounds,
        "visibleBounds": bounds,
        "childCount": len(view.children),
        "className": view.cls,
        "contentDescription": view.desc,
        "packageName": window_package,
        "text": view.shown_text,
        "resourceName": view.rid or None,
        "checkable": view.checkable,
        "checked": view.checked,
        "clickable": view.clickable,
        "enabled": view.enabled,
        "focusable": view.focusable,
        "focused": view.focused,
        "longClickable": view.long_clickable,
        "scrollable": view.scrollable,
        "selected": view.selected,
    }
