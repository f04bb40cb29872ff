"""One phone's address: the port that it listens on, its connections, and whether it can be reached."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from runner.virtual.phone import Phone
from runner.virtual.power import restart
from runner.virtual.services import find_service
from runner.virtual.wire import Connection, Service

FEATURES = "shell_v2,cmd,stat_v2,ls_v2,sendrecv_v2,fixed_push_mkdir"
REBOOT_S = 1.0
"""How long a phone is away while it starts anew."""

FOUND_AGAIN_S = 0.2
"""How long a phone on a cable is away when only its connection has broken: adb looks at the cables now and then."""

EMULATOR_PORTS = range(5555, 5586)
"""The adb server takes odd ports among these for emulators of its own."""


class Endpoint:
    """Where an adb server reaches a phone: the `Door` of its connections and the `Link` of its faults."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.connections: set[Connection] = set()
        self.authorized = True
        self.paused = False
        self.on_cable = False
        """Whether adb has no address of the phone, so that it forgets one that it has lost, as one on USB."""
        self.banner = (
            f"device::ro.product.name={phone.product};ro.product.model={phone.model};"
            f"ro.product.device={phone.product};features={FEATURES}"
        ).encode()
        self._reserved = _reserve_port()
        self._server: asyncio.Server | None = None
        self._rebooting: asyncio.Task[None] | None = None
        self._finding: asyncio.Task[None] | None = None
        self.come_back: Callable[[], Awaitable[None]] = self.plug_in
        """Lets the phone be reached again by itself; a host has its adb server connect to it, too."""
        phone.link = self

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`, where adb reaches the phone; the same for the phone's whole life."""
        host, port = self._reserved.getsockname()
        return f"{host}:{port}"

    @property
    def name(self) -> str:
        """adb's name of the phone: its address; on a cable `emulator-N`, the only other one that adb gives to what is
        no USB device."""
        return f"emulator-{self._port - 1}" if self.on_cable else self.address

    @property
    def way(self) -> str:
        """What adb is asked to connect to."""
        return f"emu:{self._port - 1},{self._port}" if self.on_cable else self.address

    @property
    def _port(self) -> int:
        return int(self._reserved.getsockname()[1])

    @property
    def plugged_in(self) -> bool:
        return self._server is not None

    async def plug_in(self) -> None:
        """Listen, at the same address as before."""
        if self._server is None:
            host, port = self._reserved.getsockname()
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(
                lambda: Connection(self), host, port, reuse_address=True, backlog=16
            )

    def unplug(self) -> None:
        """Break every connection and refuse new ones."""
        if self._rebooting is not None:
            self._rebooting.cancel()
            self._rebooting = None
            restart(self.phone)
        if self._server is not None:
            self._server.close()
            self._server = None
        self.drop()

    def reboot(self) -> None:
        """Go away, and come back in a moment as a phone that has just been switched on. An unplugged one stays away."""
        was_plugged_in = self.plugged_in
        self.unplug()
        self._rebooting = asyncio.get_running_loop().create_task(self._reboot(was_plugged_in))

    async def _reboot(self, was_plugged_in: bool) -> None:
        await asyncio.sleep(REBOOT_S)
        restart(self.phone)
        self._rebooting = None
        if was_plugged_in:
            await self.come_back()

    def drop(self) -> None:
        """Break every connection; new ones are accepted."""
        for connection in list(self.connections):
            connection.drop()

    def lost(self, connection: Connection) -> None:
        """A phone on a cable that has lost its connection is found there again; adb asks for an address by itself."""
        self.connections.discard(connection)
        if self.on_cable and self.plugged_in and self._finding is None:
            self._finding = asyncio.get_running_loop().create_task(self._be_found())

    async def _be_found(self) -> None:
        await asyncio.sleep(FOUND_AGAIN_S)
        self._finding = None
        if self.on_cable and self.plugged_in and not self.connections:
            await self.come_back()

    def pause(self) -> None:
        """Stay connected, answer nothing: a phone that hangs."""
        self.paused = True
        for connection in self.connections:
            connection.pause()

    def resume(self) -> None:
        self.paused = False
        for connection in self.connections:
            connection.resume()

    @property
    def is_reachable(self) -> bool:
        """Whether an adb server is connected, and may talk to the phone."""
        return bool(self.plugged_in and self.connections and self.authorized and not self.paused)

    def replace(self, phone: Phone) -> None:
        """Another phone at the same address. What clients have open on the old one ends; connections stay."""
        for connection in self.connections:
            for stream in list(connection.streams.values()):
                stream.close()
        self.phone = phone
        phone.link = self
        self.authorized = True
        if self.paused:
            self.resume()

    def revoke(self) -> None:
        """Forget the computer's key: the phone asks for authorization again."""
        self.authorized = False
        self.drop()

    def authorize(self) -> None:
        self.authorized = True
        for connection in self.connections:
            connection.authorize()

    def close(self) -> None:
        self.unplug()
        self._reserved.close()

    def service(self, name: str) -> Service | None:
        return find_service(self.phone, name)


def _reserve_port() -> socket.socket:
    """A bound socket that never listens: the port stays the phone's own while the phone is unplugged."""
    while True:
        reserved = socket.socket()
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        if reserved.getsockname()[1] not in EMULATOR_PORTS:
            return reserved
        reserved.close()
