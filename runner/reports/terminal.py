"""A terminal or a pipe for people: lines and tables of plain text that fit its width.

Text is never read as markup, and steers nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from runner.reports import streams
from runner.reports.rows import Rows, Words
from runner.reports.shown import shown_in_line

if TYPE_CHECKING:
    from runner.reports.rich_console import RichConsole


class Terminal:
    """A stream for people. It cuts nothing: a terminal wraps lines that are too long, in a pipe they stay whole.

    Only a terminal has styles, and needs rich for them; a pipe gets the plain text.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._has_reader = True
        self.is_terminal = streams.is_live(stream)
        """Whether its lines can be changed in place."""

    @property
    def width(self) -> int:
        """Its columns, read anew each time, since windows change."""
        return streams.columns(self._stream)

    @property
    def height(self) -> int:
        """Its lines, read anew too."""
        return streams.lines(self._stream)

    @cached_property
    def console(self) -> "RichConsole":
        """What draws on it in styles, or in place."""
        from runner.reports.rich_console import RichConsole  # slow to import

        return RichConsole(self._stream)

    def say(self, *parts: Words) -> None:
        """Write one line."""
        self._write([parts])

    def print(self, table: Rows) -> None:
        """Write the lines of a table."""
        self._write(table.lines(self.width))

    def drawn(self, draw: Callable[["Terminal"], None]) -> list[str]:
        """The lines, in styles, that `draw` writes on it, which are not written."""
        with self.console.capture() as captured:
            draw(self)
        return captured.get().splitlines()

    def _write(self, lines: Iterable[Sequence[Words]]) -> None:
        if self.is_terminal:
            from runner.reports.rich_console import words

            for line in lines:
                self.console.print(words(*line))
        elif self._has_reader:
            self._write_plain("".join(f"{_plain(line)}\n" for line in lines))

    def _write_plain(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except BrokenPipeError:
            # As on a terminal: what comes behind it is written nowhere, and raises no more.
            self._has_reader = False
            self.console.on_broken_pipe()


def _plain(parts: Sequence[Words]) -> str:
    return "".join(shown_in_line(part if isinstance(part, str) else part[0]) for part in parts)
