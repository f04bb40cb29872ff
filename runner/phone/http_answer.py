"""The answer to one HTTP request on a socket."""

import re
import socket
from http.client import HTTPResponse, IncompleteRead
from typing import NamedTuple

from runner.phone.limited_socket import LimitedSocket

_FIRST = 65536
"""As much of an answer as is looked at first, in bytes."""

_PLAIN = b"HTTP/1.1 200 "
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*([0-9]{1,8})[ \t]*\r", re.I)
_SPECIAL = re.compile(rb"\n(?:transfer-encoding:|connection:[ \t]*close)", re.I)


class HttpAnswer(NamedTuple):
    """`keeps` says whether the peer lets the socket be used for another request."""

    status: int
    reason: str
    body: bytes
    keeps: bool


def read_answer(sock: LimitedSocket) -> HttpAnswer:
    """The whole answer to a POST. Raises OSError, TimeoutError among it, and http.client.HTTPException."""
    # Only looked at, not taken: what is not plain is read from its beginning by the library, which takes four times as
    # long.
    first = sock.recv(_FIRST, socket.MSG_PEEK)
    end = first.find(b"\r\n\r\n")
    head = first[: end + 2]
    length = _LENGTH.search(head)
    if end < 0 or length is None or not head.startswith(_PLAIN) or _SPECIAL.search(head):
        return _any_answer(sock)
    return HttpAnswer(200, "", _taken(sock, end + 4 + int(length[1]))[end + 4 :], keeps=True)


def _taken(sock: LimitedSocket, size: int) -> bytes:
    whole = bytearray(size)
    left = memoryview(whole)
    while left:
        count = sock.recv_into(left)
        if not count:
            raise IncompleteRead(bytes(whole[: size - len(left)]), len(left))
        left = left[count:]
    return bytes(whole)


def _any_answer(sock: LimitedSocket) -> HttpAnswer:
    with HTTPResponse(sock, method="POST") as response:
        response.begin()
        body = response.read()
        return HttpAnswer(response.status, response.reason, body, not response.will_close)
