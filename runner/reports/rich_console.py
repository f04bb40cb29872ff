"""The terminal of a person, as rich draws on it: styles, folded text, lines that change. All use of rich begins here.

Text is never read as markup, and steers nothing. Rich is slow to import: a pipe gets its lines without it.
"""

from typing import TextIO

from rich.cells import cell_len
from rich.console import Console, ConsoleDimensions
from rich.text import Text

from runner.reports import streams
from runner.reports.rows import Words
from runner.reports.shown import shown_in_line


def words(*parts: Words) -> Text:
    """The parts as one line."""
    line = Text(no_wrap=True, overflow="ignore")
    for part in parts:
        text, style = (part, "") if isinstance(part, str) else part
        line.append(shown_in_line(text), style or None)
    return line


def cut(one: Words) -> Text:
    """Words that end with an ellipsis if there is no room."""
    line = words(one)
    line.overflow = "ellipsis"
    return line


def fold(text: str, columns: int) -> list[str]:
    """A text in lines of so many columns; a word that is longer is broken."""
    lines = Text(text).wrap(Console(), columns, overflow="fold", no_wrap=False)
    return [line.plain for line in lines]


def columns_of(text: str) -> int:
    """The columns that a line takes on a terminal."""
    return cell_len(text)


class RichConsole(Console):
    """It cuts nothing: a terminal wraps lines that are too long."""

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
