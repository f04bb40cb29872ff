"""One request and its whole answer, over in time whatever the server does. httpx bounds each read, not all of them."""

import socket
import threading
from contextlib import suppress
from typing import Any

import httpx

from runner.clock import Clock

LARGEST_ANSWER = 16 * 1024 * 1024


class TooLarge(Exception):
    """The body of the answer has more than LARGEST_ANSWER bytes."""


class Exchange:
    """A request on its way in a thread of its own, which can be given up at any point.

    Its connection is a new one. What has been given up before that was made is not sent any more.
    """

    def __init__(self, client: httpx.Client, request: httpx.Request) -> None:
        self._client, self._request = client, request
        request.extensions["trace"] = self._note
        self._lock, self._over = threading.Lock(), threading.Event()
        self._answer: tuple[httpx.Response, bytes] | None = None
        self._error: BaseException | None = None
        self._is_connecting, self._is_given_up = True, False
        self._connection: Any = None

    def answer(self, clock: Clock, within_s: float) -> tuple[httpx.Response, bytes]:
        """Send it once. Raises httpx errors and TooLarge; ConnectTimeout where surely nothing was sent."""
        threading.Thread(target=self._run, name="local api call", daemon=True).start()
        if not clock.wait(self._over, within_s):
            raise self._give_up()
        if self._error is not None:
            raise self._error
        assert self._answer is not None
        return self._answer

    def _run(self) -> None:
        try:
            self._answer = self._send()
        except BaseException as error:  # noqa: BLE001 - raised in the thread that waits
            self._error = error
        self._over.set()

    def _send(self) -> tuple[httpx.Response, bytes]:
        response = self._client.send(self._request, stream=True)
        try:
            content = bytearray()
            for chunk in response.iter_raw():
                content += chunk
                if len(content) > LARGEST_ANSWER:
                    raise TooLarge
            return response, bytes(content)
        finally:
            response.close()

    def _note(self, event: str, info: dict[str, Any]) -> None:
        """Called by httpx on its way. Raises httpx.ConnectTimeout if the request shall not be sent any more."""
        with self._lock:
            if event in _CONNECTED:
                self._connection = info["return_value"]
            if event in _CONNECTED and self._is_given_up:
                self._connection.close()
                raise httpx.ConnectTimeout("given up")
            self._is_connecting = event in _CONNECTING

    def _give_up(self) -> httpx.TimeoutException:
        with self._lock:
            self._is_given_up = True
            if self._is_connecting:
                return httpx.ConnectTimeout("no connection in time")
            if self._connection is not None:
                with suppress(OSError):  # below TLS, whose own shutdown is not made for two threads
                    socket.socket.shutdown(self._connection.get_extra_info("socket"), socket.SHUT_RDWR)
            return httpx.ReadTimeout("no whole answer in time")


_CONNECTING = ("connection.connect_tcp.started", "connection.start_tls.started")
_CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")
