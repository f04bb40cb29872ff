"""What a phone serves on an adb stream, by the name that the stream is opened with."""

import asyncio
import struct

from runner.virtual import adbd, uiautomator
from runner.virtual.phone import Phone
from runner.virtual.shell import STDERR, STDOUT, Shell
from runner.virtual.sync import serve_sync
from runner.virtual.terminal import Terminal
from runner.virtual.wire import Service, Stream

_PACKET = struct.Struct("<BI")
_EXIT = 3


def find_service(phone: Phone, name: str) -> Service | None:
    """The service of this name; None for what a virtual phone refuses (`dev:`, `localabstract:` and the like)."""
    kind, _, rest = name.partition(":")
    kind, *options = kind.split(",")
    if kind in ("shell", "exec"):
        sink = PacketSink if "v2" in options else RawSink
        if rest:
            return lambda stream: _run_line(phone, stream, sink(stream), rest)
        return lambda stream: Terminal(
            phone, stream, sink(stream), packets="v2" in options, raw="raw" in options
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


async def _run_line(phone: Phone, stream: Stream, sink: "RawSink | PacketSink", line: str) -> None:
    """Run a command line; whatever still runs ends when the client closes the stream."""
    task = asyncio.ensure_future(Shell(phone, sink).run(line))
    stream.on_close = task.cancel
    try:
        status = await task
    except asyncio.CancelledError:
        return
    stream.on_close = None
    await sink.exit(status)


def _tcp_service(phone: Phone, port: str) -> Service | None:
    automation = phone.automation
    if automation is None or port.partition(":")[0] != str(automation.port):
        return None
    return lambda stream: uiautomator.serve(phone, automation, stream)
