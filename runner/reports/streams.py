"""What a stream can show: colors, columns, characters."""

import codecs
import io
import os
from typing import TextIO

from runner.reports.shown import visible, width

UNBOUNDED = 100_000
"""The columns of a stream that is no terminal: a program reads whole lines."""

_REPLACING = "runner.replacing"
_ALIKE = {"\N{HORIZONTAL ELLIPSIS}": ".", "\N{NO-BREAK SPACE}": " "}
_PLAIN_TERMINALS = ("dumb", "unknown")


def has_colors(stream: TextIO) -> bool:
    """Whether it is a terminal that shows colors, for a person who wants them: NO_COLOR is not set."""
    return is_live(stream) and not os.environ.get("NO_COLOR")


def is_live(stream: TextIO) -> bool:
    """Whether it is a terminal whose lines can be changed in place."""
    return stream.isatty() and os.environ.get("TERM", "").lower() not in _PLAIN_TERMINALS


def columns(stream: TextIO) -> int:
    """How wide a stream is: for a terminal COLUMNS, or what the terminal itself says; else UNBOUNDED."""
    if not stream.isatty():
        return UNBOUNDED
    wanted = os.environ.get("COLUMNS", "")
    return int(wanted) if wanted.isdecimal() and int(wanted) > 0 else _terminal_size(stream).columns


def lines(stream: TextIO) -> int:
    """How many lines a terminal shows."""
    return _terminal_size(stream).lines


def is_unicode(stream: TextIO) -> bool:
    """Whether a stream takes every character."""
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("_", "-").startswith("utf")


def replace_what_it_lacks(stream: TextIO) -> None:
    """Make a stream show a mark for each character that its encoding lacks, rather than fail."""
    codecs.register_error(_REPLACING, _replace)
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=_REPLACING)


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_mark, error.object[error.start : error.end])), error.end


def _mark(character: str) -> str:
    """A mark, just as wide, for a character that cannot be written."""
    shown = visible(character)
    return shown if shown != character else _ALIKE.get(character, "?" * width(character))


def _terminal_size(stream: TextIO) -> os.terminal_size:
    try:
        found = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        found = os.terminal_size((0, 0))
    # A terminal may not know its size, and say 0: serial lines do, and some containers.
    return os.terminal_size((found.columns or 80, found.lines or 24))
