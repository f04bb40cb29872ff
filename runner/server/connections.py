"""HTTP connections that are bounded in time, number and memory: the server drops a client that sends nothing or half of
a request, or does not read what it asked for."""

import asyncio
import math
import socket
import struct
from typing import cast

import h11
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from runner.server.shield import Shield, with_headers

REQUEST_TIMEOUT_S = 10.0
"""How long the head of a request may take to arrive; bodies have a limit of their own."""

WRITE_TIMEOUT_S = 10.0
LEAST_READ_BYTES = 64 * 1024
"""What a client has to read within each WRITE_TIMEOUT_S of an answer that is too large for the system's buffer."""

MAX_CONNECTIONS = 400
"""Many systems give a process 1,024 file descriptors, and the connections to phones need theirs."""

SPARE_CONNECTIONS = 20
"""Further connections while all others are being answered: only for questions about the daemon's health, so that a
supervisor does not take a busy daemon for a dead one."""

MAX_UNREAD_BYTES = 64 * 1024 * 1024
"""The most bytes of all answers together that wait in this process to be read."""

ALWAYS_ANSWERED = ("/healthz", "/readyz")

RESET = struct.pack("ii", 1, 0)
"""A C `struct linger`: on, for 0 seconds. Closing then resets the connection, and the system keeps no unread data."""

BACKLOG = 100
"""Connections that the system may queue for this process: each is accepted before one too many is dropped."""


class ImpatientProtocol(H11Protocol):
    """uvicorn's protocol, which by itself limits only the silence between two requests."""

    _patience: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _made_at = 0.0
    _unread_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._made_at = self.loop.time()
        self._wait_for_head()
        if len(self.connections) > MAX_CONNECTIONS and not self._make_room():
            self.app = only_health(self.app)
            if len(self.connections) > MAX_CONNECTIONS + SPARE_CONNECTIONS:
                self._abort()

    def data_received(self, data: bytes) -> None:
        if self._patience is None:
            self._wait_for_head()
        super().data_received(data)
        # The head is complete; the guard of the Local API limits the time of the body.
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread_since = self.loop.time()
        self._await_reading()
        self._bound_memory()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unread_since = None

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._close()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._close()

    def send_400_response(self, msg: str) -> None:
        """As uvicorn does, with the headers of every answer."""
        given = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        head = h11.Response(status_code=400, headers=with_headers(given), reason=b"Bad Request")
        for event in (head, h11.Data(data=f"{msg}\n".encode()), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self._close()

    def shutdown(self) -> None:
        super().shutdown()
        if self.transport.is_closing():
            self._close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if self._unread is not None:
            self._unread.cancel()
        super().connection_lost(exc)

    @property
    def _is_answered(self) -> bool:
        """Whether a request has arrived as a whole, and its answer is not complete."""
        return self.cycle is not None and not self.cycle.more_body and not self.cycle.response_complete

    @property
    def _others(self) -> "list[ImpatientProtocol]":
        return [cast(ImpatientProtocol, one) for one in self.connections if one is not self]

    def _make_room(self) -> bool:
        """Drop one connection: preferably one whose client does not read, else the oldest on which the server waits,
        since it belongs to a client that keeps many. False if all others are being answered."""
        # `id` decides between equal times: connections themselves cannot be compared.
        unread = [(one._unread_since, id(one), one) for one in self._others if one._unread_since is not None]
        waited = [(one._made_at, id(one), one) for one in self._others if not one._is_answered]
        if not (unread or waited):
            return False
        (min(unread) if unread else min(waited))[-1]._abort()
        return True

    def _bound_memory(self) -> None:
        """Drop connections, those with most unread first, until the rest fits."""
        waiting = [(one.transport.get_write_buffer_size(), id(one), one) for one in [self, *self._others]]
        total = sum(size for size, _, _ in waiting)
        for size, _, one in sorted(waiting, reverse=True):
            if total <= MAX_UNREAD_BYTES:
                return
            one._abort()
            total -= size

    def _abort(self) -> None:
        """Drop the connection at once; the system forgets its unread data too."""
        # `connection_lost` comes only in the loop's next turn, and connections are counted before that.
        self.connections.discard(self)
        raw: socket.socket | None = self.transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.transport.abort()

    def _close(self) -> None:
        """Close once the client has read everything, but do not wait for that for ever."""
        self.transport.close()
        self._await_reading()

    def _await_reading(self) -> None:
        if self._unread is None:
            self._look_at_reading(math.inf)

    def _look_at_reading(self, before: float) -> None:
        """Look again and again while something is unread, and drop a client that hardly reads."""
        self._unread, left = None, self.transport.get_write_buffer_size()
        if not left or (self._unread_since is None and not self.transport.is_closing()):
            return
        if left > before - LEAST_READ_BYTES:
            self._abort()
            return
        self._unread = self.loop.call_later(WRITE_TIMEOUT_S, self._look_at_reading, left)

    def _wait_for_head(self) -> None:
        self._patience = self.loop.call_later(REQUEST_TIMEOUT_S, self._close)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def only_health(app: ASGIApp) -> ASGIApp:
    """An application that answers questions about health, and refuses everything else for now."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in ALWAYS_ANSWERED:
            headers = {"Retry-After": "1", "Connection": "close"}
            busy = PlainTextResponse("more is being answered than this server can; try again\n", 503, headers)
            await Shield(busy)(scope, receive, send)
        else:
            await app(scope, receive, send)

    return answer
