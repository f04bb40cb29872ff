"""What commands read and write: files, pipes, texts, and the client's end of an adb stream."""

import asyncio
import errno
import os
from collections.abc import Awaitable, Callable, Iterator
from typing import Protocol

from runner.virtual.files import PIECE_BYTES, Body, Files

PIPE_BYTES = 64 * 1024
MAX_COLLECTED = 64 * 1024 * 1024
"""Of what a command wants in memory at once, so that a phone cannot use up this machine's."""


class BrokenPipe(Exception):
    """Nobody reads any more what is written; the writer ends, as by SIGPIPE."""


class Output(Protocol):
    async def write(self, data: bytes) -> None:
        """Raises BrokenPipe, also for no data, when nobody can read it any more."""
        ...


async def _no_more() -> bytes:
    return b""


class Input:
    """Bytes in the order in which they come. Whoever shares it takes them away from the others."""

    def __init__(self, fetch: Callable[[], Awaitable[bytes]] = _no_more) -> None:
        self._fetch = fetch
        self._held = b""

    async def read(self) -> bytes:
        """Whatever comes next; empty at the end."""
        if self._held:
            data, self._held = self._held, b""
            return data
        return await self._fetch()

    async def read_exactly(self, size: int) -> bytes:
        """`size` bytes; fewer only at the end."""
        pieces = []
        while size > 0 and (data := await self.read()):
            pieces.append(data[:size])
            self._held = data[size:]
            size -= len(pieces[-1])
        return b"".join(pieces)

    async def read_line(self) -> bytes:
        """A line with its newline; without one only at the end, where it may be empty."""
        pieces = []
        while data := await self.read():
            end = data.find(b"\n") + 1
            if end:
                pieces.append(data[:end])
                self._held = data[end:]
                break
            pieces.append(data)
        return b"".join(pieces)

    async def read_all(self) -> bytes:
        """Raises OSError if it is too much for the memory."""
        collected = Collected()
        while data := await self.read():
            await collected.write(data)
        return bytes(collected.data)

    def hold(self, data: bytes) -> None:
        """Give back what was read too much."""
        self._held = data + self._held


def text_input(data: bytes) -> Input:
    waiting = [data] if data else []

    async def fetch() -> bytes:
        return waiting.pop() if waiting else b""

    return Input(fetch)


def body_input(body: Body) -> Input:
    pieces: Iterator[bytes] = body.pieces()

    async def fetch() -> bytes:
        await asyncio.sleep(0)
        return next(pieces, b"")

    return Input(fetch)


def device_input(path: str) -> Input | None:
    """What the devices below /dev give without end; None if it is no such device."""
    if path == "/dev/null":
        return Input()
    makers: dict[str, Callable[[], bytes]] = {
        "/dev/zero": lambda: bytes(PIECE_BYTES),
        "/dev/random": lambda: os.urandom(4096),
        "/dev/urandom": lambda: os.urandom(4096),
    }
    if path not in makers:
        return None

    async def fetch() -> bytes:
        await asyncio.sleep(0)
        return makers[path]()

    return Input(fetch)


class Nowhere:
    """/dev/null"""

    async def write(self, data: bytes) -> None:
        """Whatever is written is gone."""


class Collected:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.data = bytearray()

    async def write(self, data: bytes) -> None:
        if len(self.data) + len(data) > MAX_COLLECTED:
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM), "sh")
        self.data += data


class FileOutput:
    """The end of a file."""

    def __init__(self, files: Files, path: str) -> None:
        self._files = files
        self._path = path

    async def write(self, data: bytes) -> None:
        if data:
            self._files.append(self._path, data)


class Pipe:
    """From one command to the next. The writer waits while much is unread."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0
        self._ended = False
        self._unwanted = False
        self._change = asyncio.Event()

    async def write(self, data: bytes) -> None:
        if self._unwanted:
            raise BrokenPipe
        if not data:
            return
        self._pieces.append(data)
        self._size += len(data)
        self._change.set()
        while self._size > PIPE_BYTES and not self._unwanted:
            self._change.clear()
            await self._change.wait()

    async def fetch(self) -> bytes:
        while not self._pieces and not self._ended:
            self._change.clear()
            await self._change.wait()
        data = b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        self._change.set()
        return data

    def end(self) -> None:
        """Nothing more will be written."""
        self._ended = True
        self._change.set()

    def abandon(self) -> None:
        """Nothing more will be read."""
        self._unwanted = True
        self._change.set()


class Streams:
    """The descriptors of a command: inputs and outputs by their number."""

    __slots__ = ("inputs", "outputs")

    def __init__(self, inputs: dict[int, Input], outputs: dict[int, Output]) -> None:
        self.inputs = inputs
        self.outputs = outputs

    @classmethod
    def of(cls, stdin: Input, stdout: Output, stderr: Output) -> "Streams":
        return cls({0: stdin}, {1: stdout, 2: stderr})

    def copy(self) -> "Streams":
        return Streams(dict(self.inputs), dict(self.outputs))

    @property
    def stdin(self) -> Input:
        return self.inputs.get(0) or Input()

    @property
    def stdout(self) -> Output:
        return self.outputs.get(1) or Nowhere()

    @property
    def stderr(self) -> Output:
        return self.outputs.get(2) or Nowhere()

    def with_output(self, output: Output) -> "Streams":
        return Streams(self.inputs, {**self.outputs, 1: output})

    def with_input(self, given: Input) -> "Streams":
        return Streams({**self.inputs, 0: given}, self.outputs)
