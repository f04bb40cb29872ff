"""Every call through adb has one deadline, also when the answer comes byte by byte."""

import socket
import threading
from collections.abc import Iterator

import adbutils
import pytest

from runner.phone.transport import AdbServer

SHORT_S = 0.3


class DrippingServer:
    """An adb server with a phone whose every output comes byte by byte and never ends."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.asked: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        stream, _ = self._listening.accept()
        with stream, stream.makefile("rb") as requests:
            while not self.over.is_set():
                size = requests.read(4)
                if not size:
                    return
                self.asked.append(requests.read(int(size, 16)))
                stream.sendall(b"OKAY")
                if self.asked[-1].startswith(b"host:tport"):
                    stream.sendall(bytes(8))  # the transport's id
                else:
                    self._drip(stream)

    def _drip(self, stream: socket.socket) -> None:
        try:
            while not self.over.wait(0.02):
                stream.sendall(b"f")
        except OSError:  # the client has given up
            self.over.set()

    def close(self) -> None:
        self.over.set()
        self._thread.join()
        self._listening.close()


@pytest.fixture
def server() -> Iterator[DrippingServer]:
    made = DrippingServer()
    yield made
    made.close()


def test_a_command_whose_output_drips_ends(server: DrippingServer) -> None:
    with pytest.raises(adbutils.AdbTimeout):
        AdbServer(server.port).transport("S1").shell("logcat", timeout=SHORT_S)
    assert server.asked == [b"host:tport:serial:S1", b"shell:logcat"]


def test_an_answer_of_the_server_that_drips_ends(server: DrippingServer) -> None:
    with pytest.raises(adbutils.AdbTimeout):
        AdbServer(server.port).ask("host:version", SHORT_S)


def test_a_copy_has_time_by_its_size() -> None:
    phone = AdbServer(5037).transport("S1")
    assert (phone.longest_s, phone.for_copy(0).longest_s, phone.for_copy(10_000_000).longest_s) == (
        30,
        30,
        70,
    )
    assert phone.for_copy(0).serial == "S1"
