"""Messages and streams as an adb server sees them."""

import asyncio
from typing import Any

import pytest

from runner.virtual.wire import (
    AUTH,
    CLSE,
    CNXN,
    HEADER,
    MAX_PAYLOAD,
    OKAY,
    OPEN,
    VERSION,
    WRTE,
    Connection,
    Stream,
)


class Transport(asyncio.Transport):
    """Keeps what is sent, as messages."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[int, int, int, bytes]] = []
        self.checksums: list[int] = []
        self.aborted = False
        self.reading = True

    def write(self, data: Any) -> None:
        while data:
            command, first, second, length, checksum, _ = HEADER.unpack_from(data)
            self.checksums.append(checksum)
            self.sent.append((command, first, second, bytes(data[24 : 24 + length])))
            data = data[24 + length :]

    def abort(self) -> None:
        self.aborted = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self

    def setsockopt(self, *_: int) -> None:
        """The transport is its own socket."""


class Door:
    """A phone that echoes on `echo:` and refuses everything else."""

    banner = b"device::"

    def __init__(self) -> None:
        self.authorized = True
        self.paused = False
        self.connections: set[Connection] = set()

    def lost(self, connection: Connection) -> None:
        self.connections.discard(connection)

    def service(self, name: str) -> Any:
        return self._echo if name == "echo:" else None

    async def _echo(self, stream: Stream) -> None:
        while data := await stream.reader.read(100):
            await stream.write(data)


def connect(door: Door) -> tuple[Connection, Transport]:
    connection, transport = Connection(door), Transport()
    connection.connection_made(transport)
    return connection, transport


def message(command: int, first: int = 0, second: int = 0, payload: bytes = b"") -> bytes:
    return HEADER.pack(command, first, second, len(payload), 0, command ^ 0xFFFFFFFF) + payload


GREETING = message(CNXN, VERSION, 4, b"host::")


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_a_stream_has_one_unacknowledged_message_at_a_time() -> None:
    async def talk() -> list[tuple[int, int, int, bytes]]:
        connection, transport = connect(Door())
        data = GREETING + message(OPEN, 7, 0, b"echo:\0") + message(WRTE, 7, 1, b"sixsix")
        for at in range(0, len(data), 5):
            connection.data_received(data[at : at + 5])
        await settle()
        sent = list(transport.sent)
        connection.data_received(message(OKAY, 7, 1))
        await settle()
        connection.data_received(message(CLSE, 7, 1))
        await settle()
        return [*sent, (0, 0, 0, b"--"), *transport.sent[len(sent) :]]

    assert asyncio.run(talk()) == [
        (CNXN, VERSION, MAX_PAYLOAD, b"device::"),
        (OKAY, 1, 7, b""),
        (OKAY, 1, 7, b""),
        (WRTE, 1, 7, b"sixs"),
        (0, 0, 0, b"--"),
        (WRTE, 1, 7, b"ix"),
        (CLSE, 1, 7, b""),
    ]


@pytest.mark.parametrize(("version", "checksum"), [(VERSION, 0), (VERSION - 1, sum(b"six"))])
def test_a_peer_that_checks_payloads_gets_their_checksums(version: int, checksum: int) -> None:
    async def talk() -> tuple[tuple[int, int, int, bytes], list[int]]:
        connection, transport = connect(Door())
        greeting = message(CNXN, version, 4096, b"host::")
        connection.data_received(greeting + message(OPEN, 7, 0, b"echo:\0") + message(WRTE, 7, 1, b"six"))
        await settle()
        return transport.sent[-1], transport.checksums[:]

    last, checksums = asyncio.run(talk())
    assert last == (WRTE, 1, 7, b"six")
    assert (checksums[0], checksums[-1]) == (sum(b"device::"), checksum)


def test_an_unknown_service_is_refused() -> None:
    connection, transport = connect(Door())
    connection.data_received(GREETING + message(OPEN, 9, 0, b"framebuffer:\0"))
    assert transport.sent[-1] == (CLSE, 0, 9, b"")


def test_a_phone_asks_for_a_key_until_it_is_authorized() -> None:
    door = Door()
    door.authorized = False
    connection, transport = connect(door)
    connection.data_received(GREETING + message(AUTH, 2, 0, b"signature") + message(OPEN, 9, 0, b"echo:\0"))
    assert [(sent[0], sent[1]) for sent in transport.sent] == [(AUTH, 1), (AUTH, 1), (CLSE, 0)]
    connection.authorize()
    assert len(transport.sent) == 3, "no key was offered yet"
    connection.data_received(message(AUTH, 3, 0, b"public key"))
    connection.authorize()
    assert transport.sent[-1][0] == CNXN


def test_a_paused_phone_holds_its_answers_back() -> None:
    door = Door()
    connection, transport = connect(door)
    door.paused = True
    connection.pause()
    connection.data_received(GREETING)
    assert (transport.sent, transport.reading) == ([], False)
    door.paused = False
    connection.resume()
    assert (transport.sent[0][0], transport.reading) == (CNXN, True)


def test_what_is_no_message_breaks_the_connection() -> None:
    connection, transport = connect(Door())
    connection.data_received(b"GET / HTTP/1.1\r\nHost: phone\r\n\r\n")
    assert transport.aborted
