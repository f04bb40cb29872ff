"""The screen as uiautomator2's dumpWindowHierarchy writes it."""

import re
from dataclasses import replace
from functools import lru_cache

from runner.virtual.views import Bounds, View, Window

HEADER = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\r\n"
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufddf\ufffe\uffff]"
)
_BEYOND_16_BITS = re.compile("[\U00010000-\U0010ffff]")
_FLAGS = ("false", "true")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)


def dump(
    windows: list[Window],
    width: int,
    height: int,
    max_depth: int = 50,
    rotation: int = 0,
    *,
    compressed: bool = False,
) -> str:
    """The windows as uiautomator XML, one root node a window, frontmost first.

    Views outside the screen are left out, bounds are clipped to it, and nothing deeper than `max_depth` nodes
    is written. A compressed hierarchy leaves layouts out that neither say nor do anything.
    """
    parts = [HEADER, f'<hierarchy rotation="{rotation}">']
    for window in windows:
        root = window.root if not compressed else replace(window.root, children=_telling(window.root))
        _write(parts, root, window.package, (0, 0, width, height), place=(0, 0), depth_left=max_depth)
    parts.append("</hierarchy>")
    return "".join(parts)


def _write(
    parts: list[str], view: View, package: str, screen: Bounds, *, place: tuple[int, int], depth_left: int
) -> None:
    """Append a view's node; `place` is its index among its siblings and its drawing order."""
    seen = clip(view.bounds, screen)
    if seen is None or depth_left <= 0:
        return
    parts.append("<node " + _attributes(view, package, seen, *place))
    before = len(parts)
    for index, child in enumerate(view.children):
        _write(parts, child, package, screen, place=(index, index + 1), depth_left=depth_left - 1)
    if len(parts) == before:
        parts[-1] += " />"
    else:
        parts[before - 1] += ">"
        parts.append("</node>")


def _telling(view: View) -> list[View]:
    """The views below one, without those that tell nothing: what is in them takes their places."""
    found: list[View] = []
    for child in view.children:
        below = _telling(child)
        tells = (
            child.text or child.desc or child.rid or child.takes_tap or child.scrollable or child.checkable
        )
        found += [replace(child, children=below)] if tells else below
    return found


def _attributes(view: View, package: str, seen: Bounds, index: int, order: int) -> str:
    left, top, right, bottom = seen
    naf = 'NAF="true" ' if view.clickable and _says_nothing(view) else ""
    return (
        f'{naf}index="{index}" text="{_escape(view.shown_text)}" resource-id="{_escape(view.rid)}"'
        f' class="{_escape(view.cls)}" package="{_escape(package)}" content-desc="{_escape(view.desc)}"'
        f' checkable="{_FLAGS[view.checkable]}" checked="{_FLAGS[view.checked]}"'
        f' clickable="{_FLAGS[view.clickable]}" enabled="{_FLAGS[view.enabled]}"'
        f' focusable="{_FLAGS[view.focusable]}" focused="{_FLAGS[view.focused]}"'
        f' scrollable="{_FLAGS[view.scrollable]}" long-clickable="{_FLAGS[view.long_clickable]}"'
        f' password="{_FLAGS[view.password]}" selected="{_FLAGS[view.selected]}" visible-to-user="true"'
        f' bounds="[{left},{top}][{right},{bottom}]" drawing-order="{order}" hint="{_escape(view.hint)}"'
        f' display-id="0"'
    )


def clip(bounds: Bounds, screen: Bounds) -> Bounds | None:
    """The part of `bounds` inside `screen`, or None if there is none."""
    left, top, right, bottom = bounds
    if screen[0] <= left < right <= screen[2] and screen[1] <= top < bottom <= screen[3]:
        return bounds
    left, top = max(left, screen[0]), max(top, screen[1])
    right, bottom = min(right, screen[2]), min(bottom, screen[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def _says_nothing(view: View) -> bool:
    """Android marks as NAF ("not accessibility friendly") what can be clicked but has no words anywhere."""
    return view.enabled and not any(part.shown_text or part.desc for part in view.walk())


@lru_cache(4096)  # classes, ids and words come again in each dump
def _escape(text: str) -> str:
    # Java's strings have 16-bit units and the dumper replaces each unit it does not know: an emoji
    # becomes two dots.
    return _FORBIDDEN.sub(".", _BEYOND_16_BITS.sub("..", text)).translate(_ESCAPES)
