"""The adb transport as a phone speaks it: messages, streams, and one adb server's connection.

Messages are six little-endian words and a payload. A stream is a two-way pipe inside the connection; each
side may have one unacknowledged WRTE on it.
"""

import asyncio
import os
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Protocol

CNXN, AUTH, OPEN, OKAY, CLSE, WRTE = (
    int.from_bytes(name, "little") for name in (b"CNXN", b"AUTH", b"OPEN", b"OKAY", b"CLSE", b"WRTE")
)
HEADER = struct.Struct("<6I")
VERSION = 0x01000001
"""From this version on neither side checks the checksum of a payload. A peer that is older does."""
MAX_PAYLOAD = 1 << 20
AUTH_TOKEN, AUTH_PUBLIC_KEY = 1, 3


class StreamClosedError(Exception):
    """The other end closed the stream, or the connection broke."""


class Stream:
    """One adb stream. What the adb server sends is read from `reader`."""

    def __init__(self, connection: "Connection", local: int, remote: int) -> None:
        self.reader = asyncio.StreamReader()
        self.closed = False
        self.on_close: Callable[[], object] | None = None
        """Runs once, when the stream closes, whoever closes it."""
        self._connection = connection
        self._local = local
        self._remote = remote
        self._acknowledged: asyncio.Future[None] | None = None

    async def write(self, data: bytes) -> None:
        """Send `data` and wait until the adb server has taken all of it; raises StreamClosedError."""
        step = self._connection.max_payload
        for start in range(0, len(data), step):
            if self.closed:
                raise StreamClosedError
            self._acknowledged = asyncio.get_running_loop().create_future()
            self._connection.send(WRTE, self._local, self._remote, data[start : start + step])
            await self._acknowledged
        if self.closed:
            raise StreamClosedError

    def close(self) -> None:
        """Close from the phone's side."""
        if not self.closed:
            self._connection.send(CLSE, self._local, self._remote)
            self.ended()

    def received(self, data: bytes) -> None:
        self._connection.send(OKAY, self._local, self._remote)
        self.reader.feed_data(data)

    def acknowledged(self) -> None:
        if self._acknowledged and not self._acknowledged.done():
            self._acknowledged.set_result(None)

    def ended(self) -> None:
        """The stream is over: wake its reader and its writer."""
        if self.closed:
            return
        self.closed = True
        self._connection.streams.pop(self._local, None)
        self.reader.feed_eof()
        self.acknowledged()
        if self.on_close:
            self.on_close()


Service = Callable[[Stream], Awaitable[None]]


class Door(Protocol):
    """What a connection asks of the phone that it reaches."""

    banner: bytes
    authorized: bool
    paused: bool
    connections: "set[Connection]"

    def lost(self, connection: "Connection") -> None:
        """A connection has ended, whoever ended it."""
        ...

    def service(self, name: str) -> Service | None:
        """What serves an OPEN of `name`; None refuses it."""
        ...


class Connection(asyncio.Protocol):
    """One adb server's connection to one phone."""

    def __init__(self, door: Door) -> None:
        self.streams: dict[int, Stream] = {}
        self.max_payload = MAX_PAYLOAD
        self._door = door
        self._buffer = bytearray()
        self._last_stream = 0
        self._online = False
        self._sends_checksums = True
        """Until both sides have told their versions, and afterwards if the peer's is old."""
        self._peer_checks = False
        self._offered_key = False
        self._held: list[bytes] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._door.connections.add(self)
        if self._door.paused:
            self.pause()

    def connection_lost(self, exc: Exception | None) -> None:
        self._door.lost(self)
        for stream in list(self.streams.values()):
            stream.ended()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        start = 0
        while len(self._buffer) - start >= HEADER.size:
            command, first, second, length, _, magic = HEADER.unpack_from(self._buffer, start)
            if magic != command ^ 0xFFFFFFFF or length > MAX_PAYLOAD:
                self.drop()
                return
            end = start + HEADER.size + length
            if len(self._buffer) < end:
                break
            self._handle(command, first, second, bytes(self._buffer[end - length : end]))
            start = end
        del self._buffer[:start]

    def send(self, command: int, first: int, second: int, payload: bytes = b"") -> None:
        checksum = sum(payload) & 0xFFFFFFFF if self._sends_checksums else 0
        header = HEADER.pack(command, first, second, len(payload), checksum, command ^ 0xFFFFFFFF)
        if self._door.paused:
            self._held.append(header + payload)
        else:
            self._transport.write(header + payload)

    def drop(self) -> None:
        """Break the connection at once."""
        self._transport.abort()

    def pause(self) -> None:
        """Stay connected but take and answer nothing."""
        self._transport.pause_reading()

    def resume(self) -> None:
        held, self._held = self._held, []
        self._transport.writelines(held)
        self._transport.resume_reading()

    def authorize(self) -> None:
        """A person has allowed the adb server's key, if it was offered."""
        if self._offered_key and not self._online:
            self._greet()

    def _handle(self, command: int, first: int, second: int, payload: bytes) -> None:
        if command == CNXN:
            self.max_payload = min(MAX_PAYLOAD, second)
            self._peer_checks = first < VERSION
            self._greet() if self._door.authorized else self._ask_for_key()
        elif command == AUTH:
            self._offered_key = self._offered_key or first == AUTH_PUBLIC_KEY
            if self._door.authorized:
                self._greet()
            elif first != AUTH_PUBLIC_KEY:
                self._ask_for_key()
        elif command == OPEN:
            self._open(first, payload.rstrip(b"\0").decode(errors="replace"))
        elif stream := self.streams.get(second):
            self._pass_on(stream, command, payload)
        elif command == WRTE:
            self.send(CLSE, 0, first)

    def _pass_on(self, stream: Stream, command: int, payload: bytes) -> None:
        if command == OKAY:
            stream.acknowledged()
        elif command == WRTE:
            stream.received(payload)
        elif command == CLSE:
            stream.close()

    def _greet(self) -> None:
        self.send(CNXN, VERSION, MAX_PAYLOAD, self._door.banner)
        self._sends_checksums = self._peer_checks
        self._online = True

    def _ask_for_key(self) -> None:
        self.send(AUTH, AUTH_TOKEN, 0, os.urandom(20))

    def _open(self, remote: int, name: str) -> None:
        service = self._door.service(name) if self._online else None
        if service is None:
            self.send(CLSE, 0, remote)
            return
        self._last_stream += 1
        stream = self.streams[self._last_stream] = Stream(self, self._last_stream, remote)
        self.send(OKAY, self._last_stream, remote)
        task = asyncio.get_running_loop().create_task(self._serve(stream, service))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, stream: Stream, service: Service) -> None:
        try:
            await service(stream)
        except (StreamClosedError, asyncio.IncompleteReadError):
            pass  # the client went away, or a fault broke the connection
        finally:
            stream.close()
