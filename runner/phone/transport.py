"""adbutils with a time limit on every call, and without its stalls.

adbutils and uiautomator2 are used as installed. Subclasses take out what costs time on this machine (headers
and body sent apart without TCP_NODELAY, the server's version asked before every call, a pause on closing) and
what may hang (sockets that wait for ten minutes or for ever). uiautomator2 gets a `Transport` and gains too.
"""

import contextlib
import math
import shlex
import socket
import struct
from collections.abc import Sequence
from typing import Any

import adbutils

CALL_TIMEOUT_S = 30.0
"""The longest wait for a single answer of the phone."""


class Connection(adbutils.AdbConnection):  # type: ignore[misc]
    """One connection to the adb server. It never starts a server: `adb.connect` does, once."""

    def _safe_connect(self) -> socket.socket:
        sock: socket.socket = self._create_socket()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.conn.shutdown(socket.SHUT_RDWR)  # wakes a thread that reads from it
        self.conn.close()


LOCAL = "127.0.0.1"


class AdbServer(adbutils.AdbClient):  # type: ignore[misc]
    """The adb server at a port, on this machine or another one."""

    def __init__(self, port: int, host: str = LOCAL) -> None:
        super().__init__(host, port)

    def make_connection(self, timeout: float | None = None) -> Connection:
        """A connection whose every read and write ends within `timeout`, at most CALL_TIMEOUT_S.

        Without a timeout the socket blocks, and the system limits its reads and writes: adbutils pushes files
        with `send`, which writes only a part where Python itself keeps a timeout.
        """
        connection = Connection(self.host, self.port)
        if timeout:
            connection.conn.settimeout(min(timeout, CALL_TIMEOUT_S))
        else:
            # A C `struct timeval`: seconds and microseconds.
            limit = struct.pack("ll", math.ceil(CALL_TIMEOUT_S), 0)
            connection.conn.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
            connection.conn.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        return connection

    def ask(self, question: str, timeout_s: float) -> str:
        """The server's own answer. Raises AdbTimeout, AdbError, AdbConnectionError."""
        with self.make_connection(timeout_s) as connection:
            connection.send_command(question)
            connection.check_okay()
            return str(connection.read_string_block())

    def transport(self, name: str) -> "Transport":
        """The way to the phone that `adb devices` calls `name`."""
        return Transport(self, serial=name)


class Transport(adbutils.AdbDevice):  # type: ignore[misc]
    """The way to one phone, by adb's own name for it (USB serial or address)."""

    def open_transport(
        self, command: str | None = None, timeout: float | None = CALL_TIMEOUT_S
    ) -> Connection:
        connection: Connection = self._client.make_connection(timeout)
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

    def shell(
        self,
        cmdargs: str | Sequence[str],
        stream: bool = False,
        timeout: float | None = None,
        encoding: str | None = "utf-8",
        rstrip: bool = True,
    ) -> Any:
        """As in adbutils, but the time limit includes opening the way to the phone: in adbutils it begins only after
        that."""
        limit_s = min(timeout or CALL_TIMEOUT_S, CALL_TIMEOUT_S)
        connection = self.open_transport(timeout=limit_s)
        try:
            command = cmdargs if isinstance(cmdargs, str) else shlex.join(cmdargs)
            connection.send_command(f"shell:{command}")
            connection.check_okay()
            if stream:
                connection.conn.settimeout(None)  # a held stream (uiautomator2's server) is silent for hours
                return connection
            output = connection.read_until_close(encoding=encoding)
        except BaseException:
            connection.close()
            raise
        connection.close()
        return output.rstrip() if encoding and rstrip else output
