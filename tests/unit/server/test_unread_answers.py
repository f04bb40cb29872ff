"""Clients that ask and do not read hold nobody else up, and no memory for long."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from runner.server import connections
from runner.server.app import ServerState, create_app
from runner.server.ports import listen, url_of
from runner.server.serving import Serving

PATIENCE_S = 30.0
LONG = 16 * 1024 * 1024
"""More than the system holds of an answer that nobody reads."""

TCP_CLOSE = 7
"""The state of a connection that is no more, in Linux's words."""

LONG_ANSWER = PlainTextResponse(b"x" * LONG)


class Stuck(Collector):
    """Figures that are told when they may be."""

    def __init__(self) -> None:
        self.asked, self.may = threading.Semaphore(0), threading.Event()

    def collect(self) -> Iterator[object]:
        self.asked.release()
        assert self.may.wait(PATIENCE_S)
        return iter(())


@contextmanager
def server(local_api: ASGIApp = LONG_ANSWER, collector: Collector | None = None) -> Iterator[str]:
    """A server whose Local API, unless there is another, answers with what is LONG."""
    registry = CollectorRegistry()
    if collector is not None:
        registry._collector_to_names[collector] = []  # registering would collect
    app = create_app(ServerState(registry, tuple, tuple), local_api)
    with Serving(app, listening := listen("127.0.0.1", 0)):
        yield url_of(listening)


def ask(stack: ExitStack, url: str, path: str, times: int = 1) -> socket.socket:
    """A connection that has asked, so often in one go."""
    place = urlsplit(url)
    connection = stack.enter_context(socket.create_connection((place.hostname, place.port), PATIENCE_S))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * times)
    return connection


def unread(stack: ExitStack, url: str) -> socket.socket:
    """A connection whose answer has begun, and is not read."""
    connection = ask(stack, url, "/api/v1/x", times=3)
    assert connection.recv(1)
    return connection


def get(url: str, path: str) -> HTTPResponse:
    """An answer, over a connection of its own."""
    client = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE_S)
    client.request("GET", path)
    answer = client.getresponse()
    answer.read()
    client.close()
    return answer


def read(connection: socket.socket) -> int:
    """How many bytes come, until the other side ends it."""
    total = 0
    try:
        while piece := connection.recv(1 << 20):
            total += len(piece)
    except ConnectionResetError:
        pass
    return total


def test_room_is_made_by_those_who_do_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 4)
    monkeypatch.setattr(connections, "MAX_UNREAD_BYTES", 100 * LONG)
    with server() as url, ExitStack() as stack:
        kept = [unread(stack, url) for _ in range(4)]
        for _ in range(8):
            assert get(url, "/healthz").status == 200
            assert get(url, "/metrics").status == 200
        assert read(kept[0]) < LONG


def test_who_does_not_read_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "WRITE_TIMEOUT_S", 0.2)
    with server() as url, ExitStack() as stack:
        silent = unread(stack, url)
        closing = ask(stack, url, "/api/v1/x")
        closing.sendall(b"GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert closing.recv(1)
        gone = threading.Event()
        while not gone.wait(0.02):
            if is_reset(silent) and is_reset(closing):
                gone.set()


def is_reset(connection: socket.socket) -> bool:
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == TCP_CLOSE


def test_who_reads_slowly_gets_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "WRITE_TIMEOUT_S", 0.2)
    monkeypatch.setattr(connections, "LEAST_READ_BYTES", 1)
    with server() as url, ExitStack() as stack:
        slow = ask(stack, url, "/api/v1/x")
        total, pause = 0, threading.Event()
        while total < LONG:
            total += len(slow.recv(1 << 20))
            pause.wait(0.02)
        assert total >= LONG


def test_answers_that_nobody_reads_take_so_much_memory_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_UNREAD_BYTES", LONG)
    with server() as url, ExitStack() as stack:
        kept = [ask(stack, url, "/api/v1/x") for _ in range(4)]
        for connection in kept:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert get(url, "/healthz").status == 200
        assert sum(read(connection) < LONG for connection in kept) >= 2


def test_health_has_room_of_its_own_while_every_connection_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 30)
    asked, may = threading.Semaphore(0), threading.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        asked.release()
        while not may.is_set():
            await asyncio.sleep(0.01)
        await PlainTextResponse("done")(scope, receive, send)

    with server(slow) as url, ExitStack() as stack:
        stack.callback(may.set)
        busy = [ask(stack, url, "/api/v1/x") for _ in range(30)]
        assert all(asked.acquire(timeout=PATIENCE_S) for _ in busy)
        for _ in range(40):
            assert get(url, "/healthz").status == 200
            assert get(url, "/readyz").status == 200
        refused = get(url, "/metrics")
        assert (refused.status, refused.headers["retry-after"]) == (503, "1")
        assert refused.headers["x-content-type-options"] == "nosniff"
        may.set()
        assert all(connection.recv(17, socket.MSG_WAITALL) == b"HTTP/1.1 200 OK\r\n" for connection in busy)


def test_figures_that_take_long_leave_threads_to_everything_else() -> None:
    stuck = Stuck()
    with server(collector=stuck) as url, ExitStack() as stack:
        stack.callback(stuck.may.set)
        for _ in range(60):
            ask(stack, url, "/metrics")
        assert stuck.asked.acquire(timeout=PATIENCE_S)
        assert get(url, "/healthz").status == 200
        assert get(url, "/readyz").status == 200
