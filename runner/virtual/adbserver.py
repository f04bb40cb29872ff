"""A private adb server: the real binary, with a port and keys of its own, and no interest in USB."""

import asyncio
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

STANDARD_PORT = 5037
_RESTART_TIMEOUT_S = 5.0
_STOP_TIMEOUT_S = 5.0
_FOLDERS = "virtual-phones-adb-"
_ALONE = {"ADB_USB": "0", "ADB_EMU": "0", "ADB_MDNS": "0", "ADB_REJECT_KILL_SERVER": "1"}
"""No phones but ours; and an adb of another version must not replace the server."""


class AdbServerError(Exception):
    """The adb server cannot be started, or refuses a request; the message says why."""


def find_adb() -> str:
    """`ADBUTILS_ADB_PATH`, the binary that adbutils carries, or adb in PATH. Raises AdbServerError."""
    if named := os.environ.get("ADBUTILS_ADB_PATH"):
        return named
    spec = importlib.util.find_spec("adbutils")  # importing it would load Pillow
    for folder in spec.submodule_search_locations or [] if spec else []:
        carried = Path(folder, "binaries", "adb")
        if os.access(carried, os.X_OK):
            return str(carried)
    if found := shutil.which("adb"):
        return found
    raise AdbServerError("no adb was found: install adbutils, or put adb into PATH")


class AdbServer:
    """A running server; other adb clients reach it with `adb -P PORT` or ANDROID_ADB_SERVER_PORT."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, folder: Path) -> None:
        self.port = port
        self._process = process
        self._folder = folder

    @classmethod
    async def start(cls, adb: str, port: int = 0) -> "AdbServer":
        """Start a server and wait until it answers; port 0 is any free one. Raises AdbServerError."""
        _remove_leftovers()
        listening = _listen(port)
        folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDERS}{os.getpid()}-"))
        log = (folder / "adb.log").open("wb")
        try:
            process = await asyncio.create_subprocess_exec(
                *(adb, "-L", f"acceptfd:{listening.fileno()}", "server", "nodaemon"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(folder),
                pass_fds=[listening.fileno()],
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        except OSError as error:
            raise AdbServerError(f"adb cannot be started: {adb}: {error.strerror}") from error
        finally:
            port = listening.getsockname()[1]
            listening.close()
            log.close()
        server = cls(process, port, folder)
        await server._wait_until_ready(adb)
        return server

    async def request(self, command: str) -> str:
        """Ask the server a `host:` question; its answer. Raises AdbServerError."""
        reader, writer = await self._reach()
        try:
            writer.write(b"%04x" % len(command) + command.encode())
            status = await reader.readexactly(4)
            answer = (await reader.readexactly(int(await reader.readexactly(4), 16))).decode()
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise AdbServerError(f"adb server on port {self.port}: no answer to {command}") from error
        finally:
            writer.close()
        if status != b"OKAY":
            raise AdbServerError(f"adb server on port {self.port}: {command}: {answer}")
        return answer

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection with the server; one that has ended is started again in a moment."""
        try:
            async with asyncio.timeout(_RESTART_TIMEOUT_S):
                while True:
                    try:
                        return await asyncio.open_connection("127.0.0.1", self.port)
                    except ConnectionError:
                        await asyncio.sleep(0.05)
        except TimeoutError:
            raise AdbServerError(f"adb server on port {self.port}: nobody listens") from None

    async def connect(self, address: str) -> str:
        """Connect a phone; what the server says of it, which may be a failure."""
        return await self.request(f"host:connect:{address}")

    async def disconnect(self, address: str) -> None:
        """Forget a phone, if the server knows it."""
        try:
            await self.request(f"host:disconnect:{address}")
        except AdbServerError as error:
            if "no such device" not in str(error):
                raise

    async def states(self) -> dict[str, str]:
        """The state (`device`, `offline`, `unauthorized`...) of every known address."""
        lines = (await self.request("host:devices")).splitlines()
        return dict(line.split("\t", 1) for line in lines if "\t" in line)

    async def wait(self) -> None:
        """Wait for its end, whoever ends it."""
        await self._process.wait()

    async def stop(self) -> None:
        """End the server; nothing of it is left."""
        if self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), _STOP_TIMEOUT_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _wait_until_ready(self, adb: str) -> None:
        # The socket listens before adb runs, so the first answer is the sign that it does.
        answered = asyncio.ensure_future(self.request("host:version"))
        ended = asyncio.ensure_future(self._process.wait())
        await asyncio.wait({answered, ended}, return_when=asyncio.FIRST_COMPLETED)
        if answered.done() and answered.exception() is None:
            ended.cancel()
            return
        answered.cancel()
        said = (self._folder / "adb.log").read_text(errors="replace").strip()
        await self.stop()
        raise AdbServerError(f"{adb} does not start: {said or 'it says nothing'}")


def _remove_leftovers() -> None:
    """Remove the folders of servers whose host was killed before it could do so."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDERS}*"):
        pid = folder.name.removeprefix(_FOLDERS).partition("-")[0]
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (ValueError, PermissionError):
            pass  # not of ours, or of another user


def _listen(port: int) -> socket.socket:
    """A listening socket for adb to inherit: no port can be lost between choosing and using it."""
    listening = socket.socket()
    listening.setsockopt(
        socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
    )  # or no other server could follow this one
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        raise AdbServerError(f"adb cannot listen on port {port}: {error.strerror}") from error
    assert listening.getsockname()[1] != STANDARD_PORT, "the system never gives this port by itself"
    listening.listen(128)
    return listening


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ADB_", "ANDROID_"))}
    return kept | _ALONE | {"HOME": str(folder), "ANDROID_USER_HOME": str(folder), "TMPDIR": str(folder)}


def _die_with_parent() -> None:
    """In the child, before adb starts: have Linux end it when this process dies, however it dies."""
    import ctypes
    import signal

    parent_death_signal = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
    ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGTERM)
