"""The uiautomator2 server's process on a phone: it lives as long as the shell stream that started it."""

import asyncio

from runner.virtual.wire import Stream

MAIN_CLASS = "com.wetest.uia2.Main"
DEFAULT_PORT = 9008


class Automation:
    """A running server. `port` is the phone's port that it listens on."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: set[Stream] = set()
        self.killed = asyncio.Event()

    def kill(self) -> None:
        """The process dies, and with it every call that it serves."""
        self.killed.set()
        for stream in list(self.streams):
            stream.close()
