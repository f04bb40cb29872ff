"""Tells systemd how the daemon is, as in sd_notify(3): one datagram for each message, if systemd asked for any."""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class Notifier:
    """The way to the service manager; without one, messages go nowhere. Any thread may call it.

    It drops a message that cannot be delivered: the daemon's work does not depend on who listens.
    """

    def __init__(self, address: str | None, watchdog_s: float | None = None) -> None:
        """`address` is a socket's path, or an abstract socket's name with `@` in front."""
        self._address = address
        self._watchdog_s = watchdog_s

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Notifier":
        """Read NOTIFY_SOCKET, and WATCHDOG_USEC if WATCHDOG_PID is this process."""
        env = os.environ if environment is None else environment
        address = env.get("NOTIFY_SOCKET", "")
        if address[:1] not in ("/", "@"):
            return cls(None)
        return cls(address, _watchdog_s(env))

    @property
    def alive_every_s(self) -> float | None:
        """How often to call `alive`: twice within the time that the watchdog allows. None if there is no watchdog."""
        return self._watchdog_s / 2 if self._watchdog_s else None

    def ready(self, status: str) -> None:
        """Tell that the daemon has started: units that wait for it may go on."""
        self._send("READY=1", f"STATUS={_line(status)}")

    def status(self, status: str) -> None:
        """Send one line for `systemctl status`."""
        self._send(f"STATUS={_line(status)}")

    def alive(self) -> None:
        """Tell that the daemon does not hang."""
        self._send("WATCHDOG=1")

    def stopping(self, status: str) -> None:
        """Tell that the daemon has begun to end."""
        self._send("STOPPING=1", f"STATUS={_line(status)}")

    def _send(self, *assignments: str) -> None:
        if self._address is None:
            return
        address = f"\0{self._address[1:]}" if self._address[0] == "@" else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
            way.setblocking(False)  # a service manager that is busy must not hold the daemon up
            way.sendto("\n".join(assignments).encode(), address)


def _watchdog_s(env: Mapping[str, str]) -> float | None:
    length_us, pid = env.get("WATCHDOG_USEC", ""), env.get("WATCHDOG_PID", "")
    if not length_us.isdecimal() or pid not in ("", str(os.getpid())):
        return None
    return int(length_us) / 1e6


def _line(text: str) -> str:
    return " ".join(text.split())
