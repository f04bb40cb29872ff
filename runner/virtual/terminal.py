"""An interactive shell: what `adb shell` without a command talks to."""

import asyncio
import struct
from typing import Protocol

from runner.virtual.phone import Phone
from runner.virtual.shell import STDOUT, Shell, Sink
from runner.virtual.wire import Stream

_STDIN, _CLOSE_STDIN = 0, 3
_PACKET = struct.Struct("<BI")
_INTERRUPTED = 130
_END_OF_INPUT, _INTERRUPT, _BACKSPACES = 0x04, 0x03, (0x08, 0x7F)


class Terminal:
    """Reads lines and runs them; unless `raw`, it echoes keys and shows a prompt, as for a person."""

    def __init__(self, phone: Phone, stream: Stream, sink: "ExitSink", *, packets: bool, raw: bool) -> None:
        self._stream = stream
        self._sink = sink
        self._packets = packets
        self._raw = raw
        self._prompt = f"{phone.product}:{{folder}} $ "
        self._shell = Shell(phone, sink if raw else _Cooked(sink))
        self._line = bytearray()
        self._typed: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._running: asyncio.Task[int] | None = None

    async def run(self) -> None:
        """Until `exit`, the end of the input, or the end of the stream."""
        listening = asyncio.get_running_loop().create_task(self._listen())
        try:
            await self._show_prompt()
            while (data := await self._typed.get()) is not None and await self._take(data):
                pass
            await self._sink.exit(self._shell.status)
        finally:
            listening.cancel()

    async def _listen(self) -> None:
        """Hand on what is typed; an interrupt goes to the command that runs."""
        try:
            while data := await self._read():
                if self._running and not self._raw and _INTERRUPT in data:
                    self._running.cancel()
                else:
                    self._typed.put_nowait(data)
        except asyncio.IncompleteReadError:
            pass  # the stream is over, as if the input were
        self._typed.put_nowait(None)

    async def _read(self) -> bytes | None:
        """The next bytes that were typed; None when there will be no more."""
        if not self._packets:
            return await self._stream.reader.read(4096) or None
        while True:
            kind, length = _PACKET.unpack(await self._stream.reader.readexactly(_PACKET.size))
            data = await self._stream.reader.readexactly(length)
            if kind == _STDIN:
                return data
            if kind == _CLOSE_STDIN:
                return None

    async def _take(self, data: bytes) -> bool:
        """Handle typed bytes; false when the shell has ended."""
        for key in data:
            if key in (0x0A, 0x0D):
                await self._echo(b"\r\n")
                line, self._line = self._line.decode(errors="replace"), bytearray()
                await self._run_line(line)
                if self._shell.exited:
                    return False
                await self._show_prompt()
            elif key == _END_OF_INPUT and not self._raw:
                return False
            elif key == _INTERRUPT and not self._raw:
                self._line.clear()
                await self._echo(b"^C\r\n")
                await self._show_prompt()
            elif key in _BACKSPACES and not self._raw:
                if self._line:
                    self._line.pop()
                    await self._echo(b"\b \b")
            else:
                self._line.append(key)
                await self._echo(bytes([key]))
        return True

    async def _run_line(self, line: str) -> None:
        self._running = asyncio.get_running_loop().create_task(self._shell.run(line))
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

    async def _show_prompt(self) -> None:
        await self._echo(self._prompt.format(folder=self._shell.folder).encode())


class ExitSink(Sink, Protocol):
    async def exit(self, status: int) -> None: ...


class _Cooked:
    """Output for a terminal: both descriptors are one, and lines end with a carriage return too."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def write(self, descriptor: int, data: bytes) -> None:
        await self._sink.write(STDOUT, data.replace(b"\n", b"\r\n"))
