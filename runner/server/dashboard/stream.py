"""The stream of changes, as server-sent events: one for each open page."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from runner.server.dashboard.changes import NOW, Changes

TICK_S = 0.5
"""How often changes are collected and sent: what comes in between is told together."""

HEARTBEAT_S = 15.0
"""How often a silent stream says that it lives, so that nothing between here and the page cuts it."""

MOST_STREAMS = 100
"""Pages that are watched at one time; they leave most of the server's connections to everybody else."""

MOST_WANTED = 300
"""The most topics that a page may ask for."""

READING_S = 20.0
"""How long a page may keep what was sent to it unread."""


class Streams:
    """The open streams. All of it runs in the server's event loop, except `close`.

    A stream keeps the number of what its page has seen and nothing else: one whose page reads slowly costs no memory,
    and is told later of more at once.
    """

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._open: set[asyncio.Event] = set()
        self._ticking: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    @property
    def count(self) -> int:
        return len(self._open)

    @property
    def is_ticking(self) -> bool:
        return self._ticking is not None and not self._ticking.done()

    async def answer(self, request: Request) -> Response:
        """A stream of the topics that the query names. It goes on behind the state that `Last-Event-ID` names, or for a
        new page behind that of the query's `since`."""
        if self._closed or self.count >= MOST_STREAMS:
            words = "so many pages are open that this one is not told of changes; it tries again\n"
            return PlainTextResponse(words, 503, {"Retry-After": "10"})
        wanted = frozenset([NOW, *request.query_params.getlist("topics")[:MOST_WANTED]])
        seen = request.headers.get("last-event-id") or request.query_params.get("since")
        return EventSourceResponse(
            self._told(wanted, seen),
            ping=HEARTBEAT_S,
            ping_message_factory=lambda: ServerSentEvent(comment="alive"),
            send_timeout=READING_S,
            sep="\n",
        )

    def close(self) -> None:
        """End all streams; any thread may call it."""
        self._closed = True
        if self._loop is not None:
            with suppress(RuntimeError):  # the server has ended already
                self._loop.call_soon_threadsafe(self._wake)

    async def _told(self, wanted: frozenset[str], seen: str | None) -> AsyncIterator[ServerSentEvent]:
        news = asyncio.Event()
        self._open.add(news)
        self._tick()
        try:
            yield ServerSentEvent(retry=2000, comment="live")
            while not self._closed:
                news.clear()
                at = self._changes.id
                if topics := self._changes.since(seen, wanted):
                    yield ServerSentEvent(_data(topics), event="changed", id=at)
                seen = at
                await news.wait()
        finally:
            self._open.discard(news)

    def _tick(self) -> None:
        """Have changes collected as long as any stream is open."""
        if not self.is_ticking:
            self._loop = asyncio.get_running_loop()
            self._ticking = self._loop.create_task(self._collect())

    async def _collect(self) -> None:
        while self._open and not self._closed:
            if self._changes.collect():
                self._wake()
            await asyncio.sleep(TICK_S)

    def _wake(self) -> None:
        for news in self._open:
            news.set()


def _data(topics: list[str]) -> str:
    return json.dumps({"topics": topics})
