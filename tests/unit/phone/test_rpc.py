"""One call to uiautomator2's server: one request, one answer, and an error that says whether it can have arrived."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import adbutils
import pytest

from runner import errors
from runner.phone import rpc
from runner.phone.limited_socket import LimitedSocket, dial

CALL_S = 10.0
"""No call takes so long, except one that is to be given up."""


class Server(ThreadingHTTPServer):
    """Answers each call with `status` and `body`; without a body it closes the connection, or keeps it `held`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.body, self.held = 200, b"", False
        self.calls: list[tuple[str, dict[str, str], Any]] = []
        self.over = threading.Event()

    def answers(self, answer: Any) -> None:
        self.body = json.dumps(answer).encode()

    def fails(self, message: str, data: str | None = None) -> None:
        self.answers({"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": message, "data": data}})


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((self.path, dict(self.headers), json.loads(asked)))
        if self.server.held:
            self.server.over.wait(CALL_S)
        if self.server.body or self.server.status != 200:
            self.send_response(self.server.status)
            self.end_headers()
            self.wfile.write(self.server.body)

    def log_message(self, *what: Any) -> None:
        return None


class Phone:
    """The way to a phone that is this machine; `error` is what adb says when asked for a connection."""

    def __init__(self, port: int, error: Exception | None = None) -> None:
        self.port, self.error = port, error
        self.asked: list[int] = []

    def stream(self, port: int, timeout_s: float) -> LimitedSocket:
        self.asked.append(port)
        if self.error is not None:
            raise self.error
        return dial("127.0.0.1", self.port, timeout_s)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.over.set()
        made.shutdown()
        thread.join()


@pytest.fixture
def phone(server: Server) -> Phone:
    return Phone(server.server_port)


def call(phone: Phone, timeout_s: float = CALL_S) -> Any:
    return rpc.Calls("S1").call(phone, "click", [3, 4], timeout_s=timeout_s)  # type: ignore[arg-type]


@pytest.mark.parametrize("result", [True, False, None, 0, "text", {"a": [1]}])
def test_the_result_is_what_was_answered(server: Server, phone: Phone, result: Any) -> None:
    server.answers({"jsonrpc": "2.0", "id": 1, "result": result})
    assert call(phone) == result


def test_a_call_is_one_request_as_the_server_expects_it(server: Server, phone: Phone) -> None:
    server.answers({"result": True})
    call(phone)
    assert phone.asked == [9008]
    ((path, headers, payload),) = server.calls
    assert path == "/jsonrpc/0"
    assert payload == {"jsonrpc": "2.0", "id": 1, "method": "click", "params": [3, 4]}
    told = {name: headers.get(name) for name in ("Content-Type", "Accept-Encoding", "Connection")}
    assert told == {"Content-Type": "application/json", "Accept-Encoding": "", "Connection": None}


# Before anything can have arrived


@pytest.mark.parametrize("error", [adbutils.AdbError("cannot connect: closed"), ConnectionRefusedError()])
def test_a_port_on_which_nothing_listens_is_a_server_that_is_gone(phone: Phone, error: Exception) -> None:
    phone.error = error
    with pytest.raises(rpc.ServerGone, match="S1: could not call click") as caught:
        call(phone)
    assert caught.value.sent is False
    assert caught.value.hint is not None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (adbutils.AdbError("device 'S1' not found"), errors.DeviceNotConnected),
        (adbutils.AdbError("device offline"), errors.DeviceOffline),
        (adbutils.AdbTimeout("adb read timeout"), errors.PhoneTimeout),
    ],
)
def test_a_phone_that_adb_cannot_reach_is_told_as_that(
    phone: Phone, error: Exception, kind: type[errors.PhoneError]
) -> None:
    phone.error = error
    with pytest.raises(kind) as caught:
        call(phone)
    assert caught.value.sent is False
    assert not isinstance(caught.value, rpc.ServerGone)


# After the request


def test_a_connection_that_closes_without_an_answer_may_have_done_it(server: Server, phone: Phone) -> None:
    with pytest.raises(errors.ConnectionLost) as caught:
        call(phone)
    assert caught.value.sent is True
    assert len(server.calls) == 1  # it was not asked again


def test_an_answer_that_does_not_come_in_time_may_have_done_it(server: Server, phone: Phone) -> None:
    server.held = True
    with pytest.raises(errors.PhoneTimeout) as caught:
        call(phone, timeout_s=0.2)
    assert caught.value.sent is True


@pytest.mark.parametrize("status", [404, 500, 502])
def test_another_status_is_a_server_that_is_gone(server: Server, phone: Phone, status: int) -> None:
    server.status, server.body = status, b'{"result": true}'
    with pytest.raises(rpc.ServerGone, match=f"S1: could not call click: HTTP {status} ") as caught:
        call(phone)
    assert caught.value.sent is True


@pytest.mark.parametrize("body", [b"<html>", b"\xff\xfe", b'{"result": tru'])
def test_an_answer_that_is_no_json_has_failed(server: Server, phone: Phone, body: bytes) -> None:
    server.body = body
    with pytest.raises(errors.AutomationFailed) as caught:
        call(phone)
    assert caught.value.sent is True
    assert not isinstance(caught.value, rpc.ServerGone)


@pytest.mark.parametrize("answer", [["a list"], "text", 1, {}, {"error": None}, {"error": "in words"}])
def test_json_that_is_no_answer_is_shown(server: Server, phone: Phone, answer: Any) -> None:
    server.answers(answer)
    with pytest.raises(errors.AutomationFailed, match="S1: could not call click: answered ") as caught:
        call(phone)
    assert str(answer) in caught.value.message


def test_of_a_long_answer_that_is_none_only_the_beginning_is_shown(server: Server, phone: Phone) -> None:
    server.answers(["x" * 5000])
    with pytest.raises(errors.AutomationFailed) as caught:
        call(phone)
    assert len(caught.value.message) < 300


# What the server says has gone wrong

NOT_FOUND = "androidx.test.uiautomator.UiObjectNotFoundException"


@pytest.mark.parametrize(("message", "data"), [(NOT_FOUND, None), ("Server error", f"{NOT_FOUND}: Selector")])
def test_an_element_that_is_not_there_is_missing(
    server: Server, phone: Phone, message: str, data: str | None
) -> None:
    server.fails(message, data)
    with pytest.raises(
        errors.ElementMissing, match="S1: could not call click: the phone found no such element"
    ):
        call(phone)


@pytest.mark.parametrize("word", rpc.DEAD_SERVER)
@pytest.mark.parametrize("in_data", [False, True])
def test_a_server_that_lost_the_system_is_gone(
    server: Server, phone: Phone, word: str, in_data: bool
) -> None:
    server.fails("Server error", f"java: {word}") if in_data else server.fails(f"java: {word}")
    with pytest.raises(rpc.ServerGone) as caught:
        call(phone)
    assert ("Server error" if in_data else word) in caught.value.message
    assert caught.value.sent is True


def test_any_other_error_is_told_in_the_servers_words_up_to_a_length(server: Server, phone: Phone) -> None:
    server.fails("java.lang.IllegalStateException: " + "x" * 5000)
    with pytest.raises(errors.AutomationFailed, match="IllegalStateException") as caught:
        call(phone)
    assert not isinstance(caught.value, rpc.ServerGone)
    assert len(caught.value.message) < 400
