"""Shows something again and again: on a terminal in place, in a pipe as blocks."""

import time
from collections.abc import Callable
from typing import NoReturn

from runner.cli.output import redraw, say, terminal
from runner.reports.shown import width, without_colors
from runner.reports.terminal import Terminal

EVERY_S = 2.0
"""How often a terminal is drawn anew, and how often a pipe gets what has changed."""


def watch(draw: Callable[[Terminal], None], changed: Callable[[], bool]) -> NoReturn:
    """Draw until Ctrl-C, which raises KeyboardInterrupt. A pipe gets a block, with a blank line behind it, whenever
    something has changed."""
    out = terminal()

    def write() -> None:
        draw(out)
        say()

    if not out.is_terminal:
        follow(write, changed)
    is_first = True
    while True:
        redraw(_fitting(out.drawn(draw), out), is_first=is_first)
        is_first = False
        time.sleep(EVERY_S)


def follow(write: Callable[[], object], changed: Callable[[], bool]) -> NoReturn:
    """Write now, and again whenever something has changed, until Ctrl-C."""
    changed()
    write()
    while True:
        time.sleep(EVERY_S)
        if changed():
            write()


def _fitting(lines: list[str], out: Terminal) -> list[str]:
    """As many lines as the terminal has room for: what scrolls away cannot be drawn over."""
    left, shown = out.height - 1, list[str]()
    for number, line in enumerate(lines):
        rows = max(-(-width(without_colors(line)) // max(out.width, 1)), 1)
        if rows > left - (number < len(lines) - 1):
            shown.append(f"... {len(lines) - number} more lines: make the window taller")
            break
        left -= rows
        shown.append(line)
    return shown
