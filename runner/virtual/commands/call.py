"""A command's call: its arguments, its input, and where its output goes."""

import posixpath
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from runner.virtual.phone import Phone


async def _nowhere() -> None:
    """Until somebody wants the output it stays in the call."""


@dataclass(slots=True)
class Call:
    """One run of a command. `out` and `errors` collect its output until `deliver` hands it on."""

    phone: Phone
    name: str
    arguments: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes = b""
    folder: str = "/"
    out: bytearray = field(default_factory=bytearray)
    errors: bytearray = field(default_factory=bytearray)
    deliver: Callable[[], Awaitable[None]] = _nowhere

    def print(self, text: str) -> int:
        """A line of output; the status of a command that ends with it."""
        self.out += f"{text}\n".encode()
        return 0

    def fail(self, text: str, status: int = 1) -> int:
        """A line of error output; the status to return."""
        self.errors += f"{text}\n".encode()
        return status

    def path(self, argument: str) -> str:
        """The absolute path that an argument names."""
        return posixpath.normpath(posixpath.join(self.folder, argument))

    def take_flags(self, known: str) -> tuple[set[str], list[str]]:
        """Split one-letter flags from the other arguments; unknown letters are taken for flags too."""
        flags: set[str] = set()
        rest: list[str] = []
        for place, argument in enumerate(self.arguments):
            if argument == "--":
                rest.extend(self.arguments[place + 1 :])
                break
            if argument.startswith("-") and len(argument) > 1:
                flags.update(argument[1:])
            else:
                rest.append(argument)
        unknown = flags - set(known)
        if unknown:
            raise UsageError(f"{self.name}: Unknown option '{min(unknown)}'")
        return flags, rest


class UsageError(Exception):
    """A command was called in a way that it does not know. `status` is what it ends with."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


Command = Callable[[Call], "int | Awaitable[int]"]
