"""Everything that a command writes goes through here.

People get text that cannot steer their terminal, with marks for characters that their terminal lacks. Programs get JSON
that has lost nothing, whatever the locale: where the output is not Unicode, it has JSON's escapes.
"""

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TextIO

from runner.reports import streams
from runner.reports.shown import json_shown, visible, visible_but_colors

if TYPE_CHECKING:
    from runner.reports.terminal import Terminal

_CLEAR, _HOME, _CLEAR_BELOW = "\x1b[2J", "\x1b[H", "\x1b[J"
"""What a terminal is told to draw in place."""


def prepare() -> None:
    """Make standard output and standard error take all text, whatever their encoding."""
    for stream in (sys.stdout, sys.stderr):
        streams.replace_what_it_lacks(stream)


def say(line: str = "", *, err: bool = False) -> None:
    """Write one line, on standard output, or on standard error."""
    say_lines([line], sys.stderr if err else None)


def say_lines(lines: Iterable[str], stream: TextIO | None = None, *, painted: bool = False) -> None:
    """Write lines as they come, on standard output unless another stream is named.

    Lines that are `painted` keep their colors: control characters in foreign text were made visible before that.
    """
    stream = stream or sys.stdout
    shown = visible_but_colors if painted else visible
    stream.writelines(f"{shown(line)}\n" for line in lines)
    stream.flush()


def redraw(lines: Iterable[str], *, is_first: bool) -> None:
    """Write painted lines over those before, from the top of the terminal on."""
    shown = "".join(f"{visible_but_colors(line)}\x1b[K\n" for line in lines)
    sys.stdout.write(f"{_CLEAR if is_first else ''}{_HOME}{shown}{_CLEAR_BELOW}")
    sys.stdout.flush()


def ask(question: str) -> str:
    """Ask on standard error, which is not what programs read. Ctrl-D is no answer, as Ctrl-C is none: both raise
    KeyboardInterrupt."""
    sys.stderr.write(visible(question))
    sys.stderr.flush()
    try:
        return input()
    except EOFError:
        raise KeyboardInterrupt from None


def print_json(value: Any, stream: TextIO | None = None) -> None:
    """Write one JSON value."""
    print_json_lines(json.dumps(value, indent=2, ensure_ascii=False).split("\n"), stream)


def print_json_lines(lines: Iterable[str], stream: TextIO | None = None) -> None:
    """Write lines of JSON as they come."""
    stream = stream or sys.stdout
    ascii_only = not streams.is_unicode(stream)
    stream.writelines(f"{json_shown(line, ascii_only=ascii_only)}\n" for line in lines)
    stream.flush()


def say_bytes(content: bytes) -> None:
    """Write bytes for a program, unchanged, on standard output."""
    # The buffer lies below the text layer: what that holds has to go first.
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.flush()


def terminal(*, err: bool = False) -> "Terminal":
    """Standard output, or standard error, for lines in colors and for tables."""
    from runner.reports.terminal import Terminal  # slow to import: not for commands that only print lines

    return Terminal(sys.stderr if err else sys.stdout)
