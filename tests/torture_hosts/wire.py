"""A host's way to the database: a TCP proxy that can be cut, held up, slowed down and closed on one side."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from typing import Any, Self

CHUNK = 1 << 16


class Wire:
    """A context manager; `port` leads to `target_port` of this machine. Its methods may be called from any thread, and
    what they do has happened when they return."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wire", daemon=True)
        self._pairs: set[_Pair] = set()
        self._is_cut = False
        self._delay_s = 0.0
        self._asks, self._answers = asyncio.Event(), asyncio.Event()

    def cut(self) -> None:
        """Reset all connections, and every new one at once."""
        self._do(self._cut())

    def hold(self) -> None:
        """Let nothing through, in neither direction, until `heal`: connections stay open, and new ones are accepted, as
        behind a router that has forgotten them. What is sent meanwhile arrives after `heal`."""
        self._do(self._let_through(asks=False, answers=False))

    def hold_answers(self) -> None:
        """Let the database hear everything, and the host nothing: a commit succeeds, and nobody is told."""
        self._do(self._let_through(asks=True, answers=False))

    def hold_answers_to(self, *ports: int) -> None:
        """The same for some connections, as long as they last: by the ports from which they come, or those from which
        they reach the database (`client_port` of `pg_stat_activity`)."""
        self._do(self._hold_answers_to(ports))

    def close_one_side(self) -> None:
        """Tell the host on each open connection that the database will say nothing more, while the database hears
        the host out."""
        self._do(self._close_one_side())

    def slow_down(self, delay_s: float) -> None:
        """Let every piece of data come this much later, in each direction."""
        self._do(self._slow_down(delay_s))

    def heal(self) -> None:
        """Let all be as at first; connections that were cut stay so."""
        self._do(self._heal())

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._pairs)

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    # in the loop

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        await self._heal()

    async def _stop(self) -> None:
        self._server.close()
        await self._cut()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _cut(self) -> None:
        self._is_cut = True
        for pair in [*self._pairs]:
            pair.abort()

    async def _let_through(self, *, asks: bool, answers: bool) -> None:
        for gate, is_open in ((self._asks, asks), (self._answers, answers)):
            gate.set() if is_open else gate.clear()

    async def _hold_answers_to(self, ports: Collection[int]) -> None:
        for pair in self._pairs:
            if {pair.host.get_extra_info("peername")[1], pair.database.get_extra_info("sockname")[1]} & {
                *ports
            }:
                pair.is_answered.clear()

    async def _close_one_side(self) -> None:
        for pair in self._pairs:
            with suppress(OSError, RuntimeError):
                pair.host.write_eof()

    async def _slow_down(self, delay_s: float) -> None:
        self._delay_s = delay_s

    async def _heal(self) -> None:
        self._is_cut, self._delay_s = False, 0.0
        await self._let_through(asks=True, answers=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            _reset(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:  # the database is down, or has reset the connection already
            _reset(writer)
            return
        pair = _Pair(writer, far_writer)

        async def may_answer() -> None:
            await pair.is_answered.wait()
            await self._answers.wait()

        self._pairs.add(pair)
        try:
            await asyncio.gather(
                self._carry(reader, far_writer, self._asks.wait, pair),
                self._carry(far_reader, writer, may_answer, pair),
            )
        except asyncio.CancelledError:  # the end of the proxy; asyncio would complain of it
            pass
        finally:
            pair.abort()
            self._pairs.discard(pair)

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        may_pass: Callable[[], Awaitable[Any]],
        pair: "_Pair",
    ) -> None:
        try:
            while data := await reader.read(CHUNK):
                if self._delay_s:
                    await asyncio.sleep(self._delay_s)
                await may_pass()
                writer.write(data)
                await writer.drain()
            await may_pass()
            writer.write_eof()
        except (OSError, RuntimeError):  # one side is gone, so the other one hears of it
            await may_pass()
            pair.abort()


class _Pair:
    """The two connections that are one for those at their ends."""

    def __init__(self, host: asyncio.StreamWriter, database: asyncio.StreamWriter) -> None:
        self.host, self.database = host, database
        self.is_answered = asyncio.Event()
        self.is_answered.set()

    def abort(self) -> None:
        for writer in (self.host, self.database):
            _reset(writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    if (sock := writer.get_extra_info("socket")) is not None:
        with suppress(OSError):  # closed already
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    writer.transport.abort()
