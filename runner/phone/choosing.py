"""Chooses which of the transports that adb lists leads to a phone, or says why none can be used. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from runner.errors import DeviceNotConnected, DeviceOffline, DeviceUnauthorized, PhoneError, PhoneTimeout
from runner.phone.listing import NO_PERMISSIONS
from runner.phone.translate import hint

_ADDRESS = re.compile(r"^(?:\[[^\]\s]+\]|[^\s:]+):\d+$")
_SERVICE = "._adb"
"""Part of the names that adb gives to phones that it found on the network by itself (mDNS)."""

UDEV = (
    "let your user open phones on USB: install Android's udev rules (on Debian and Ubuntu the package "
    "android-sdk-platform-tools-common, on Arch android-udev), join the group plugdev, log in again, run "
    "`adb kill-server`, and replug the phone"
)


@dataclass(frozen=True, slots=True)
class Device:
    """One phone as adb sees it now.

    `serial` is its `ro.serialno`, None where the phone could not be asked and was not known before; `transport` is
    adb's own name for the way to it; `state` is adb's word (`device`, `offline`, `unauthorized`), and `said` what adb
    adds to that. `boot` tells phones of one serial apart, where they tell it. `trouble` is why a phone that adb
    calls ready does not say who it is. `at` is the address of the adb server that lists it.
    """

    serial: str | None
    transport: str
    state: str
    said: str = ""
    boot: str | None = None
    trouble: PhoneError | None = None
    at: str = field(default="", compare=False)

    @property
    def is_ready(self) -> bool:
        return self.state == "device" and self.trouble is None

    @property
    def is_on_network(self) -> bool:
        return is_address(self.transport) or _SERVICE in self.transport

    @property
    def words(self) -> str:
        """Its state, with all that is known of it."""
        if self.state == "device" and self.trouble:
            return "device, but it does not answer"
        return f"{self.state} {self.said}".strip()


def is_address(transport: str) -> bool:
    """Whether adb's name for a phone is where `adb connect` reaches it."""
    return bool(_ADDRESS.match(transport))


def choose(serial: str, devices: Sequence[Device]) -> Device | PhoneError:
    """The phone with this serial among those that adb lists, or the error that says why it cannot be used.

    Of several ways to one phone a ready one wins, and USB before the network. Where they lead to several phones,
    none is used.
    """
    servers = {device.at for device in devices if device.serial == serial and device.is_ready}
    if len(servers) > 1:
        return _at_several_servers(serial, [[d for d in devices if d.at == at] for at in sorted(servers)])
    if servers:  # what another server knows of a phone that is not ready there does not matter
        devices = [device for device in devices if device.at in servers]
    same = [device for device in devices if device.serial == serial]
    ready = [device for device in same if device.is_ready]
    if _are_several(same, ready):
        return _several(serial, same)
    if ready:
        # False sorts before True: a cable drops out less often than a network.
        return min(ready, key=lambda device: device.is_on_network)
    if same:
        return _unusable(serial, same[0])
    return _absent(serial, devices)


def _are_several(same: Sequence[Device], ready: Sequence[Device]) -> bool:
    """Whether these ways lead to more than one phone. One phone has one name on USB, and says by every way when it
    was started; of two ways of one kind that do not say it, nothing proves that they lead to one."""
    # adb lists two phones with one serial on USB under the same name.
    if any(count > 1 for count in Counter(device.transport for device in same).values()):
        return True
    # Some makers give many phones one serial; the kernel's boot id differs even then.
    if len({device.boot for device in ready if device.boot}) > 1:
        return True
    kinds = Counter(device.is_on_network for device in ready)
    return any(device.boot is None and kinds[device.is_on_network] > 1 for device in ready)


def _at_several_servers(serial: str, listings: Sequence[Sequence[Device]]) -> Device | PhoneError:
    """Each server has a phone of this serial that is ready. It is one phone, by its cable at one of them and over the
    network at another, only if it says so itself."""
    chosen = [choose(serial, devices) for devices in listings]
    found = [one for one in chosen if isinstance(one, Device)]
    if len(found) < len(chosen):
        return next(one for one in chosen if isinstance(one, PhoneError))
    if len({device.boot for device in found}) == 1 and found[0].boot is not None:
        return min(found, key=lambda device: device.is_on_network)
    ways = ", ".join(f"{device.transport} at {device.at}" for device in found)
    return DeviceNotConnected(
        f"{serial}: more than one adb server lists a phone with this serial, so none of them is used: {ways}",
        hint="disconnect all but the one that is meant; some makers give many phones the same serial",
        sent=False,
    )


def _several(serial: str, devices: Sequence[Device]) -> PhoneError:
    ways = ", ".join(
        f"{device.transport} ({'network' if device.is_on_network else 'USB'})" for device in devices
    )
    return DeviceNotConnected(
        f"{serial}: more than one phone has this serial, so none of them is used: {ways}",
        hint="disconnect all but the one that is meant; some makers give many phones the same serial",
        sent=False,
    )


def _unusable(serial: str, device: Device) -> PhoneError:
    way = "" if device.transport == serial else f" (as {device.transport})"
    if device.trouble is not None:
        kind = type(device.trouble)
        message = (
            f"{serial}: adb lists it{way} as device, but it does not say who it is: {device.trouble.message}"
        )
        return kind(message, hint=device.trouble.hint or hint(PhoneTimeout), sent=False)
    kind = DeviceNotConnected
    advice = None
    if device.state == "offline":
        kind = DeviceOffline
    elif device.state in ("unauthorized", "authorizing"):
        kind = DeviceUnauthorized
    elif device.state == NO_PERMISSIONS:
        advice = UDEV
    return kind(f"{serial}: adb lists it{way} as {device.words}", hint=advice or hint(kind), sent=False)


def _absent(serial: str, devices: Sequence[Device]) -> PhoneError:
    """adb names a phone on USB by its serial, so the name identifies a phone even if it cannot be asked."""
    named = [device for device in devices if device.transport == serial]
    if named and not named[0].is_ready:
        return _unusable(serial, named[0])
    message = f"{serial}: no connected phone has this serial"
    connected = sorted({device.serial for device in devices if device.serial})
    if connected:
        message += "; connected: " + ", ".join(connected)
    unread = [device for device in devices if device.serial is None]
    if unread:
        message += "; not readable: " + ", ".join(f"{device.transport} ({device.words})" for device in unread)
    advice = hint(DeviceNotConnected)
    if any(device.state == NO_PERMISSIONS for device in unread):
        advice = UDEV
    if named and named[0].serial:
        advice = (
            f"{serial} is only the address of the phone {named[0].serial}: write {named[0].serial} instead"
        )
    return DeviceNotConnected(message, hint=advice, sent=False)
