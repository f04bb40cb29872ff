"""A terminal or a pipe for people: lines and tables of plain text that fit its width. All use of rich begins here.

Text is never read as markup, and steers nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console, ConsoleDimensions, ConsoleOptions
from rich.text import Text

from runner.reports import streams
from runner.reports.shown import visible, width

Words = str | tuple[str, str]
"""Text from anywhere, or such text with a style: `("failed", "red")`."""

_GAP = 2
_LEAST = 24
"""Text in fewer columns is hard to read; below its row it has all of them."""


def words(*parts: Words) -> Text:
    """The parts as one line."""
    line = Text(no_wrap=True, overflow="ignore")
    for part in parts:
        text, style = (part, "") if isinstance(part, str) else part
        line.append(visible(text).replace("\t", " "), style or None)
    return line


def cut(one: Words) -> Text:
    """Words that end with an ellipsis if there is no room."""
    line = words(one)
    line.overflow = "ellipsis"
    return line


class Terminal(Console):
    """A stream for people. It cuts nothing: a terminal wraps lines that are too long, in a pipe they stay whole."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        super().__init__(
            file=stream,
            force_terminal=streams.is_live(stream),
            color_system="auto" if streams.has_colors(stream) else None,
            markup=False,
            emoji=False,
            highlight=False,
            soft_wrap=True,
        )

    @property  # type: ignore[misc]  # nobody sets it
    def size(self) -> ConsoleDimensions:
        """Read anew each time, since windows change."""
        return ConsoleDimensions(streams.columns(self._stream), streams.lines(self._stream))

    def say(self, *parts: Words) -> None:
        """Write one line."""
        self.print(words(*parts))


@dataclass(frozen=True, slots=True)
class Column:
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
        self._rows: list[list[Text]] = []
        self._indent = indent

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, *cells: Words | list[Words]) -> None:
        """A row. A cell that is a list has a line for each of its items."""
        self._rows.append([_cell(cell) for cell in cells])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        room = options.max_width - self._indent
        places, beneath = self._arranged(room)
        widths = self._widths(places, room) or [min(self._needed(place), room) for place in places]
        headings = [Text(self._columns[place].heading, style="bold") for place in places]
        yield from self._line(headings, places, widths, console)
        for row in self._rows:
            yield from self._line([row[place] for place in places], places, widths, console)
            for place in beneath:
                if row[place].plain:
                    yield from self._below(place, row[place], room, console)

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
        lines = [line for row in self._rows for line in row[place].plain.split("\n")]
        return max(map(width, [self._columns[place].heading, *lines]))

    def _least(self, place: int) -> int:
        """The least columns in which a column's text can be read: no word is broken."""
        longest_word = max(
            (width(word) for row in self._rows for word in row[place].plain.split()), default=0
        )
        return max(min(self._needed(place), _LEAST), longest_word)

    def _line(
        self, cells: Sequence[Text], places: Sequence[int], widths: Sequence[int], console: Console
    ) -> Iterator[Text]:
        """A row, in as many lines as its tallest cell."""
        folded = [_folded(cell, columns, console) for cell, columns in zip(cells, widths, strict=True)]
        for number in range(max(map(len, folded))):
            line = _blank(self._indent)
            for place, lines, columns in zip(places, folded, widths, strict=True):
                part = lines[number] if number < len(lines) else Text()
                padding = " " * (columns - part.cell_len)
                line.append(padding if self._columns[place].is_number else "")
                line.append_text(part)
                line.append("" if self._columns[place].is_number else padding)
                line.append(" " * _GAP)
            line.rstrip()
            yield line

    def _below(self, place: int, cell: Text, room: int, console: Console) -> Iterator[Text]:
        heading = self._columns[place].heading
        label = _GAP + len(heading) + _GAP
        for number, part in enumerate(_folded(cell, max(room - label, 1), console)):
            line = _blank(self._indent + _GAP)
            line.append(heading if number == 0 else " " * len(heading), "dim")
            line.append(" " * _GAP)
            line.append_text(part)
            yield line


def _cell(cell: Words | list[Words]) -> Text:
    return Text("\n").join(map(words, cell if isinstance(cell, list) else [cell]))


def _folded(cell: Text, columns: int, console: Console) -> list[Text]:
    folded = [
        part
        for line in cell.split(allow_blank=True)
        for part in (
            line.wrap(console, columns, overflow="fold", no_wrap=False) if line.cell_len > columns else [line]
        )
    ]
    for part in folded:
        part.rstrip()
    return folded or [Text()]


def _blank(columns: int) -> Text:
    return Text(" " * columns, no_wrap=True, overflow="ignore")
