"""The adb server on this machine: found, or started from the binary that adbutils carries."""

import os
import subprocess
from importlib.resources import files
from pathlib import Path

import adbutils

from runner.errors import AdbUnavailable, PhoneTimeout
from runner.phone.listing import Row, parse
from runner.phone.translate import translated
from runner.phone.transport import LOCAL, AdbServer

DEFAULT_PORT = 5037
OLDEST_SERVER = 41
"""The first server version (platform-tools 29) that knows `host:tport`."""

START_TIMEOUT_S = 20.0
ANSWER_S = 3.0
"""The server answers these questions from what it knows, without asking a phone; one that takes longer hangs."""


def connect(port: int, host: str = LOCAL) -> AdbServer:
    """The adb server at `port`; on this machine's default port one is started if none answers. Raises
    AdbUnavailable."""
    server = AdbServer(port, host)
    told = _version(server)
    # Another port was named by somebody who runs a server there: a second one would only hide that it is
    # gone.
    if told is None and (host, port) == (LOCAL, DEFAULT_PORT):
        _start(port)
        told = _version(server)
    if told is None:
        raise AdbUnavailable(
            f"no adb server answers on {host}:{port}",
            hint=_how_to_start(host, port),
            sent=False,
        )
    if told < OLDEST_SERVER:
        raise AdbUnavailable(
            f"the adb server on {host}:{port} has version {told}, older than {OLDEST_SERVER}",
            hint="stop it with `adb kill-server`; the runner then starts its own",
            sent=False,
        )
    return server


def rows(server: AdbServer) -> list[Row]:
    """The phones that a server lists. Raises AdbUnavailable if there is none, or it answers nothing in time."""
    try:
        with translated("adb server", "list the devices", sent=False):
            # Only the short list separates name and state by a tab, only the long one has transport ids:
            # ask for both.
            return parse(*(server.ask(f"host:{list}", ANSWER_S) for list in ("devices", "devices-l")))
    except PhoneTimeout as error:
        raise _hangs(server) from error


def version(server: AdbServer) -> int:
    """The version of a server that answers. Raises AdbUnavailable."""
    told = _version(server)
    if told is None:
        raise AdbUnavailable(f"no adb server answers on {server.host}:{server.port}", sent=False)
    return told


def binary() -> str:
    """The adb binary that adbutils carries, or the one in ADBUTILS_ADB_PATH.

    The variable is set for this process: uiautomator2 and adbutils would prefer an older adb on the path.
    """
    # adbutils carries adb only for some platforms; elsewhere it looks for one itself.
    bundled = Path(str(files("adbutils.binaries"))) / "adb"
    if bundled.is_file():
        os.environ.setdefault("ADBUTILS_ADB_PATH", str(bundled))
    return str(adbutils.adb_path())


def _version(server: AdbServer) -> int | None:
    """None if no server is there. Raises AdbUnavailable if one is there but answers nothing."""
    try:
        return int(server.ask("host:version", ANSWER_S), 16)
    except adbutils.AdbTimeout as error:
        raise _hangs(server) from error
    except (adbutils.AdbError, OSError, ValueError):
        return None


def _how_to_start(host: str, port: int) -> str:
    if host == LOCAL:
        return f"start one with `adb -P {port} start-server`, or unset ANDROID_ADB_SERVER_PORT"
    return f"start one there with `adb -a -P {port} server nodaemon`, or take it out of RUNNER_ADB_SERVERS"


def _hangs(server: AdbServer) -> AdbUnavailable:
    port = server.port
    return AdbUnavailable(
        f"the adb server on {server.host}:{port} is there, and has answered nothing for {ANSWER_S:.0f} s",
        hint=f"end it with `adb -P {port} kill-server`, or by its process; the runner then goes on with a new one",
        sent=False,
    )


def _start(port: int) -> None:
    try:
        subprocess.run(
            [binary(), "-P", str(port), "start-server"],
            timeout=START_TIMEOUT_S,
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
    except (OSError, subprocess.SubprocessError, adbutils.AdbError) as error:
        raise AdbUnavailable(
            f"the adb server could not be started on 127.0.0.1:{port}: {error}",
            hint="start it by hand with `adb start-server`, and read what it says",
            sent=False,
        ) from error
