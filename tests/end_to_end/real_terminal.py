"""Runs a command in a terminal of its own: a pseudo-terminal of a given size, with a screen that shows what it gets."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyte
from lives import ZYGOTE, Life

LINES = 100


@dataclass(frozen=True)
class Shown:
    """The bytes that a command has sent to its terminal, and the lines that the terminal shows in the end."""

    code: int
    sent: bytes
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def in_terminal(
    command: Sequence[str | Path],
    columns: int,
    *,
    term: str = "xterm-256color",
    typed: bytes = b"",
    **variables: str,
) -> Shown:
    """Run a command to its end with a terminal as standard input, output and error; `typed` waits there for it."""

    def start(terminal: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env=_environment(term, variables),
            start_new_session=True,
        )

    return _shown(start, columns, typed)


def runner_in_terminal(
    *words: str | Path, columns: int = 80, term: str = "xterm-256color", **variables: str
) -> Shown:
    """The same of `runner WORDS...`, which the zygote forks: it starts in a hundredth of a second."""

    def start(terminal: int) -> Life:
        return ZYGOTE.in_terminal([str(word) for word in words], _environment(term, variables), terminal)

    return _shown(start, columns)


def _shown(
    start: "Callable[[int], Life | subprocess.Popen[bytes]]", columns: int, typed: bytes = b""
) -> Shown:
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, columns, 0, 0))
    process = start(terminal)
    os.close(terminal)
    os.write(controller, typed)
    sent = b"".join(_read(controller))
    os.close(controller)
    screen = pyte.Screen(columns, LINES)
    pyte.ByteStream(screen).feed(sent)
    lines = [line.rstrip() for line in screen.display]
    while lines and not lines[-1]:
        lines.pop()
    return Shown(process.wait(), sent, lines)


def _environment(term: str, variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process, without the variables that describe its own terminal."""
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    return kept | {"TERM": term} | variables


def _read(controller: int) -> Iterator[bytes]:
    while True:
        try:
            data = os.read(controller, 65536)
        except OSError:  # Linux ends a pseudo-terminal with EIO once the other end is closed
            return
        if not data:
            return
        yield data
