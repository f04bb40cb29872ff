"""Which phones can be reached now. A phone is its `ro.serialno`; adb's transport is only the way to it."""

import re
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import adbutils

from runner.errors import (
    DeviceNotConnected,
    DeviceOffline,
    DeviceUnauthorized,
    PhoneError,
)
from runner.phone import adb
from runner.phone.translate import hint, translated
from runner.phone.transport import AdbServer

GETPROP_TIMEOUT_S = 5.0
RECONNECT_TIMEOUT_S = 5.0
PARALLEL = 16

_ADDRESS = re.compile(r"^[^\s:]+:\d+$")


@dataclass(frozen=True, slots=True)
class Device:
    """One phone as adb sees it now.

    `serial` is its `ro.serialno`, None where the phone could not be asked and was not known before;
    `transport` is adb's own name for the way to it; `state` is adb's word (`device`, `offline`,
    `unauthorized`).
    """

    serial: str | None
    transport: str
    state: str
    model: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a phone cannot be used now, and what to do."""

    serial: str
    message: str
    hint: str | None = None


class Fleet:
    """The phones of one adb server.

    While it lives it remembers which transport led to which phone, so that it can name one that went offline.
    """

    def __init__(self, adb_port: int) -> None:
        self._adb_port = adb_port
        self._serials: dict[str, str] = {}
        self._lock = threading.Lock()

    def server(self) -> AdbServer:
        """The adb server, started if need be. Raises AdbUnavailable."""
        with self._lock:  # lanes that start together must not start two servers
            return adb.connect(self._adb_port)

    def devices(self) -> list[Device]:
        """Every phone that adb lists, asked for its serial in parallel. Raises AdbUnavailable."""
        return self.listed_by(self.server())

    def listed_by(self, server: AdbServer) -> list[Device]:
        """The same of a server that need not be there: none is started. Raises PhoneError."""
        with translated("adb server", "list the devices", sent=False):
            infos = server.list(extended=True)
        if not infos:
            return []
        with ThreadPoolExecutor(min(PARALLEL, len(infos))) as pool:
            serials = pool.map(lambda info: self._serial(server, info.serial, info.state), infos)
            return [_device(info, serial) for serial, info in zip(serials, infos, strict=True)]

    def find(self, serial: str) -> Device:
        """The phone with this serial, ready for work.

        Raises DeviceNotConnected, DeviceOffline or DeviceUnauthorized; AdbUnavailable without a server. A
        phone that was reached over the network before is connected again.
        """
        known = self._known(serial)
        if known is not None:
            return known
        first = choose(serial, self.devices())
        if isinstance(first, Device):
            return first
        again = choose(serial, self.devices()) if self._reconnect(serial) else first
        if isinstance(again, Device):
            return again
        raise first

    def check(self, serials: Iterable[str]) -> list[Problem]:
        """What is wrong with these phones, in their order; empty if all are ready. Raises AdbUnavailable."""
        devices = self.devices()
        found = {serial: choose(serial, devices) for serial in serials}
        return [Problem(s, e.message, e.hint) for s, e in found.items() if isinstance(e, PhoneError)]

    def _known(self, serial: str) -> Device | None:
        """The phone where it was seen last, if it is ready there: then no other phone need be asked."""
        server = self.server()
        with translated("adb server", "list the devices", sent=False):
            infos = [info for info in server.list(extended=True) if self._serials.get(info.serial) == serial]
        devices = [_device(info, self._serial(server, info.serial, info.state)) for info in infos]
        found = choose(serial, devices)
        return found if isinstance(found, Device) else None

    def _serial(self, server: AdbServer, transport: str, state: str) -> str | None:
        if state != "device":
            return self._serials.get(transport)
        try:
            with translated(transport, "read ro.serialno", sent=False):
                serial = server.transport(transport).shell("getprop ro.serialno", timeout=GETPROP_TIMEOUT_S)
        except PhoneError:
            return self._serials.get(transport)
        if serial.strip():
            self._serials[transport] = serial.strip()
        return serial.strip() or None

    def _reconnect(self, serial: str) -> bool:
        """Ask adb to connect again to the addresses at which the phone was last seen.

        Those that it still lists it connects again by itself. It is never told to forget them first: adb 36
        crashes if that meets its own reconnecting.
        """
        addresses = [t for t, known in self._serials.items() if known == serial and _ADDRESS.match(t)]
        for address in addresses:
            try:
                with translated(serial, f"connect to {address}", sent=False):
                    self.server().connect(address, timeout=RECONNECT_TIMEOUT_S)
            except PhoneError:
                continue
        return bool(addresses)


def _device(info: adbutils.AdbDeviceInfo, serial: str | None) -> Device:
    return Device(serial, info.serial, info.state, info.tags.get("model", "").replace("_", " "))


def choose(serial: str, devices: list[Device]) -> Device | PhoneError:
    """The phone with this serial among those that adb lists, or the error that says why it cannot be used.

    Of several ways to one phone a ready one wins, and USB before the network.
    """
    same = [device for device in devices if device.serial == serial]
    ready = [device for device in same if device.state == "device"]
    if ready:
        return min(ready, key=lambda device: bool(_ADDRESS.match(device.transport)))
    if same:
        return _unusable(serial, same[0])
    return _absent(serial, devices)


def _unusable(serial: str, device: Device) -> PhoneError:
    kind: type[PhoneError] = DeviceNotConnected
    if device.state == "offline":
        kind = DeviceOffline
    elif device.state in ("unauthorized", "authorizing"):
        kind = DeviceUnauthorized
    way = "" if device.transport == serial else f" (as {device.transport})"
    return kind(f"{serial}: adb lists it{way} as {device.state}", hint=hint(kind), sent=False)


def _absent(serial: str, devices: list[Device]) -> PhoneError:
    """adb names a phone on USB by its serial, so that name identifies it even if it cannot be asked."""
    named = [device for device in devices if device.transport == serial]
    if named and named[0].state != "device":
        return _unusable(serial, named[0])
    message = f"{serial}: no connected phone has this serial"
    connected = sorted(device.serial for device in devices if device.serial)
    if connected:
        message += "; connected: " + ", ".join(connected)
    unread = [f"{device.transport} ({device.state})" for device in devices if device.serial is None]
    if unread:
        message += "; not readable: " + ", ".join(unread)
    advice = hint(DeviceNotConnected)
    if named and named[0].serial:
        advice = (
            f"{serial} is only the address of the phone {named[0].serial}: write {named[0].serial} instead"
        )
    return DeviceNotConnected(message, hint=advice, sent=False)
