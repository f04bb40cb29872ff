"""The media store of a phone: what it lists, galleries and pickers show."""

import threading
from collections.abc import Callable

from runner.clock import Clock
from runner.errors import PhoneTimeout
from runner.phone import shell
from runner.phone.translate import hint

CONTENT_TIMEOUT_S = 20.0
"""How long it may take to list a new file."""

_POLL_S = 0.3


class MediaStore:
    """That of one phone, over adb alone: `run` runs a command there. Every method raises PhoneError."""

    def __init__(self, serial: str, run: Callable[..., str], clock: Clock) -> None:
        self._serial, self._run, self._clock = serial, run, clock
        self._never = threading.Event()

    def scan(self, remote: str) -> None:
        """Have it look at a file that was copied to the phone."""
        self._run("am", "broadcast", "-a", shell.SCAN_FILE, "-d", f"file://{remote}")

    def publish(self, remote: str, collection: str, told: str) -> str:
        """Have it list a file, as the newest one; its `content://` URI. Messages call the file as `told`."""
        self._run("touch", remote)  # pickers sort by this time
        self.scan(remote)
        uri = f"content://media/external/{collection}/media"
        name = remote.rpartition("/")[2]
        query = ("--uri", uri, "--projection", "_id", "--where", f"_display_name='{name}'")
        until = self._clock.monotonic() + CONTENT_TIMEOUT_S
        # The broadcast returns before the scan ends, and nothing tells when it has.
        while self._clock.monotonic() < until:
            found = shell.newest_content_id(self._run("content", "query", *query))
            if found is not None:
                return f"{uri}/{found}"
            self._clock.wait(self._never, _POLL_S)
        raise PhoneTimeout(
            f"{self._serial}: {told} was copied to {remote}, but Android's media store did not list it "
            f"within {CONTENT_TIMEOUT_S:.0f} s",
            hint=hint(PhoneTimeout),
        )
