"""Taps that make an effect are sent once; any other one is repeated when uiautomator2's server was gone."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from runner.errors import AutomationFailed, LeaseLost
from runner.phone.fleet import Fleet
from runner.phone.limited_socket import LimitedSocket, dial
from runner.phone.rpc import ServerGone
from runner.phone.session import Session


class Server(HTTPServer):
    """Answers calls with these statuses, one after the other, and then with what a tap is answered with."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses: list[int] = []
        self.answer = b'{"result": true}'
        self.calls = 0


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls += 1
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *what: Any) -> None:
        return None


class Nearby(Session):
    """A session with a phone that is this machine, whose uiautomator2 can be started again."""

    def __init__(self, port: int) -> None:
        super().__init__(Fleet(5037), "S1")
        self.port, self.starts = port, 0

    def _phone(self) -> Any:
        return self

    def _server(self) -> Any:
        return self

    def stream(self, port: int, timeout_s: float) -> LimitedSocket:
        return dial("127.0.0.1", self.port, timeout_s)

    def stop_uiautomator(self, wait: bool) -> None:
        return None

    def start_uiautomator(self) -> None:
        self.starts += 1


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def session(server: Server) -> Nearby:
    return Nearby(server.server_port)


def test_the_tap_of_an_effect_is_never_repeated(server: Server, session: Nearby) -> None:
    server.statuses = [500]
    with pytest.raises(ServerGone) as caught:
        session.tap_once(3, 4)
    assert caught.value.sent is True
    assert (server.calls, session.starts) == (1, 0)


def test_the_tap_of_an_effect_is_not_sent_once_the_lease_is_over(server: Server, session: Nearby) -> None:
    def be_sure() -> None:
        raise LeaseLost("the host north has lost the lane A1")

    with pytest.raises(LeaseLost):
        session.tap_once(3, 4, be_sure)
    assert server.calls == 0
    session.tap_once(3, 4)
    assert server.calls == 1


@pytest.mark.parametrize("answer", [b'{"result": false}', b'{"result": null}', b'{"result": "true"}'])
def test_a_tap_of_an_effect_that_nobody_confirms_may_have_happened(
    server: Server, session: Nearby, answer: bytes
) -> None:
    server.answer = answer
    with pytest.raises(AutomationFailed, match="which confirms nothing") as caught:
        session.tap_once(3, 4)
    assert caught.value.sent is True
    assert server.calls == 1


def test_another_tap_is_repeated_once_with_the_server_started_anew(server: Server, session: Nearby) -> None:
    server.statuses = [500]
    session.tap(3, 4)
    assert (server.calls, session.starts) == (2, 1)
    server.statuses = [500, 500]
    with pytest.raises(ServerGone):
        session.tap(3, 4)
    assert (server.calls, session.starts) == (4, 2)
