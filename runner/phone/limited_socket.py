"""A socket with one deadline for all that is read and written, however slowly the bytes come."""

import contextlib
import socket
import struct
import time
from typing import Any

_TIMEVAL = struct.Struct("ll")
"""A C `struct timeval`: seconds and microseconds."""


class LimitedSocket(socket.socket):
    """A TCP socket that raises TimeoutError when its time is up, in whichever read or write that is.

    The system keeps the limit of each read (SO_RCVTIMEO), which is set to what is left. Python's own timeout would
    take three calls of the system for one, and a limit of each read by itself never ends a peer that sends one byte
    now and then.
    """

    until: float | None = None
    """On the monotonic clock; None waits for ever."""

    def limit(self, timeout_s: float | None) -> None:
        """What follows ends within so many seconds from now, all together."""
        self.until = None if timeout_s is None else time.monotonic() + timeout_s
        if timeout_s is None:
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                self.setsockopt(socket.SOL_SOCKET, option, _TIMEVAL.pack(0, 0))

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        self._spend(socket.SO_RCVTIMEO)
        try:
            return super().recv(size, flags)
        except BlockingIOError:
            raise TimeoutError("timed out") from None

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0, /) -> int:
        self._spend(socket.SO_RCVTIMEO)
        try:
            return super().recv_into(buffer, nbytes, flags)
        except BlockingIOError:
            raise TimeoutError("timed out") from None

    def send(self, data: Any, flags: int = 0, /) -> int:
        """Sends all of it: adbutils counts on that."""
        left = memoryview(data)
        while left:
            self._spend(socket.SO_SNDTIMEO)
            try:
                left = left[super().send(left, flags) :]
            except BlockingIOError:
                raise TimeoutError("timed out") from None
        return len(data)

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        self.send(data, flags)

    @property
    def is_quiet(self) -> bool:
        """Whether the peer has neither closed the socket nor sent anything that nobody has read."""
        try:
            super().recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    def end(self) -> None:
        """Close it, and wake a thread that reads from it."""
        with contextlib.suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)
        self.close()

    def _spend(self, option: int) -> None:
        """Have the system end the next read or write when the time is up. Raises TimeoutError if it is."""
        if self.until is None:
            return
        left_s = self.until - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("timed out")
        micros = max(int(left_s * 1e6), 1)  # 0 would mean no limit
        self.setsockopt(socket.SOL_SOCKET, option, _TIMEVAL.pack(*divmod(micros, 1_000_000)))


def dial(host: str, port: int, timeout_s: float | None) -> LimitedSocket:
    """A connection whose time has begun. Raises OSError, TimeoutError among it."""
    sock = LimitedSocket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.limit(timeout_s)
        if timeout_s is not None:
            sock._spend(socket.SO_SNDTIMEO)  # it limits `connect`, too
        try:
            sock.connect((host, port))
        except BlockingIOError:
            raise TimeoutError("timed out") from None
        # A request that is sent in two parts must not wait for the answer to its first.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock
