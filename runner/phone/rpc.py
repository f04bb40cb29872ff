"""One call to uiautomator2's server on a phone: one request, one answer, and no retry.

The wire is uiautomator2's own: a new `tcp:9008` stream for each call, HTTP POST to `/jsonrpc/0`. Its
client repeats a call after some errors; this makes it once, and its error says whether the call can have reached the
phone.
"""

import json
from http.client import HTTPConnection
from typing import Any

import adbutils

from runner.errors import AutomationFailed, ConnectionLost, ElementMissing
from runner.phone.translate import phone_error, translated
from runner.phone.transport import Transport

PORT = 9008

HEADERS = {"Content-Type": "application/json", "Accept-Encoding": "", "Connection": "close"}
"""No compression: the server's gzip leaks."""

DEAD_SERVER = ("UiAutomation not connected", "DeadObjectException", "DeadSystemRuntimeException")
"""What the server says when it must be started anew."""


class ServerGone(AutomationFailed):
    """uiautomator2's server on the phone does not run, or lost its connection to the system."""


def call(phone: Transport, serial: str, method: str, params: Any, *, timeout_s: float) -> Any:
    """The result of one call. Raises ServerGone, ElementMissing or another PhoneError."""
    action = f"call {method}"
    try:
        # Only here an error proves that nothing was sent: the stream is open, but no byte of the request
        # is written.
        with translated(serial, action, sent=False):
            sock = phone.create_connection(adbutils.Network.TCP, PORT)
    except ConnectionLost as error:  # the phone answers adb, but nothing listens on its port
        raise ServerGone(error.message, hint=error.hint, sent=False) from error
    # http.client would open a TCP connection of its own; given the socket, it speaks through adb's
    # stream.
    connection = HTTPConnection("localhost", PORT)
    connection.sock = sock
    try:
        with translated(serial, action):
            sock.settimeout(timeout_s)
            payload = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            connection.request("POST", "/jsonrpc/0", json.dumps(payload).encode(), HEADERS)
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                came_back = f"HTTP {response.status} {response.reason}"
                raise phone_error(ServerGone, serial, action, came_back)
            answer = json.loads(body)
    finally:
        connection.close()
    return _result(serial, action, answer)


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
