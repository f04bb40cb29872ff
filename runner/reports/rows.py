"""Tables of plain text that fit a width. They know nothing of streams: `terminal.py` writes them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from runner.reports.shown import shown_in_line, width

Words = str | tuple[str, str]
"""Text from anywhere, or such text with a style: `("failed", "red")`."""

_Line = tuple[str, str]
"""A line of a cell, which can be shown, and its style, which may be empty."""

_GAP = 2
_LEAST = 24
"""Text in fewer columns is hard to read; below its row it has all of them."""


class Column(NamedTuple):
    """`is_text` may be folded, or stand below its row; `is_minor` is left out if there is no room."""

    heading: str
    is_text: bool = False
    is_minor: bool = False
    is_number: bool = False


class Rows:
    """Rows under headings, in the available width.

    Nothing is cut. If the width is too small, minor columns are left out, text is folded, and cells that still have no
    room stand below their row, with their heading in front.
    """

    def __init__(self, *columns: Column | str, indent: int = 0) -> None:
        self._columns = [Column(one) if isinstance(one, str) else one for one in columns]
        self._rows: list[list[list[_Line]]] = []
        self._indent = indent

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, *cells: Words | list[Words]) -> None:
        """A row. A cell that is a list has a line for each of its items."""
        self._rows.append([_cell(cell) for cell in cells])

    def lines(self, columns: int) -> Iterator[list[Words]]:
        """Its lines, in so many columns."""
        room = columns - self._indent
        places, beneath = self._arranged(room)
        widths = self._widths(places, room) or [min(self._needed(place), room) for place in places]
        headings = [[(self._columns[place].heading, "bold")] for place in places]
        yield from self._line(headings, places, widths)
        for row in self._rows:
            yield from self._line([row[place] for place in places], places, widths)
            for place in beneath:
                if any(text for text, _ in row[place]):
                    yield from self._below(place, row[place], room)

    def _arranged(self, room: int) -> tuple[list[int], list[int]]:
        """The places of the columns in a line, and of those below it."""
        places, beneath = list(range(len(self._columns))), list[int]()
        for leaving in self._leaving():
            if self._widths(places, room):
                break
            places.remove(leaving)
            if not self._columns[leaving].is_minor:
                beneath.insert(0, leaving)
        return places, sorted(beneath)

    def _leaving(self) -> Iterator[int]:
        """The order in which columns leave the line: minor ones, then text (the widest first), then the rest."""
        from_right = range(len(self._columns) - 1, 0, -1)
        texts = [place for place in from_right if self._columns[place].is_text]
        yield from (place for place in from_right if self._columns[place].is_minor)
        yield from sorted(texts, key=self._least, reverse=True)
        yield from (place for place in from_right if place not in texts and not self._columns[place].is_minor)

    def _widths(self, places: Sequence[int], room: int) -> list[int]:
        """The widths of these columns in a line of this much room; empty if they do not fit."""
        needed = {place: self._needed(place) for place in places}
        room -= _GAP * (len(places) - 1)
        if sum(needed.values()) <= room:
            return list(needed.values())
        texts = sorted((place for place in places if self._columns[place].is_text), key=needed.__getitem__)
        room -= sum(columns for place, columns in needed.items() if place not in texts)
        # The narrowest first: what it does not need of its even share is left for the wider ones.
        for number, place in enumerate(texts):
            share = min(needed[place], room // (len(texts) - number))
            if share < self._least(place):
                return []
            needed[place] = share
            room -= share
        return list(needed.values()) if texts else []

    def _needed(self, place: int) -> int:
        texts = (text for row in self._rows for text, _ in row[place])
        return max(map(width, [self._columns[place].heading, *texts]))

    def _least(self, place: int) -> int:
        """The least columns in which a column's text can be read: no word is broken."""
        words = (word for row in self._rows for text, _ in row[place] for word in text.split())
        return max(min(self._needed(place), _LEAST), max(map(width, words), default=0))

    def _line(
        self, cells: Sequence[Sequence[_Line]], places: Sequence[int], widths: Sequence[int]
    ) -> Iterator[list[Words]]:
        """A row, in as many lines as its tallest cell."""
        folded = [_folded(cell, columns) for cell, columns in zip(cells, widths, strict=True)]
        for number in range(max(map(len, folded))):
            parts: list[_Line] = [(" " * self._indent, "")]
            for place, lines, columns in zip(places, folded, widths, strict=True):
                part = lines[number] if number < len(lines) else ("", "")
                padding = (" " * (columns - _columns(part[0])), "")
                parts += [padding, part] if self._columns[place].is_number else [part, padding]
                parts.append((" " * _GAP, ""))
            yield _without_end(parts)

    def _below(self, place: int, cell: Sequence[_Line], room: int) -> Iterator[list[Words]]:
        heading = self._columns[place].heading
        label = _GAP + len(heading) + _GAP
        for number, part in enumerate(_folded(cell, max(room - label, 1))):
            named = heading if number == 0 else " " * len(heading)
            yield [" " * (self._indent + _GAP), (named, "dim"), " " * _GAP, part]


def _cell(cell: Words | list[Words]) -> list[_Line]:
    lines = cell if isinstance(cell, list) else [cell]
    parts = [(line, "") if isinstance(line, str) else line for line in lines]
    return [(shown_in_line(text), style) for text, style in parts] or [("", "")]


def _folded(cell: Sequence[_Line], columns: int) -> list[_Line]:
    return [(part, style) for text, style in cell for part in _fold(text, columns)]


def _fold(text: str, columns: int) -> list[str]:
    if _columns(text) <= columns:
        return [text.rstrip()]
    from runner.reports.rich_console import fold

    return [part.rstrip() for part in fold(text, columns)]


def _columns(text: str) -> int:
    """How many columns it takes; of what is not ASCII, rich knows best."""
    if text.isascii():
        return len(text)
    from runner.reports.rich_console import columns_of

    return columns_of(text)


def _without_end(parts: list[_Line]) -> list[Words]:
    """The parts of a line without the blanks at its end."""
    while parts and not parts[-1][0].rstrip():
        parts.pop()
    if parts:
        text, style = parts[-1]
        parts[-1] = (text.rstrip(), style)
    return [*parts]
