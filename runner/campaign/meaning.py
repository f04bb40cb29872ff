"""A file as it is probably meant: with slips of the pen put right, so that checks see what is beneath them too."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from runner.campaign.document import Document, JsonPath, Marks
from runner.campaign.nearest import nearest

_SECTIONS = ("devices", "configs", "start_times", "scripts")
MOST_SLIPS = 100
"""At most this many unknown names are compared with the known ones; more are no slips of the pen."""


def with_renamed(document: Document, renamed: Mapping[tuple[str | int, ...], str]) -> Document:
    """The document with other names for the keys at these places; nothing of the text changes."""
    data, marks = document.data, document.marks
    for path, name in renamed.items():
        data, marks = _renamed(data, marks, path, name)
    return replace(document, data=data, marks=marks)


def _renamed(data: Any, marks: Any, path: JsonPath, name: str) -> tuple[Any, Marks]:
    """Copies of a mapping or list and its marks along the way to a key, which gets another name."""
    key, *rest = path
    if rest:
        changed, marked = _renamed(data[key], marks.items[key], rest, name)
        copied: Any = dict(data) if isinstance(data, dict) else list(data)
        copied[key] = changed
        items = {**marks.items, key: marked}
        return copied, marks.with_items(items, marks.keys)
    names = {one: name if one == key else one for one in data}
    return (
        {names[one]: value for one, value in data.items()},
        marks.with_items(
            {names[one]: mark for one, mark in marks.items.items()},
            {names[one]: place for one, place in marks.keys.items()},
        ),
    )


def with_repeated(document: Document) -> Document:
    """The document with what stands under a name a second time: a section joins the first one; entries, groups,
    configs and start times are kept under names that nobody can give them: `publish (2)`."""
    is_repeated = any(problem.code == "duplicate-key" for problem in document.diagnostics)
    if not is_repeated or not isinstance(document.data, dict) or not isinstance(document.marks, Marks):
        return document
    data, marks = dict(document.data), document.marks
    items = dict(marks.items)
    for key in _SECTIONS:
        pairs = [(data.get(key), items.get(key))]
        pairs += [(value, mark) for name, value, mark, _ in marks.repeated if name == key]
        if all(isinstance(value, dict) for value, _ in pairs) and any(_again(pairs)):
            data[key], items[key] = _joined(pairs)
    return replace(document, data=data, marks=marks.with_items(items, marks.keys))


def _again(pairs: list[tuple[Any, Any]]) -> Collection[Any]:
    """What a section has beyond what was read of it: further sections of its name, and repeated keys."""
    return [*pairs[1:], *pairs[0][1].repeated]


def _joined(pairs: list[tuple[Any, Any]]) -> tuple[dict[str, Any], Marks]:
    values: dict[str, Any] = {}
    joined = pairs[0][1].with_items({}, {})
    for value, marks in pairs:
        named = [(name, value[name], marks.items[name], marks.keys[name]) for name in value]
        for name, one, mark, place in (*named, *marks.repeated):
            kept = _free(name, values)
            values[kept], joined.items[kept], joined.keys[kept] = one, mark, place
    return values, joined


def _free(name: str, taken: Collection[str]) -> str:
    number = 1
    kept = name
    while kept in taken:
        number += 1
        kept = f"{name} ({number})"
    return kept


def is_name(name: str) -> bool:
    """Whether the file has this name; `publish (2)` is one that `with_repeated` made."""
    return not name.endswith(")")


class Known:
    """Defined names, which say what another name was probably meant to be."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self._given = [name for name in names if is_name(name)]
        self._guessed: dict[str, str | None] = {}

    def meant(self, name: Any) -> str | None:
        """The name itself if it is known, else the one that is most like it, if there is one."""
        if not isinstance(name, str) or name in self._names:
            return name if isinstance(name, str) else None
        if name not in self._guessed and len(self._guessed) < MOST_SLIPS:
            self._guessed[name] = nearest(name, self._given)
        return self._guessed.get(name)
