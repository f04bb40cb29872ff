"""adbutils with a time limit on every call, and without its stalls.

adbutils and uiautomator2 are used as installed. Subclasses take out what costs time on this machine (headers
and body sent apart without TCP_NODELAY, the server's version asked before every call, a pause on closing) and
what may hang (sockets that wait for ten minutes or for ever). uiautomator2 gets a `Transport` and gains too.
"""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import adbutils
from adbutils.errors import AdbConnectionError
from adbutils.sync import Sync

from runner.phone.limited_socket import LimitedSocket, dial

CALL_TIMEOUT_S = 30.0
"""The longest that a call takes, from opening the way to the phone to the last byte of its answer."""

COPY_BYTES_PER_S = 250_000
"""A copy may take longer, by its size: slower than this it ends with an error."""


class Connection(adbutils.AdbConnection):  # type: ignore[misc]
    """One connection to the adb server, over after `timeout_s`. It never starts a server: `adb.connect` does, once."""

    def __init__(self, host: str, port: int, timeout_s: float = CALL_TIMEOUT_S) -> None:
        self._place, self._timeout_s = (host, port), timeout_s
        super().__init__(host, port)

    def _safe_connect(self) -> LimitedSocket:
        try:
            return dial(*self._place, self._timeout_s)
        except TimeoutError:
            raise adbutils.AdbTimeout("connect to adb server timeout") from None
        except OSError as error:
            raise AdbConnectionError(f"connect to adb server failed: {error}") from error

    def close(self) -> None:
        self.conn.end()


LOCAL = "127.0.0.1"


class AdbServer(adbutils.AdbClient):  # type: ignore[misc]
    """The adb server at a port, on this machine or another one."""

    def __init__(self, port: int, host: str = LOCAL) -> None:
        super().__init__(host, port)

    def make_connection(self, timeout: float | None = None) -> Connection:
        """A connection on which all is done within `timeout`, and without one within CALL_TIMEOUT_S."""
        return Connection(self.host, self.port, timeout or CALL_TIMEOUT_S)

    def ask(self, question: str, timeout_s: float) -> str:
        """The server's own answer. Raises AdbTimeout, AdbError, AdbConnectionError."""
        with self.make_connection(timeout_s) as connection:
            connection.send_command(question)
            connection.check_okay()
            return str(connection.read_string_block())

    def transport(self, name: str) -> "Transport":
        """The way to the phone that `adb devices` calls `name`."""
        return Transport(self, serial=name)


class FileSync(Sync):  # type: ignore[misc]
    """Closes what it sends, too, when the phone is gone before the first byte: adbutils leaves it open then."""

    def push(self, src: Any, dst: str, mode: int = 0o755, check: bool = False) -> int:
        if not isinstance(src, str | Path):
            return int(super().push(src, dst, mode, check))
        with Path(src).open("rb") as file:
            return int(super().push(file, dst, mode, check))


class Transport(adbutils.AdbDevice):  # type: ignore[misc]
    """The way to one phone, by adb's own name for it (USB serial or address)."""

    longest_s = CALL_TIMEOUT_S
    """What a call may take for which nobody says more, such as a copy."""

    def __init__(self, client: adbutils.AdbClient, serial: str) -> None:
        super().__init__(client, serial=serial)
        self._held: Connection | None = None

    @property
    def sync(self) -> FileSync:
        return FileSync(self)

    def let_go(self) -> None:
        """Close the latest stream of a shell command that was handed out."""
        held, self._held = self._held, None
        if held is not None:
            held.close()

    def for_copy(self, size: int) -> "Transport":
        """The same way, for copies of up to so many bytes."""
        way = Transport(self._client, serial=self._serial)
        way.longest_s = CALL_TIMEOUT_S + size / COPY_BYTES_PER_S
        return way

    def open_transport(self, command: str | None = None, timeout: float | None = None) -> Connection:
        connection: Connection = self._client.make_connection(min(timeout or self.longest_s, self.longest_s))
        try:
            if command:
                connection.send_command(f"host-serial:{self._serial}:{command}")
                connection.check_okay()
            else:
                connection.send_command(f"host:tport:serial:{self._serial}")
                connection.check_okay()
                connection.read_exact(8)  # the transport's id
        except BaseException:
            connection.close()
            raise
        return connection

    def stream(self, port: int, timeout_s: float) -> LimitedSocket:
        """A stream to a port of the phone; its time has begun. Raises AdbError, AdbTimeout."""
        connection = self.open_transport(timeout=timeout_s)
        try:
            connection.send_command(f"tcp:{port}")
            connection.check_okay()
        except BaseException:
            connection.close()
            raise
        sock: LimitedSocket = connection.conn
        return sock

    def shell(
        self,
        cmdargs: str | Sequence[str],
        stream: bool = False,
        timeout: float | None = None,
        encoding: str | None = "utf-8",
        rstrip: bool = True,
    ) -> Any:
        """As in adbutils, but the time limit includes opening the way to the phone and all of the output: in adbutils
        it is that of each read."""
        connection = self.open_transport(timeout=timeout)
        try:
            command = cmdargs if isinstance(cmdargs, str) else shlex.join(cmdargs)
            connection.send_command(f"shell:{command}")
            connection.check_okay()
            if stream:
                connection.conn.limit(None)  # a held stream (uiautomator2's server) is silent for hours
                self._held = connection
                return connection
            output = connection.read_until_close(encoding=encoding)
        except BaseException:
            connection.close()
            raise
        connection.close()
        return output.rstrip() if encoding and rstrip else output
