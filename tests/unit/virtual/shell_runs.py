"""Command lines on a phone without a connection."""

import asyncio

from runner.virtual.phone import Phone
from runner.virtual.shell import Shell
from runner.virtual.streams import text_input

ENOUGH_S = 20


class Recorder:
    """A sink that keeps both outputs."""

    def __init__(self) -> None:
        self.written = {1: b"", 2: b""}

    async def write(self, descriptor: int, data: bytes) -> None:
        self.written[descriptor] += data


def run(phone: Phone, *lines: str, stdin: bytes = b"") -> tuple[int, str, str]:
    """The status of the last line, and everything that was written, in one shell."""
    sink = Recorder()

    async def run_all() -> int:
        async with asyncio.timeout(ENOUGH_S):
            shell = Shell(phone, sink, text_input(stdin))
            for line in lines:
                await shell.run(line)
            return await shell.end()

    status = asyncio.run(run_all())
    return status, sink.written[1].decode(), sink.written[2].decode()
