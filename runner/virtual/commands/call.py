"""A command's call: its arguments, its input, and where its output goes."""

import asyncio
import posixpath
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from runner.virtual.files import Entry
from runner.virtual.phone import Phone
from runner.virtual.streams import Input, Nowhere, Streams

Runner = Callable[[list[str], Streams, Mapping[str, str]], Awaitable[int]]
"""Runs another command with these descriptors and variables; its exit status."""


_AT_ONCE = 64
"""After so many deliveries, which may go into a file at once, other streams get their turn."""


async def _run_nothing(words: list[str], streams: Streams, variables: Mapping[str, str]) -> int:
    """A call that no shell has made cannot run other commands."""
    return 127


@dataclass(slots=True)
class Call:
    """One run of a command. `out` and `errors` collect its output until `deliver` hands it on."""

    phone: Phone
    name: str
    arguments: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: str = "/"
    streams: Streams = field(default_factory=lambda: Streams.of(Input(), Nowhere(), Nowhere()))
    run_command: Runner = _run_nothing
    out: bytearray = field(default_factory=bytearray)
    errors: bytearray = field(default_factory=bytearray)
    _deliveries: int = 0

    @property
    def stdin(self) -> Input:
        return self.streams.stdin

    async def deliver(self) -> None:
        """Hand on what was written. Raises BrokenPipe when nobody reads the output any more."""
        out, errors = bytes(self.out), bytes(self.errors)
        self.out.clear()
        self.errors.clear()
        self._deliveries += 1
        if self._deliveries % _AT_ONCE == 0:
            await asyncio.sleep(0)
        await self.streams.stdout.write(out)
        if errors:
            await self.streams.stderr.write(errors)

    async def write(self, data: bytes) -> None:
        """Write output now; waits while the reader is slow."""
        self.out += data
        await self.deliver()

    async def run(self, words: list[str], **variables: str) -> int:
        """Run another command in this one's place; what was written so far goes first."""
        await self.deliver()
        return await self.run_command(words, self.streams, {**self.environment, **variables})

    def print(self, text: str) -> int:
        """A line of output; the status of a command that ends with it."""
        self.out += f"{text}\n".encode()
        return 0

    def fail(self, text: str, status: int = 1) -> int:
        """A line of error output; the status to return."""
        self.errors += f"{text}\n".encode()
        return status

    def complain(self, text: str, status: int = 1) -> int:
        """The same, of a command that the shell carries out itself."""
        return self.fail(f"/system/bin/sh: {self.name}: {text}", status)

    def path(self, argument: str) -> str:
        """The absolute path that an argument names."""
        return posixpath.normpath(posixpath.join(self.folder, argument))

    def look(self, argument: str) -> Entry | None:
        """What an argument names, which may be a link; one that ends with a slash means what is behind it."""
        return self.phone.files.look(self.path(argument) + "/" * argument.endswith("/"))

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
            raise self.unknown_option(min(unknown))
        return flags, rest

    def take_options(self, flags: str, valued: str = "") -> tuple[dict[str, str], list[str]]:
        """Split letters, alone or with a value (`-n5`, `-n 5`), from the other arguments. Raises UsageError."""
        options: dict[str, str] = {}
        rest: list[str] = []
        words = iter(self.arguments)
        for word in words:
            if word == "--":
                rest.extend(words)
                break
            if not word.startswith("-") or len(word) == 1:
                rest.append(word)
                continue
            for place, letter in enumerate(word[1:], start=2):
                if letter in valued:
                    value = word[place:] or next(words, None)
                    if value is None:
                        raise UsageError(f"{self.name}: Missing argument to -{letter}")
                    options[letter] = value
                    break
                if letter not in flags:
                    raise self.unknown_option(letter)
                options[letter] = ""
        return options, rest

    def unknown_option(self, option: str) -> "UsageError":
        return UsageError(f"{self.name}: Unknown option '{option}' (see \"{self.name} --help\")")


class UsageError(Exception):
    """A command was called in a way that it does not know. `status` is what it ends with."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


Command = Callable[[Call], "int | Awaitable[int]"]
