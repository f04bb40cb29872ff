"""One client, broken or unkind, does not keep the others from being served."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from local_api_desk import FOLLOW, PREFIX, Api

from runner.server import connections
from runner.server.ports import listen, url_of
from runner.server.serving import Serving

PATIENCE_S = 100.0


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    api = Api(tmp_path)
    with Serving(api.app, listening := listen("127.0.0.1", 0)):
        yield url_of(listening) + PREFIX
    api.ledger.close()


def connect(stack: ExitStack, url: str, said: bytes) -> socket.socket:
    place = urlsplit(url)
    connection = stack.enter_context(
        socket.create_connection((place.hostname, place.port), timeout=PATIENCE_S)
    )
    connection.sendall(said)
    return connection


def is_served(url: str) -> bool:
    with urlopen(f"{url}/task/stats", timeout=PATIENCE_S) as answer:
        return bool(json.load(answer)["code"] == 0)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET /api/v1/task HTTP/1.1\r\nHost: local",
        b"POST /api/v1/task HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
    ],
)
def test_clients_that_stop_in_mid_request(url: str, said: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(300):
            connect(stack, url, said)
        assert is_served(url)


def test_who_never_ends_a_request_is_let_go(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_TIMEOUT_S", 2.0)
    with ExitStack() as stack:
        silent = connect(stack, url, b"")
        half = connect(stack, url, b"GET / HTTP/1.1\r\nHos")
        later = connect(stack, url, b"GET /api/v1/task/stats HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while not answer.endswith(b"}}"):  # head and body may come apart
            piece = later.recv(65536)
            assert piece, answer
            answer += piece
        later.sendall(b"GET /api")
        assert [connection.recv(1) for connection in (silent, half, later)] == [b""] * 3


def test_a_client_with_many_connections_leaves_room(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 20)
    with ExitStack() as stack:
        kept = [connect(stack, url, b"") for _ in range(100)]
        assert is_served(url)
        for connection in kept[:80]:
            with suppress(ConnectionResetError):
                assert connection.recv(1) == b""
        kept[-1].sendall(b"GET /api/v1/task/stats HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert kept[-1].recv(65536)


def test_a_program_that_makes_tasks_without_end(url: str) -> None:
    over = threading.Event()
    body = json.dumps(FOLLOW | {"serials": [f"S{number}" for number in range(300)]}).encode()

    def run_wild() -> None:
        while not over.is_set():
            with suppress(HTTPError):  # in the end it is told that too many wait
                urlopen(
                    Request(f"{url}/task", body, {"Content-Type": "application/json"}), timeout=60
                ).close()

    wild = [threading.Thread(target=run_wild) for _ in range(50)]
    for thread in wild:
        thread.start()
    try:
        assert all(is_served(url) for _ in range(5))
    finally:
        over.set()
        for thread in wild:
            thread.join()
