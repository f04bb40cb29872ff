"""What is told of phones when nobody can wait for the adb server."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from runner.phone.states import PATIENCE_S, LastStates, States
from runner.settings import AdbAddress


class Server:
    """Answers `host:devices` while it is `well`, and then nothing."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.well = threading.Event()
        self.well.set()
        self.kept: list[socket.socket] = []
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        rows = b"A\tdevice\nB\tdevice\nC\toffline\n"
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            self.kept.append(client)
            if self.well.is_set():
                client.recv(100)
                client.sendall(b"OKAY%04x" % len(rows) + rows)

    def close(self) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join()
        for client in self.kept:
            client.close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def test_a_server_that_hangs_is_not_waited_for(server: Server) -> None:
    states = LastStates([AdbAddress("127.0.0.1", server.port)])
    said = States({"device": 2, "offline": 1}, answers=True)
    assert states() == said
    server.well.clear()
    for _ in range(3):
        began = time.monotonic()
        assert states() == said._replace(answers=False)
        assert time.monotonic() - began < PATIENCE_S + 0.5
    server.well.set()
    give_up_at = time.monotonic() + 30
    while not states().answers:
        assert time.monotonic() < give_up_at
    assert states() == said


def test_without_a_server_there_are_no_phones() -> None:
    server = Server()
    states = LastStates([AdbAddress("127.0.0.1", server.port)])
    assert states().answers
    server.close()
    assert states() == States({}, answers=False)
