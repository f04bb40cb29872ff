"""The process that hosts virtual phones: `python -m runner.virtual.host --help`."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.virtual.adbserver import AdbServer, AdbServerError, find_adb
from runner.virtual.annex import MOST_PHONES, Annex
from runner.virtual.control import ControlServer
from runner.virtual.endpoint import Endpoint
from runner.virtual.memory import MemoryFile, claim
from runner.virtual.phone import Phone
from runner.virtual.time import PhoneTime

if TYPE_CHECKING:
    from runner.virtual.apps.written.models import AppFile

CONNECT_TIMEOUT_S = 20.0
RECONNECT_ATTEMPT_S = 0.1
MOST_CONNECTS = 20
ASK_AGAIN_S = 0.05
START_AGAIN_S = 1.0
DEFAULT_PHONES = 4


class Host:
    """Phones, the adb server that they are connected to, and the control interface."""

    def __init__(
        self,
        serials: Sequence[str],
        folder: Path | None = None,
        adb_ports: Sequence[int] = (),
        apps: Sequence[Path] = (),
        most: int = MOST_PHONES,
    ) -> None:
        """`folder`, which must exist, keeps the phones' memory; `apps` are app files, or folders of them, for every
        phone. The first `most` phones are here, further ones in processes of their own with an adb server each;
        `adb_ports` are those of the servers, one after the other. Raises ValueError for equal serials or what is no
        app file."""
        if len(set(serials)) != len(serials):
            raise ValueError("two phones have the same serial")
        self._folder = folder
        self._time = PhoneTime()
        self._adb_ports = list(adb_ports)
        self._apps = apps
        self._most = most
        self._annexes: list[Annex] = []
        self._further = [serials[start : start + most] for start in range(most, len(serials), most)]
        self._app_files = read_files(apps) if apps else []
        self._stores: dict[str, MemoryFile] = {}
        self.endpoints: dict[str, Endpoint] = {serial: self._endpoint(serial) for serial in serials[:most]}
        self._adb: AdbServer
        self._control = ControlServer(self)

    @contextlib.asynccontextmanager
    async def running(self, adb: str) -> AsyncIterator["Host"]:
        """Start everything, every phone connected; end it all afterwards. Raises AdbServerError."""
        self._adb_path = adb
        try:
            self._adb = await AdbServer.start(adb, self._next_port())
            keeping: asyncio.Task[None] | None = None
            try:
                await self._control.start()
                opening = [asyncio.create_task(self._open_annex(adb, serials)) for serials in self._further]
                await asyncio.gather(*(self.plug_in(endpoint) for endpoint in self.endpoints.values()))
                self._annexes += await asyncio.gather(*opening)
                keeping = asyncio.create_task(self._keep_adb(adb))
                yield self
            finally:
                if keeping is not None:
                    keeping.cancel()
                await asyncio.gather(*(annex.stop() for annex in self._annexes))
                await self._control.stop()
                await self._adb.stop()
        finally:
            for endpoint in self.endpoints.values():
                endpoint.close()

    def describe(self) -> dict[str, Any]:
        """What a client needs to reach the phones, as JSON. A phone has `adb_server_port` where it is another one."""
        phones = [
            {"serial": serial, "address": endpoint.address, "control": self._control.url(serial)}
            for serial, endpoint in self.endpoints.items()
        ]
        further = [phone for annex in self._annexes for phone in annex.phones]
        return {"adb_server_port": self._adb.port, "phones": [*phones, *further]}

    async def move_clock(self, instant: datetime) -> None:
        """Let it be this instant on all phones: from now on their time stands still between two calls."""
        self._time.move_to(instant)
        await asyncio.gather(*(annex.move_clock(instant) for annex in self._annexes))

    async def add(self, serial: str) -> None:
        """Start one more phone, connected. Raises ValueError for a serial that is taken or empty."""
        if not serial or serial in {phone["serial"] for phone in self.describe()["phones"]}:
            raise ValueError(f"the serial {serial!r} is taken" if serial else "a phone needs a serial")
        if len(self.endpoints) >= self._most:
            await self._add_elsewhere(serial)
            return
        endpoint = self.endpoints[serial] = self._endpoint(serial)
        await self.plug_in(endpoint)

    async def _add_elsewhere(self, serial: str) -> None:
        """In the first process with room, or else in one more."""
        for annex in self._annexes:
            if len(annex.phones) < self._most:
                await annex.add(serial)
                return
        self._annexes.append(await self._open_annex(self._adb_path, [serial]))

    async def _open_annex(self, adb: str, serials: Sequence[str]) -> Annex:
        port = self._next_port()
        return await Annex.start(serials, adb=adb, adb_port=port, folder=self._folder, apps=self._apps)

    def _next_port(self) -> int:
        """Where the next adb server listens: 0 is any free port."""
        return self._adb_ports.pop(0) if self._adb_ports else 0

    async def plug_in(self, endpoint: Endpoint) -> None:
        """Let a phone be reached, and have the adb server connect to it anew. One on a cable that is connected stays
        so."""
        if endpoint.on_cable and endpoint.connections:
            return
        await self._adb.disconnect(endpoint.address)
        if not endpoint.plugged_in:
            # adb 36 crashes if it forgets a phone while its own attempt to reconnect to it succeeds. One that
            # has begun fails within a moment, since nothing listens yet.
            await asyncio.sleep(RECONNECT_ATTEMPT_S)
        await endpoint.plug_in()
        answer = await self._connect(endpoint)
        for _ in range(MOST_CONNECTS):
            # Either adb was quicker, and what it reached may still be the phone as it was, or it speaks of the
            # connection that is just ending, and then none is left a moment later.
            if not answer.startswith("already"):
                break
            await self._adb.disconnect(endpoint.address)
            await asyncio.sleep(RECONNECT_ATTEMPT_S)
            answer = await self._connect(endpoint)
        is_connected = answer.lower().startswith(("connected", "emulator already"))
        if endpoint.authorized and not endpoint.paused and not is_connected:
            raise AdbServerError(f"{endpoint.phone.serial} cannot be connected: {answer}")
        if endpoint.on_cable and endpoint.authorized and not endpoint.paused:
            await self._until_listed(endpoint, "device")  # at an address adb answers no earlier

    async def _until_listed(self, endpoint: Endpoint, state: str | None) -> None:
        """Wait until adb's list has a phone in this state, None for not at all; not for ever."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                while (await self._adb.states()).get(endpoint.name) != state:
                    await asyncio.sleep(ASK_AGAIN_S)

    async def _keep_adb(self, adb: str) -> None:
        """Start the adb server again whenever it has ended, on its port, with the phones that were plugged in."""
        while True:
            await self._adb.wait()
            await self._adb.stop()
            try:
                self._adb = await AdbServer.start(adb, self._adb.port)
                for endpoint in [one for one in self.endpoints.values() if one.plugged_in]:
                    await self._connect(endpoint)
            except (AdbServerError, OSError) as error:
                sys.stderr.write(f"virtual phones: the adb server ended, and does not start again: {error}\n")
                await asyncio.sleep(START_AGAIN_S)

    async def _connect(self, endpoint: Endpoint) -> str:
        """What adb answers when it is asked to connect to a phone."""
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                answer = await self._adb.connect(endpoint.way)
                # adb connects to a cable once, and not while it still forgets the connection before.
                while endpoint.on_cable and endpoint.plugged_in and answer.startswith("Could not connect"):
                    await asyncio.sleep(ASK_AGAIN_S)
                    answer = await self._adb.connect(endpoint.way)
                return answer
        except TimeoutError:
            return f"no answer in {CONNECT_TIMEOUT_S:.0f} s"

    async def unplug(self, endpoint: Endpoint) -> None:
        """Take a phone away: adb no longer lists it."""
        endpoint.unplug()
        await self._adb.disconnect(endpoint.address)
        if endpoint.on_cable:
            await self._until_listed(endpoint, None)

    async def put_on_cable(self, endpoint: Endpoint, on: bool) -> None:
        """Connect a phone as one on a cable, or at its address."""
        await self.unplug(endpoint)
        endpoint.on_cable = on
        await self.plug_in(endpoint)

    async def reset(self, endpoint: Endpoint) -> None:
        """Have a phone as it was at first, connected, at its address: nothing of what was done to it is left, and
        what runs on it ends."""
        if endpoint.on_cable:
            await self.put_on_cable(endpoint, False)
        serial = endpoint.phone.serial
        if self._folder is not None:
            self._stores[serial].forget()
        was_reachable = endpoint.is_reachable
        endpoint.replace(self._phone(serial))
        if not was_reachable:
            await self.plug_in(endpoint)

    def _endpoint(self, serial: str) -> Endpoint:
        endpoint = Endpoint(self._phone(serial))
        endpoint.come_back = lambda: self._come_back(endpoint)
        return endpoint

    def _phone(self, serial: str) -> Phone:
        if self._folder is None:
            return Phone(serial, time_shown=self._time, app_files=self._app_files)
        store = self._stores[serial] = MemoryFile(self._folder, serial)
        return Phone(serial, store=store, time_shown=self._time, app_files=self._app_files)

    async def _come_back(self, endpoint: Endpoint) -> None:
        """Connect a phone again that has been rebooted."""
        try:
            await self.plug_in(endpoint)
        except (AdbServerError, OSError) as error:
            sys.stderr.write(f"virtual phones: {endpoint.phone.serial} does not come back: {error}\n")


def read_files(places: Sequence[Path]) -> "list[AppFile]":
    """The app files at these places, each a file or a folder of them. Raises ValueError."""
    from runner.virtual.apps.written.reader import read  # only who has such files waits for pydantic

    files = {}
    for place in places:
        for path in sorted(place.glob("*.yaml")) if place.is_dir() else [place]:
            try:
                text = path.read_text(encoding="utf-8")
            except OSError as error:
                raise ValueError(f"{path} cannot be read: {error.strerror}") from error
            file = read(text, str(path))
            if file.package in files:
                raise ValueError(f"{path}: another file describes {file.package}, too")
            files[file.package] = file
    return list(files.values())


def serials_of(count: int) -> list[str]:
    """VIRTUAL01, VIRTUAL02 and so on."""
    return [f"VIRTUAL{number:02d}" for number in range(1, count + 1)]


async def serve(
    serials: Sequence[str],
    *,
    folder: Path | None = None,
    adb: str | None = None,
    adb_ports: Sequence[int] = (),
    apps: Sequence[Path] = (),
    most: int = MOST_PHONES,
    holds_folder: bool = True,
    until_eof: bool = False,
    announce: Callable[[dict[str, Any]], None],
) -> signal.Signals | None:
    """Host phones until SIGINT or SIGTERM comes, or with `until_eof` the end of the standard input.

    Their adb servers, one for `most` phones, listen on `adb_ports`; 0 is any free one. Without `holds_folder` somebody
    else holds the folder for this process. `announce` is told, once, what `Host.describe`
    says. Returns the signal that ended it, if any. Raises AdbServerError, and ValueError for equal serials or a
    folder that cannot be used.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[signal.Signals | None] = loop.create_future()

    def end(reason: signal.Signals | None) -> None:
        if not ended.done():
            ended.set_result(reason)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    if until_eof:
        loop.add_reader(sys.stdin, lambda: None if os.read(sys.stdin.fileno(), 1024) else end(None))
    claimed = claim(folder) if folder is not None and holds_folder else contextlib.nullcontext()
    async with claimed, Host(serials, folder, adb_ports, apps, most).running(adb or find_adb()) as host:
        announce(host.describe())
        return await ended


def print_json(description: dict[str, Any]) -> None:
    """The one line that programs read."""
    sys.stdout.write(json.dumps(description) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Host phones as the arguments say; the exit code."""
    options = _arguments().parse_args()
    serials = options.serial or serials_of(options.phones)
    work = serve(
        serials,
        folder=options.dir,
        adb=options.adb,
        adb_ports=options.adb_port or (),
        apps=options.app or (),
        most=options.most,
        holds_folder=not options.dir_is_held,
        until_eof=options.until_eof,
        announce=print_json,
    )
    try:
        reason = asyncio.run(work)
    except (AdbServerError, ValueError, OSError) as error:
        sys.stderr.write(f"virtual phones: {error}\n")
        return 1
    return 130 if reason == signal.SIGINT else 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m runner.virtual.host", description=__doc__)
    parser.add_argument(
        "--serial", action="append", metavar="S", help="a phone with this serial; may be repeated"
    )
    parser.add_argument(
        "--phones", type=int, default=DEFAULT_PHONES, metavar="N", help="or N phones, VIRTUAL01..."
    )
    parser.add_argument("--dir", type=Path, help="keep the phones' memory in this folder")
    parser.add_argument(
        "--app",
        type=Path,
        action="append",
        metavar="PATH",
        help="an app file, or a folder of them; may be repeated",
    )
    parser.add_argument(
        "--adb", metavar="PATH", help="the adb binary (default: the one that adbutils carries)"
    )
    parser.add_argument(
        "--adb-port",
        type=int,
        action="append",
        metavar="N",
        help="where its server listens (default: any free port); repeated for the servers of further phones",
    )
    parser.add_argument(
        "--most",
        type=int,
        default=MOST_PHONES,
        metavar="N",
        help="how many phones one server has (default: %(default)s)",
    )
    parser.add_argument("--dir-is-held", action="store_true", help="the folder is held by who started this")
    parser.add_argument("--until-eof", action="store_true", help="end when the standard input ends")
    return parser


if __name__ == "__main__":
    sys.exit(main())
