"""An interactive shell: what `adb shell` without a command talks to."""

import asyncio
from typing import Protocol

from runner.virtual.language.grammar import parse
from runner.virtual.language.words import ShellSyntaxError
from runner.virtual.phone import Phone
from runner.virtual.shell import STDOUT, Shell, Sink
from runner.virtual.streams import Input
from runner.virtual.wire import Stream

_INTERRUPTED = 130
_END_OF_INPUT, _INTERRUPT, _BACKSPACES, _ENDS_LINE = 0x04, 0x03, (0x08, 0x7F), (0x0A, 0x0D)


class Terminal:
    """Reads lines and runs them; unless `raw`, it echoes keys and shows a prompt, as for a person.

    The commands read from the same input as the shell: what follows a line that runs is theirs first.
    """

    def __init__(self, phone: Phone, stream: Stream, sink: "ExitSink", typed: Input, *, raw: bool) -> None:
        self._stream = stream
        self._sink = sink
        self._typed = typed
        self._raw = raw
        self._prompt = f"{phone.product}:{{folder}} $ "
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue()
        self._keys = bytearray()
        self._input = Input(self._next_piece if raw else self._next_line)
        self._shell = Shell(phone, sink if raw else _Cooked(sink), self._input)
        self._running: asyncio.Task[int] | None = None

    async def run(self) -> None:
        """Until `exit`, the end of the input, or the end of the stream."""
        listening = asyncio.get_running_loop().create_task(self._listen())
        try:
            text = ""
            while not self._shell.exited:
                await self._echo(b"> " if text else self._prompt.format(folder=self._shell.folder).encode())
                line = await self._input.read_line()
                if not line and not text:
                    break
                text += line.decode(errors="replace")
                if line and _goes_on(text):
                    continue
                await self._run_text(text)
                text = ""
            await self._sink.exit(await self._shell.end())
        finally:
            listening.cancel()
            self._shell.hang_up()

    async def _listen(self) -> None:
        """Hand on what is typed; an interrupt goes to the command that runs."""
        while data := await self._typed.read():
            if self._running and not self._raw and _INTERRUPT in data:
                self._running.cancel()
            else:
                self._arrived.put_nowait(data)
        self._arrived.put_nowait(b"")

    async def _next_piece(self) -> bytes:
        """What has arrived; empty, ever again, at the end of the input."""
        data = await self._arrived.get()
        if not data:
            self._arrived.put_nowait(b"")
        return data

    async def _next_line(self) -> bytes:
        """A line as it was edited, with its newline; empty at the end of the input."""
        line = bytearray()
        while True:
            if not self._keys:
                arrived = await self._next_piece()
                if not arrived:
                    return bytes(line)
                self._keys += arrived
            key = self._keys.pop(0)
            if key in _ENDS_LINE:
                await self._echo(b"\r\n")
                return bytes(line) + b"\n"
            if key == _END_OF_INPUT:
                return bytes(line)
            if key == _INTERRUPT:
                line.clear()
                await self._echo(b"^C\r\n" + self._prompt.format(folder=self._shell.folder).encode())
            elif key in _BACKSPACES:
                if line:
                    line.pop()
                    await self._echo(b"\b \b")
            else:
                line.append(key)
                await self._echo(bytes([key]))

    async def _run_text(self, text: str) -> None:
        self._running = asyncio.get_running_loop().create_task(self._shell.run(text))
        self._stream.on_close = self._running.cancel
        await asyncio.wait({self._running})
        if self._running.cancelled():
            self._shell.status = _INTERRUPTED
            await self._echo(b"^C\r\n")
        else:
            self._running.result()
        self._stream.on_close = self._running = None

    async def _echo(self, data: bytes) -> None:
        if not self._raw:
            await self._sink.write(STDOUT, data)


def _goes_on(text: str) -> bool:
    """Whether a command is not complete yet: its next line belongs to it."""
    try:
        parse(text)
    except ShellSyntaxError as error:
        return error.incomplete
    return text.endswith("\\\n")


class ExitSink(Sink, Protocol):
    async def exit(self, status: int) -> None: ...


class _Cooked:
    """Output for a terminal: both descriptors are one, and lines end with a carriage return too."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def write(self, descriptor: int, data: bytes) -> None:
        await self._sink.write(STDOUT, data.replace(b"\n", b"\r\n"))
