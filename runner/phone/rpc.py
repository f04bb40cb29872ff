"""Calls to uiautomator2's server on a phone: one request, one answer.

The wire is uiautomator2's own: an adb stream to `tcp:9008`, HTTP POST to `/jsonrpc/0`. Its client opens a stream for
each call and repeats a call after some errors; this keeps the stream as long as the phone does, makes a call once, and
its error says whether the call can have reached the phone.
"""

import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from runner.errors import AutomationFailed, ConnectionLost, ElementMissing
from runner.phone.http_answer import HttpAnswer, read_answer
from runner.phone.limited_socket import LimitedSocket
from runner.phone.translate import phone_error, translated
from runner.phone.transport import Transport

PORT = 9008

KEPT_S = 2.0
"""How long after an answer its stream is used again. The phone closes one that is silent for 5 s, and a request that
meets this closing may have arrived or not."""

HEAD = "POST /jsonrpc/0 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept-Encoding:\r\n"
"""No compression: the server's gzip leaks."""

LOOKS = frozenset(
    {
        "count",
        "deviceInfo",
        "dumpWindowHierarchy",
        "exist",
        "getClipboard",
        "getLastToast",
        "getText",
        "objInfo",
        "takeScreenshot",
    }
)
"""Methods that change nothing on the phone."""

DEAD_SERVER = ("UiAutomation not connected", "DeadObjectException", "DeadSystemRuntimeException")
"""What the server says when it must be started anew."""


class ServerGone(AutomationFailed):
    """uiautomator2's server on the phone does not run, or lost its connection to the system."""


class _UnansweredError(Exception):
    """The kept stream broke before the answer came, as it does if the phone has closed it meanwhile."""


class _Kept(NamedTuple):
    """A stream on which the last answer was read to its end, at an instant of the monotonic clock."""

    phone: Transport
    sock: LimitedSocket
    since: float


class _Last(NamedTuple):
    """The latest answer that was a screen, as it came, and the screen's XML in it."""

    body: bytes
    xml: str


class Calls:
    """The calls to one phone, one thread at a time. It holds one stream to the phone at most."""

    def __init__(self, serial: str) -> None:
        self._serial = serial
        self._kept: _Kept | None = None
        self._last: _Last | None = None

    def call(
        self,
        phone: Transport,
        method: str,
        params: Any,
        *,
        timeout_s: float,
        anew: bool = False,
        be_sure: Callable[[], None] = lambda: None,
    ) -> Any:
        """The result of one call, all of it within `timeout_s`. Raises ServerGone, ElementMissing, another PhoneError.

        With `anew` it opens a stream of its own: that the phone takes it proves that it is there, so a phone that is
        not there is told as one that got nothing. On a kept stream one finds out only after the request is sent.

        It asks `be_sure` right before it sends the request on a new stream, however long that took to open; what that
        raises goes through, and nothing was sent.
        """
        action, until = f"call {method}", time.monotonic() + timeout_s
        request = _request(method, params)
        sock = None if anew else self._take(phone)
        if sock is not None:
            sock.until = until
            try:
                with translated(self._serial, action):
                    return self._ask(phone, sock, action, request, may_repeat=method in LOOKS)
            except _UnansweredError:
                pass  # it changes nothing, so it may be asked again
        self.hang_up()
        sock = self._open(phone, action, until)
        try:
            be_sure()
        except BaseException:
            sock.end()
            raise
        with translated(self._serial, action):
            return self._ask(phone, sock, action, request)

    def hang_up(self) -> None:
        """Close the stream that is kept. Any thread may do that."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.sock.end()

    def __del__(self) -> None:
        self.hang_up()

    def _take(self, phone: Transport) -> LimitedSocket | None:
        """The kept stream, if it leads to this phone and is as good as a new one."""
        kept = self._kept
        if kept is None or kept.phone is not phone or time.monotonic() - kept.since > KEPT_S:
            return None
        return kept.sock if kept.sock.is_quiet else None

    def _open(self, phone: Transport, action: str, until: float) -> LimitedSocket:
        try:
            # Only here an error proves that nothing was sent: the stream is not open yet, and no byte of the
            # request is written.
            with translated(self._serial, action, sent=False):
                return phone.stream(PORT, max(until - time.monotonic(), 0.001))
        except ConnectionLost as error:  # the phone answers adb, but nothing listens on its port
            raise ServerGone(error.message, hint=error.hint, sent=False) from error

    def _ask(
        self, phone: Transport, sock: LimitedSocket, action: str, request: bytes, *, may_repeat: bool = False
    ) -> Any:
        """The result of a request. Keeps the stream if the phone does. Where the call `may_repeat`, a broken connection
        raises _UnansweredError."""
        self._kept = None
        answer: HttpAnswer | None = None
        try:
            sock.sendall(request)
            answer = read_answer(sock)
        except ConnectionError:  # RemoteDisconnected among it
            if may_repeat:
                raise _UnansweredError from None
            raise
        finally:
            if answer is not None and answer.keeps:
                self._kept = _Kept(phone, sock, time.monotonic())
            else:
                sock.end()
        if answer.status != 200:
            came_back = f"HTTP {answer.status} {answer.reason}"
            raise phone_error(ServerGone, self._serial, action, came_back)
        if (
            self._last is not None and answer.body == self._last.body
        ):  # whoever waits gets the same screen many times
            return self._last.xml
        result = _result(self._serial, action, json.loads(answer.body))
        if isinstance(result, str) and result.startswith("<"):
            self._last = _Last(answer.body, result)
        return result


def _request(method: str, params: Any) -> bytes:
    """Head and body together: in two parts they would be two messages of adb."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    return f"{HEAD}Content-Length: {len(body)}\r\n\r\n{body}".encode()  # dumps gives ASCII


def _result(serial: str, action: str, answer: Any) -> Any:
    if isinstance(answer, dict) and "result" in answer:
        return answer["result"]
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        raise phone_error(AutomationFailed, serial, action, f"answered {str(answer)[:200]!r}")
    text = f"{error.get('message', '')} {error.get('data', '')}"
    if "UiObjectNotFoundException" in text:
        raise ElementMissing(f"{serial}: could not {action}: the phone found no such element")
    if any(word in text for word in DEAD_SERVER):
        raise phone_error(ServerGone, serial, action, str(error.get("message")))
    raise phone_error(AutomationFailed, serial, action, str(error.get("message"))[:300])
