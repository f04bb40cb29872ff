"""A person at an interactive shell."""

import asyncio
from typing import Any

from runner.virtual.phone import Phone
from runner.virtual.services import RawSink, typed_input
from runner.virtual.terminal import Terminal


class Keyboard:
    """A stream whose other end is the test."""

    def __init__(self) -> None:
        self.reader = asyncio.StreamReader()
        self.on_close = None
        self.shown = b""
        self.news = asyncio.Event()

    async def write(self, data: bytes) -> None:
        self.shown += data
        self.news.set()

    async def until(self, text: bytes) -> None:
        while text not in self.shown:
            await self.news.wait()
            self.news.clear()


def open_terminal(phone: Phone, keyboard: Keyboard, *, raw: bool) -> Terminal:
    stream: Any = keyboard
    return Terminal(phone, stream, RawSink(stream), typed_input(stream, packets=False), raw=raw)


def test_a_command_is_interrupted_and_a_key_taken_back(phone: Phone) -> None:
    async def sit() -> bytes:
        keyboard = Keyboard()
        terminal = open_terminal(phone, keyboard, raw=False)
        shell = asyncio.ensure_future(terminal.run())
        keyboard.reader.feed_data(b"echo started; sleep 1000\r")
        await keyboard.until(b"\nstarted")
        keyboard.reader.feed_data(b"\x03")
        await keyboard.until(b"^C")
        keyboard.reader.feed_data(b"echi\x7fo $?\rexit\r")
        await shell
        return keyboard.shown

    shown = asyncio.run(asyncio.wait_for(sit(), 10))
    assert shown.endswith(b"^C\r\nvirtual_phone:/ $ echi\b \bo $?\r\n130\r\nvirtual_phone:/ $ exit\r\n")


def test_the_end_of_the_input_ends_the_shell(phone: Phone) -> None:
    async def sit() -> bytes:
        keyboard = Keyboard()
        terminal = open_terminal(phone, keyboard, raw=True)
        keyboard.reader.feed_data(b"echo on")
        keyboard.reader.feed_data(b"e\n")
        keyboard.reader.feed_eof()
        await terminal.run()
        return keyboard.shown

    assert asyncio.run(asyncio.wait_for(sit(), 10)) == b"one\n"
