"""The proxy itself: what it keeps back, what it lets through, and what it closes."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
from wire import Wire


@pytest.fixture
def heard() -> Iterator[tuple[int, list[bytes]]]:
    """The port of a server that answers each message with the same in capitals, and what it has heard."""
    said: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                while data := connection.recv(100):
                    said.append(data)
                    connection.sendall(data.upper())

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=serve, args=[server.accept()[0]], daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1], said
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def wire(heard: tuple[int, list[bytes]]) -> Iterator[Wire]:
    with Wire(heard[0]) as one:
        yield one


@pytest.fixture
def host(wire: Wire) -> Iterator[socket.socket]:
    with closing(connect(wire)) as connection:
        assert ask(connection, b"hello") == b"HELLO"
        yield connection


def connect(wire: Wire) -> socket.socket:
    return socket.create_connection(("127.0.0.1", wire.port), timeout=10)


def ask(connection: socket.socket, what: bytes) -> bytes:
    connection.sendall(what)
    return connection.recv(100)


def test_a_cut_resets_what_is_open_and_what_is_new(wire: Wire, host: socket.socket) -> None:
    wire.cut()
    with pytest.raises(ConnectionResetError):
        host.recv(100)
    with pytest.raises(ConnectionResetError), closing(connect(wire)) as another:
        assert ask(another, b"again") == b""
        raise ConnectionResetError  # closed before anything was sent
    wire.heal()
    with closing(connect(wire)) as another:
        assert ask(another, b"again") == b"AGAIN"


def test_what_is_held_arrives_later(wire: Wire, host: socket.socket, heard: tuple[int, list[bytes]]) -> None:
    wire.hold()
    host.sendall(b"later")
    host.settimeout(0.2)
    with pytest.raises(TimeoutError):
        host.recv(100)
    assert heard[1] == [b"hello"]
    wire.heal()
    host.settimeout(10)
    assert host.recv(100) == b"LATER"


def test_answers_alone_can_be_held(wire: Wire, host: socket.socket, heard: tuple[int, list[bytes]]) -> None:
    wire.hold_answers()
    host.sendall(b"done")
    host.settimeout(0.2)
    with pytest.raises(TimeoutError):
        host.recv(100)
    assert heard[1] == [b"hello", b"done"]
    wire.cut()
    with pytest.raises(ConnectionResetError):
        host.recv(100)


def test_one_side_can_be_closed(wire: Wire, host: socket.socket, heard: tuple[int, list[bytes]]) -> None:
    wire.close_one_side()
    assert host.recv(100) == b""
    host.sendall(b"last words")
    host.close()
    with closing(connect(wire)) as another:  # whoever comes later is served as before
        assert ask(another, b"next") == b"NEXT"
    assert b"last words" in heard[1]


def test_a_database_that_resets_its_connections_is_passed_on() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        Wire(server.getsockname()[1]) as wire,
        pytest.raises(ConnectionResetError),  # perhaps as soon as it connects
        closing(connect(wire)) as host,
    ):
        database, _ = server.accept()
        database.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        database.close()
        host.recv(100)


def test_a_database_that_is_down_resets_connections(wire: Wire) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        wire.target_port = nobody.getsockname()[1]
        with suppress(ConnectionResetError), closing(connect(wire)) as host:
            assert host.recv(100) == b""


def test_answers_to_one_of_several_can_be_held(wire: Wire, host: socket.socket) -> None:
    with closing(connect(wire)) as another:
        wire.hold_answers_to(host.getsockname()[1])
        host.sendall(b"never")
        assert ask(another, b"again") == b"AGAIN"
        host.settimeout(0.2)
        with pytest.raises(TimeoutError):
            host.recv(100)
