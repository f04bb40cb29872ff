"""Command lines on a virtual phone as it comes, without a connection."""

import asyncio

from small_apps import Unplugged

from runner.virtual.phone import Phone
from runner.virtual.shell import Shell

TIKTOK = "com.zhiliaoapp.musically"


class Recorder:
    """A sink that keeps both outputs."""

    def __init__(self) -> None:
        self.written = {1: b"", 2: b""}

    async def write(self, descriptor: int, data: bytes) -> None:
        self.written[descriptor] += data


def a_phone(serial: str = "TRUE01") -> Phone:
    phone = Phone(serial)
    phone.link = Unplugged()
    return phone


def run(phone: Phone, *lines: str) -> tuple[int, str, str]:
    """The status of the last line, and everything that was written."""
    sink = Recorder()

    async def run_all() -> int:
        shell = Shell(phone, sink)
        return [await shell.run(line) for line in lines][-1]

    status = asyncio.run(run_all())
    return status, sink.written[1].decode(), sink.written[2].decode()


def output(phone: Phone, *lines: str) -> str:
    return run(phone, *lines)[1]
