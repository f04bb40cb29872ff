"""The uiautomator2 server's process on a phone: it lives as long as the shell stream that started it."""

import asyncio
import uuid
from collections.abc import Callable

from runner.virtual.views import View
from runner.virtual.wire import Stream

MAIN_CLASS = "com.wetest.uia2.Main"
DEFAULT_PORT = 9008


class Automation:
    """A running server. `port` is the phone's port that it listens on."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: set[Stream] = set()
        self.killed = asyncio.Event()
        self.named: dict[str, Callable[[], View | None]] = {}
        """How to find the views that calls such as `childByText` have given names to."""

    def name(self, look: Callable[[], View | None]) -> str:
        """Give a view a name that selects it as long as the server lives."""
        name = str(uuid.uuid4())
        self.named[name] = look
        return name

    def kill(self) -> None:
        """The process dies, and with it every call that it serves."""
        self.killed.set()
        for stream in list(self.streams):
            stream.close()
