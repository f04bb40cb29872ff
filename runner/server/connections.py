"""HTTP connections that are bounded in time and number: a client that says nothing, or half of a request, is let go."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_TIMEOUT_S = 10.0
"""How long the head of a request may take to arrive; bodies have a limit of their own."""

MAX_CONNECTIONS = 400
"""Many systems give a process 1,024 descriptors, and the phones need theirs."""

BACKLOG = 100
"""Connections that the system may hand over at once, before one too many is let go."""


class ImpatientProtocol(H11Protocol):
    """uvicorn's protocol, which by itself bounds only the silence between two requests."""

    _patience: asyncio.TimerHandle | None = None
    _made_at = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._made_at = self.loop.time()
        self._wait_for_head()
        if len(self.connections) > MAX_CONNECTIONS:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        if self._patience is None:
            self._wait_for_head()
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    @property
    def _is_answered(self) -> bool:
        """Whether a request is here as a whole, and its answer is not yet."""
        return self.cycle is not None and not self.cycle.more_body and not self.cycle.response_complete

    def _make_room(self) -> None:
        """Let go the connection on which the server has waited for longest: that of a client that keeps many."""
        ours = (one for one in self.connections if isinstance(one, ImpatientProtocol))
        longest = min((one for one in ours if not one._is_answered), key=lambda one: one._made_at)
        self.connections.discard(longest)
        longest.transport.abort()

    def _wait_for_head(self) -> None:
        self._patience = self.loop.call_later(REQUEST_TIMEOUT_S, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
