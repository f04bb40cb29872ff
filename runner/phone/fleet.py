"""Which phones can be reached now. A phone is its `ro.serialno`; adb's transport is only the way to it."""

import re
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from runner.errors import AdbUnavailable, PhoneError, PhoneTimeout
from runner.phone import adb
from runner.phone.choosing import Device, choose, is_address
from runner.phone.listing import Row
from runner.phone.looks import LOOK_S, Identity, Look, Looks
from runner.phone.translate import translated
from runner.phone.transport import LOCAL, AdbServer, Transport

RECONNECT_TIMEOUT_S = 5.0
OLD_S = 60.0
"""If a phone is not found, phones whose answers are older are asked again: adb may have been started anew, and then
it counts its transport ids from 1 again."""

_WHO = "getprop ro.serialno; cat /proc/sys/kernel/random/boot_id"
_BOOT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class PhoneProblem:
    """Why a phone cannot be used now, and what to do."""

    serial: str
    message: str
    hint: str | None = None


class Fleet:
    """The phones of one adb server.

    While it lives it remembers which transport led to which phone, so that it need not ask again and can name one
    that went offline.
    """

    def __init__(self, adb_port: int, host: str = LOCAL) -> None:
        self._adb_port, self._host = adb_port, host
        self._serials: dict[str, str] = {}
        self._looks = Looks(self._identify)
        self._server: AdbServer | None = None
        self._failure: tuple[float, PhoneError] | None = None
        self._lock = threading.Lock()

    def server(self) -> AdbServer:
        """The adb server, started if need be. Raises AdbUnavailable."""
        asked = time.monotonic()
        with self._lock:  # lanes that start together must not start two servers
            if self._server is None:
                if (
                    self._failure and self._failure[0] >= asked
                ):  # who waited meanwhile need not find out again
                    raise self._failure[1]
                try:
                    self._server = adb.connect(self._adb_port, self._host)
                except PhoneError as error:
                    self._failure = time.monotonic(), error
                    raise
            return self._server

    def devices(self, within_s: float = LOOK_S) -> list[Device]:
        """Every phone that adb lists; those that answer later than `within_s` seconds have no serial yet. A server is
        started if need be. Raises AdbUnavailable."""
        return self._devices(self._rows(), within_s=within_s)

    def listed_by(self, server: AdbServer, within_s: float) -> list[Device]:
        """The same, but of a server that may not be there: this starts none. Raises AdbUnavailable."""
        self._server = server
        return self._devices(adb.rows(server), within_s=within_s)

    def find(self, serial: str) -> Device:
        """The phone with this serial, which has just confirmed it.

        Raises DeviceNotConnected, DeviceOffline, DeviceUnauthorized, PhoneTimeout if it is there and answers
        nothing; AdbUnavailable without a server. A phone that was reached over the network before is connected
        again.
        """
        found = self._choose(serial)
        if isinstance(found, Device):
            return found
        if isinstance(found, PhoneTimeout):  # it is there; to connect to it once more would not wake it
            raise found
        # If there were old answers, asking again may be enough; otherwise adb is asked to connect again.
        if self._looks.forget(OLD_S) or self._reconnect(serial):
            again = self._choose(serial)
            if isinstance(again, Device):
                return again
        raise found

    def reach(self, serial: str) -> Transport:
        """The way to the phone with this serial. Raises what `find` raises."""
        return self.server().transport(self.find(serial).transport)

    @property
    def asked(self) -> AdbServer:
        """The server, which may not be there: this starts none."""
        return self._server or AdbServer(self._adb_port, self._host)

    def has_known(self, serial: str) -> bool:
        """Whether the phone was here before."""
        return serial in self._serials.values()

    @property
    def address(self) -> str:
        """Where its server is: `127.0.0.1:5037`."""
        return f"{self._host}:{self._adb_port}"

    def check(self, serials: Iterable[str]) -> list[PhoneProblem]:
        """What is wrong with these phones, in their order; empty if all are ready. Raises AdbUnavailable."""
        wanted = list(serials)
        rows = self._rows()
        devices = self._devices(rows)
        silent = {device.transport for device in devices if device.trouble}
        # A phone that did not say who it is gets a second chance, but only if somebody wants that one.
        if anew := silent & {name for serial in wanted for name in self._ways(serial, rows)}:
            devices = self._devices(rows, anew)
        found = {serial: choose(serial, devices) for serial in wanted}
        return [PhoneProblem(s, e.message, e.hint) for s, e in found.items() if isinstance(e, PhoneError)]

    def _choose(self, serial: str) -> Device | PhoneError:
        """Phones that have this serial, or had it at the last look, are asked anew; for the others the last answer
        is enough."""
        rows = self._rows()
        return choose(serial, self._devices(rows, self._ways(serial, rows)))

    def _ways(self, serial: str, rows: Iterable[Row]) -> set[str]:
        """The transports that lead to a phone, as far as one can tell without asking anybody."""
        return {row.name for row in rows if serial in (row.name, self._serials.get(row.name))}

    def _rows(self) -> list[Row]:
        server = self.server()
        try:
            return adb.rows(server)
        except AdbUnavailable as error:
            # A server that hangs still holds its port, so no other can be started.
            if isinstance(error.__cause__, PhoneTimeout):
                raise
            with self._lock:
                self._server = None
        return adb.rows(self.server())  # it had ended, and could be started again

    def _devices(
        self, rows: list[Row], anew: Collection[str] = (), *, within_s: float = LOOK_S
    ) -> list[Device]:
        """The rows with what the phones say of themselves. adb refuses a question to one of two phones of the same
        name, which is their serial on USB."""
        names = Counter(row.name for row in rows)
        asked = [row for row in rows if row.state == "device" and names[row.name] == 1]
        looks = dict(zip(asked, self._looks.at(asked, anew, within_s), strict=True))
        return [self._device(row, looks.get(row), names[row.name]) for row in rows]

    def _device(self, row: Row, look: Look | None, count: int) -> Device:
        serial, boot, trouble = self._serials.get(row.name), None, None
        if count > 1:
            serial = row.name
        elif look is not None and look.identity is not None:
            serial, boot = look.identity.serial, look.identity.boot
        elif look is not None:
            trouble = look.trouble
        return Device(serial, row.name, row.state, row.said, boot, trouble, self.address)

    def _identify(self, row: Row) -> Identity:
        assert self._server is not None
        with translated(row.name, "read ro.serialno", sent=False):
            said = self._server.transport(row.name).shell(_WHO, timeout=LOOK_S)
            serial, *rest = said.strip().splitlines() or [""]
        if not serial.strip():
            raise PhoneError(f"{row.name}: it names no ro.serialno", sent=False)
        self._serials[row.name] = serial.strip()
        boot = _BOOT.search("\n".join(rest))
        return Identity(serial.strip(), boot[0] if boot else None)

    def _reconnect(self, serial: str) -> bool:
        """Ask adb to connect again to the addresses at which the phone was last seen.

        adb itself connects again to those that it still lists. It is never told to forget an address first: adb 36
        crashes if that happens while it reconnects.
        """
        addresses = [name for name, known in self._serials.items() if known == serial and is_address(name)]
        for address in addresses:
            try:
                with translated(serial, f"connect to {address}", sent=False):
                    self.server().connect(address, timeout=RECONNECT_TIMEOUT_S)
            except PhoneError:
                continue
        return bool(addresses)
