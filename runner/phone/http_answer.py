"""The answer to one HTTP request on a socket."""

import io
import re
from http.client import HTTPResponse, IncompleteRead
from typing import Any, NamedTuple

from runner.phone.limited_socket import LimitedSocket

_FIRST = 65536
"""As much of an answer as is read at once, in bytes: most answers are smaller."""

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
    first = sock.recv(_FIRST)
    end = first.find(b"\r\n\r\n")
    head = first[: end + 2]
    length = _LENGTH.search(head)
    if end < 0 or length is None or not head.startswith(_PLAIN) or _SPECIAL.search(head):
        return _any_answer(first, sock)  # the library reads everything, and takes four times as long
    body, size = first[end + 4 :], int(length[1])
    if len(body) < size:
        body += _taken(sock, size - len(body))
    return HttpAnswer(200, "", body[:size], keeps=len(body) == size)


def _taken(sock: LimitedSocket, size: int) -> bytes:
    whole = bytearray(size)
    left = memoryview(whole)
    while left:
        count = sock.recv_into(left)
        if not count:
            raise IncompleteRead(bytes(whole[: size - len(left)]), len(left))
        left = left[count:]
    return bytes(whole)


def _any_answer(first: bytes, sock: LimitedSocket) -> HttpAnswer:
    with HTTPResponse(_Begun(first, sock), method="POST") as response:  # type: ignore[arg-type]
        response.begin()
        body = response.read()
        return HttpAnswer(response.status, response.reason, body, not response.will_close)


class _Begun(io.RawIOBase):
    """A socket of which the first bytes have been read, as far as HTTPResponse knows sockets."""

    def __init__(self, first: bytes, sock: LimitedSocket) -> None:
        self._first, self._sock = first, sock

    def makefile(self, mode: str) -> io.BufferedReader:
        assert mode == "rb"
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._first:
            return self._sock.recv_into(buffer)
        part, self._first = self._first[: len(buffer)], self._first[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)
