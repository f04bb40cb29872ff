"""A phone whose uiautomator2 answers what a test tells it to, on streams that the test can count."""

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from runner.phone.limited_socket import LimitedSocket, dial

CALL_S = 10.0
"""No call takes so long, except one that is to be given up."""


def answer(result: Any = True, *, head: str = "", version: str = "1.1") -> bytes:
    """What uiautomator2's server answers."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "result": result})
    return f"HTTP/{version} 200 OK\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


class ScriptedPhone:
    """Each of `acts` is what it does with one request: bytes that it sends, or a function of the open socket. An act
    None closes the stream. Without a further act it answers true.

    `opened` counts the streams, `asked` has the methods of the requests in their order.
    """

    def __init__(self, *acts: bytes | Callable[[socket.socket], None] | None) -> None:
        self.acts = list(acts)
        self.opened = 0
        self.asked: list[str] = []
        self.closed = threading.Semaphore(0)
        """Released for each stream that has ended on the phone's side."""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._streams: list[socket.socket] = []

    def stream(self, port: int, timeout_s: float) -> LimitedSocket:
        """As Transport opens one."""
        self.opened += 1
        ours = dial(*self._listening.getsockname(), timeout_s)
        theirs, _ = self._listening.accept()
        self._streams.append(theirs)
        thread = threading.Thread(target=self._serve, args=(theirs,))
        self._threads.append(thread)
        thread.start()
        return ours

    def close_streams(self) -> None:
        """As the phone closes those that are idle."""
        for stream in self._streams:
            with suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _serve(self, stream: socket.socket) -> None:
        with stream, stream.makefile("rb") as requests:
            while method := self._method(requests):
                self.asked.append(method)
                act = self.acts.pop(0) if self.acts else answer()
                if act is None:
                    return
                with suppress(OSError):  # the test has closed its end
                    stream.sendall(act) if isinstance(act, bytes) else act(stream)

    def _method(self, requests: Any) -> str | None:
        size = 0
        with suppress(OSError):
            for line in iter(requests.readline, b"\r\n"):
                if not line:
                    return None
                name, _, value = line.partition(b":")
                size = int(value) if name == b"Content-Length" else size
            return str(json.loads(requests.read(size))["method"])
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close_streams()
        self._listening.close()
