"""Selectors for an element of a screen: what tells it from everything else there. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runner.flows.matching import find_all
from runner.flows.selectors import Selector
from runner.phone.screen import Element, Screen

Said = Mapping[str, Any]
"""What a selector says, by the keys under which it is written."""

_AROUND = 0.15
"""How far a region reaches around the centre of its element, as a fraction of the screen."""
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./'&-]*[A-Za-z0-9.']|[A-Za-z]")
_SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()]")
_OTHER_THAN_TEXT = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")


def ways_to(
    element: Element, screen: Screen, packages: Sequence[str], place: Said | None = None
) -> Iterator[Said]:
    """What finds exactly this element, the most lasting way first: words before ids, and a place only where needed.

    Ways within a `place` that is given come before all others.
    """
    alone = list(_alone(element))
    within = [{**one, **place} for one in alone] if place else []
    for said in [*within, *alone, *(one | {"region": region_of(element, screen)} for one in alone)]:
        if finds_only(said, element, screen, packages):
            yield said


def finds_only(said: Said, element: Element, screen: Screen, packages: Sequence[str]) -> bool:
    """Whether a selector finds the element and nothing else on the screen."""
    return find_all([selector(said)], screen, packages) == [element]


def selector(said: Said) -> Selector:
    return Selector.model_validate(dict(said))


def region_of(element: Element, screen: Screen) -> list[float]:
    """A region around the centre of an element."""
    width, height = (max(1, side) for side in screen.size)
    left, top, right, bottom = element.bounds
    x, y = (left + right) / 2 / width, (top + bottom) / 2 / height
    edges = (x - _AROUND, y - _AROUND, x + _AROUND, y + _AROUND)
    return [min(1.0, max(0.0, round(edge, 2))) for edge in edges]


def in_yaml(said: Said) -> str:
    """A selector as one line of a flow or a profile."""
    return "{" + ", ".join(f"{key}: {_value(value)}" for key, value in said.items()) + "}"


def class_name(element: Element) -> str:
    return element.cls.rpartition(".")[2]


def id_name(element: Element) -> str:
    """The resource-id without its package."""
    return element.rid.partition("/")[2] or element.rid


def _alone(element: Element) -> Iterator[dict[str, Any]]:
    """What an element says of itself, alone and in pairs."""
    words = {key: getattr(element, key) for key in ("text", "desc") if getattr(element, key)}
    # What somebody typed into a field is no name of it.
    if element.hint and class_name(element).endswith("EditText"):
        words = {"hint_matches": _SPECIAL.sub(r"\\\g<0>", element.hint)}
    said = [{key: value} for key, value in words.items() if "${" not in value]
    if rid := id_name(element):
        said.append({"id": rid})
    yield from said
    if cls := class_name(element):
        yield from (one | {"class": cls} for one in said)
    if len(said) > 1:
        yield said[0] | said[-1]


def _value(value: Any) -> str:
    if isinstance(value, str):
        is_plain = _PLAIN.fullmatch(value) and value.casefold() not in _OTHER_THAN_TEXT
        return value if is_plain else json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return in_yaml(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value)
