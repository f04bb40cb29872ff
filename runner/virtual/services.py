"""What a phone serves on an adb stream, by the name that the stream is opened with."""

import asyncio
import struct

from runner.virtual import adbd, uiautomator
from runner.virtual.files import PIECE_BYTES
from runner.virtual.phone import Phone
from runner.virtual.shell import STDERR, STDOUT, Shell
from runner.virtual.streams import Input
from runner.virtual.sync import serve_sync
from runner.virtual.terminal import Terminal
from runner.virtual.wire import Service, Stream, StreamClosedError

_PACKET = struct.Struct("<BI")
_STDIN, _EXIT, _CLOSE_STDIN = 0, 3, 4
GRACE_S = 10.0
"""What `exec:` started has this long when its client has gone: to it, that is no more than the end of the input."""


def find_service(phone: Phone, name: str) -> Service | None:
    """The service of this name; None for what a virtual phone refuses (`dev:`, `localabstract:` and the like)."""
    kind, _, rest = name.partition(":")
    kind, *options = kind.split(",")
    if kind in ("shell", "exec"):
        packets = "v2" in options
        sink = PacketSink if packets else RawSink
        if rest:
            grace_s = GRACE_S if kind == "exec" else 0.0
            return lambda stream: _run_line(phone, stream, sink(stream), rest, grace_s)
        return lambda stream: Terminal(
            phone, stream, sink(stream), typed_input(stream, packets=packets), raw="raw" in options
        ).run()
    if kind == "sync":
        return lambda stream: serve_sync(phone, stream)
    if kind == "tcp":
        return _tcp_service(phone, rest)
    return adbd.find_service(phone, kind, rest)


class RawSink:
    """Shell protocol 1, and exec: both outputs in one, and no exit status."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    async def write(self, descriptor: int, data: bytes) -> None:
        await self._stream.write(data)

    async def exit(self, status: int) -> None:
        """There is no way to tell the status."""


class PacketSink:
    """Shell protocol 2: packets for the two outputs and the exit status."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    async def write(self, descriptor: int, data: bytes) -> None:
        assert descriptor in (STDOUT, STDERR)
        await self._stream.write(_PACKET.pack(descriptor, len(data)) + data)

    async def exit(self, status: int) -> None:
        await self._stream.write(_PACKET.pack(_EXIT, 1) + bytes([status & 0xFF]))


def typed_input(stream: Stream, *, packets: bool) -> Input:
    """What a client sends: plain bytes or, in shell protocol 2, packets."""

    async def fetch_raw() -> bytes:
        return await stream.reader.read(PIECE_BYTES)

    async def fetch_packet() -> bytes:
        while not stream.reader.at_eof():
            try:
                kind, length = _PACKET.unpack(await stream.reader.readexactly(_PACKET.size))
                data = await stream.reader.readexactly(length)
            except asyncio.IncompleteReadError:
                break
            if kind == _STDIN and data:
                return data
            if kind == _CLOSE_STDIN:
                stream.reader.feed_eof()
        return b""

    return Input(fetch_packet if packets else fetch_raw)


async def _run_line(
    phone: Phone, stream: Stream, sink: "RawSink | PacketSink", line: str, grace_s: float
) -> None:
    """Run a command line. When the client closes the stream, what still runs ends, after `grace_s`."""
    shell = Shell(phone, sink, typed_input(stream, packets=isinstance(sink, PacketSink)))
    task = asyncio.ensure_future(_run_to_end(shell, line))
    loop = asyncio.get_running_loop()

    def hang_up() -> None:
        if grace_s:
            loop.call_later(grace_s, task.cancel)
        else:
            task.cancel()

    stream.on_close = hang_up
    try:
        status = await task
    except asyncio.CancelledError:
        shell.hang_up()
        return
    except StreamClosedError:
        shell.hang_up()
        raise
    stream.on_close = None
    await sink.exit(status)


async def _run_to_end(shell: Shell, line: str) -> int:
    await shell.run(line)
    return await shell.end()


def _tcp_service(phone: Phone, port: str) -> Service | None:
    automation = phone.automation
    if automation is None or port.partition(":")[0] != str(automation.port):
        return None
    return lambda stream: uiautomator.serve(phone, automation, stream)
