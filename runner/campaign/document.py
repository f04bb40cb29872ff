"""A YAML file as read: its data, and the place of every key and value."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from runner.diagnostics import Diagnostic, Span

Place = tuple[int, int]
"""A stretch of the text as character offsets: start, and end (exclusive)."""

JsonPath = Sequence[str | int]
"""The way from the root of the data to a value: keys and list indexes."""

# Not `splitlines`, which breaks at more characters than editors count.
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class Marks:
    """Where a mapping or list stands, and everything in it: a tree parallel to the data.

    `items` has the marks by the keys (or indexes) of the data, `keys` the places of a mapping's keys; `repeated` has
    what stands under a key that was there already: key, value, mark and the key's place. A scalar's mark is its Place.
    """

    __slots__ = ("end", "items", "keys", "repeated", "start")

    def __init__(self, start: int) -> None:
        self.start = start
        self.end = start
        self.keys: dict[str | int, Place] = {}
        self.items: dict[str | int, Mark] = {}
        self.repeated: tuple[tuple[str, Any, Mark, Place], ...] = ()

    def with_items(self, items: "dict[str | int, Mark]", keys: dict[str | int, Place]) -> "Marks":
        """The same stretch of text with other items and keys."""
        copied = Marks(self.start)
        copied.end, copied.items, copied.keys = self.end, items, keys
        return copied


Mark = Marks | Place


@dataclass(frozen=True)
class Document:
    """A file as read. `data` is None when the file is empty, or no YAML: then `diagnostics` says why."""

    path: str
    text: str
    data: Any
    marks: Mark | None
    diagnostics: tuple[Diagnostic, ...]

    def span(self, path: JsonPath, *, key: bool = False) -> Span:
        """Where the value at `path` stands, or its key; if there is no such value, its nearest parent.

        A value that was left empty (`key:`) has no place of its own: its key stands for it.
        """
        return span_of(self.place(path, key=key), self._line_starts)

    def source(self, path: JsonPath, *, key: bool = False) -> str:
        """The value at `path`, or its key, as it is written in the file."""
        start, end = self.place(path, key=key)
        return self.text[start:end]

    def span_within(self, path: JsonPath, text: str, offset: int, length: int = 1) -> Span:
        """Where some characters of the value `text` at `path` stand; the whole value if the file writes it in
        another way (escapes, folded lines)."""
        start, end = self.place(path)
        at = self.text.find(text, start, end)
        return self.span_of(at + offset, at + offset + length) if at >= 0 else self.span(path)

    def span_of(self, start: int, end: int) -> Span:
        """Lines and columns of a stretch of the text."""
        return span_of((start, end), self._line_starts)

    def offsets(self, span: Span) -> Place:
        """The stretch of the text that lies between the ends of a span."""
        starts = self._line_starts
        return starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1

    @cached_property
    def _line_starts(self) -> list[int]:
        return line_starts(self.text)

    def place(self, path: JsonPath, *, key: bool = False) -> Place:
        """The same as `span`, in offsets of the text."""
        mark: Mark | None = self.marks
        key_place: Place | None = None
        for step in path:
            if not isinstance(mark, Marks) or step not in mark.items:
                break
            key_place = mark.keys.get(step)
            mark = mark.items[step]
        if mark is None:
            return (0, 0)
        start, end = (mark.start, mark.end) if isinstance(mark, Marks) else mark
        if key_place and (key or start == end):
            return key_place
        # libyaml ends a block value after the line break and the blank lines behind it.
        return (start, start + len(self.text[start:end].rstrip()))


def lines_of(text: str) -> list[str]:
    """The lines of a text, as editors and spans count them."""
    return _LINE_BREAK.split(text)


def line_starts(text: str) -> list[int]:
    """The offset at which each line starts."""
    return [0, *(match.end() for match in _LINE_BREAK.finditer(text))]


def span_of(place: Place, starts: Sequence[int]) -> Span:
    """Lines and columns of a stretch of text whose lines start at `starts`."""
    start, end = place
    line, end_line = bisect_right(starts, start), bisect_right(starts, end)
    return Span(line, start - starts[line - 1] + 1, end_line, end - starts[end_line - 1] + 1)
