"""What is read and written on a socket ends at one instant, whatever the other end does."""

import socket
import threading
from collections.abc import Iterator

import pytest

from runner.phone.limited_socket import LimitedSocket, dial


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def ends(listening: socket.socket) -> Iterator[tuple[LimitedSocket, socket.socket]]:
    """Ours, for 0.2 s, and theirs."""
    with dial(*listening.getsockname(), 0.2) as ours:
        theirs, _ = listening.accept()
        with theirs:
            yield ours, theirs


Ends = tuple[LimitedSocket, socket.socket]


def test_a_read_of_nothing_ends(ends: Ends) -> None:
    with pytest.raises(TimeoutError):
        ends[0].recv(1)
    with pytest.raises(TimeoutError):  # the time is up for all that follows
        ends[0].sendall(b"late")


def test_bytes_that_trickle_in_give_no_more_time(ends: Ends) -> None:
    over = threading.Event()

    def drip() -> None:
        while not over.wait(0.01):
            ends[1].sendall(b".")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        with pytest.raises(TimeoutError):
            while True:
                assert ends[0].recv_into(bytearray(1)) == 1
    finally:
        over.set()
        dripping.join()


def test_a_write_that_nobody_reads_ends(ends: Ends) -> None:
    with pytest.raises(TimeoutError):
        ends[0].sendall(b"." * 50_000_000)


def test_send_sends_all(ends: Ends) -> None:
    ends[0].limit(10)
    count = 5_000_000
    received = bytearray()

    def read() -> None:
        while len(received) < count:
            received.extend(ends[1].recv(1 << 20))

    reading = threading.Thread(target=read)
    reading.start()
    assert ends[0].send(b"." * count) == count
    reading.join()
    assert len(received) == count


def test_without_a_limit_it_waits(ends: Ends) -> None:
    ours, theirs = ends
    with pytest.raises(TimeoutError):
        ours.recv(1)
    ours.limit(None)
    later = threading.Timer(0.3, theirs.sendall, (b"!",))
    later.start()
    assert ours.recv(1) == b"!"
    later.join()


def test_it_is_quiet_until_something_comes(ends: Ends) -> None:
    ours, theirs = ends
    ours.limit(10)
    assert ours.is_quiet
    theirs.sendall(b"!")
    assert ours.recv(1, socket.MSG_PEEK) == b"!"
    assert not ours.is_quiet
    assert ours.recv(1) == b"!"
    assert ours.is_quiet
    theirs.shutdown(socket.SHUT_WR)
    assert ours.recv(1) == b""
    assert not ours.is_quiet


def test_a_closed_one_is_not_quiet(ends: Ends) -> None:
    ends[0].end()
    ends[0].end()
    assert not ends[0].is_quiet


def test_a_port_that_nobody_listens_on_is_refused(listening: socket.socket) -> None:
    place = listening.getsockname()
    listening.close()
    with pytest.raises(ConnectionRefusedError):
        dial(*place, 5.0)
