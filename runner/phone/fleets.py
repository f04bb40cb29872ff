"""The phones of several adb servers: a phone belongs to the server that lists it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from runner.errors import AdbUnavailable, DeviceNotConnected, PhoneError
from runner.phone.choosing import Device, choose
from runner.phone.fleet import Fleet, PhoneProblem
from runner.phone.looks import LOOK_S
from runner.phone.transport import AdbServer, Transport
from runner.settings import AdbAddress

MOST_PHONES = 250
"""How many phones one adb server can work with at the same time: it ends itself beyond 1,024 open files."""


class _Listing(NamedTuple):
    """What one server lists, or why it lists nothing."""

    devices: list[Device]
    trouble: AdbUnavailable | None = None


class Fleets:
    """The phones of all adb servers of the settings. Any thread may call it.

    One server is asked as if there were no others; of several, one that is away hides only its own phones.
    """

    def __init__(self, servers: Sequence[AdbAddress]) -> None:
        self._fleets = [Fleet(one.port, one.host) for one in servers]
        self._by_address = {fleet.address: fleet for fleet in self._fleets}

    def reach(self, serial: str) -> Transport:
        """The way to the phone with this serial, which has just confirmed it. Raises what `Fleet.find` raises."""
        if len(self._fleets) == 1:
            return self._fleets[0].reach(serial)
        listings = self._listings()
        found = _choose(serial, listings)
        if isinstance(found, Device):
            return self._by_address[found.at].reach(serial)
        is_somewhere = any(device.serial == serial and device.is_ready for device in _devices(listings))
        # One that was lost is known to the server that had it, which connects to it again.
        last = next((fleet for fleet in self._fleets if fleet.has_known(serial)), None)
        if last is None or is_somewhere:
            raise found
        return last.reach(serial)

    def check(self, serials: Iterable[str]) -> list[PhoneProblem]:
        """As `Fleet.check`, for the phones of all servers."""
        if len(self._fleets) == 1:
            return self._fleets[0].check(serials)
        listings = self._listings()
        found = {serial: _choose(serial, listings) for serial in serials}
        return [PhoneProblem(s, e.message, e.hint) for s, e in found.items() if isinstance(e, PhoneError)]

    def devices(self) -> list[Device]:
        """Every phone that a server lists. Raises AdbUnavailable if no server answers."""
        return _all(self._listings())

    def look(self) -> tuple[list[Device], dict[str, AdbUnavailable]]:
        """Every phone that a server lists, and, by address, why a server lists nothing."""
        listings = self._listings()
        troubles = zip(self._fleets, listings, strict=True)
        return _devices(listings), {fleet.address: one.trouble for fleet, one in troubles if one.trouble}

    def listed(self, within_s: float = LOOK_S, *, starts: bool = False) -> list[Device]:
        """The same, of phones that say within so many seconds who they are; no server is started, unless `starts`."""
        return _all(self._listings(within_s, starts=starts))

    def server_of(self, device: Device | None) -> AdbServer:
        """The server that has listed a phone; the first one for None."""
        fleet = self._by_address.get(device.at) if device else None
        return (fleet or self._fleets[0]).asked

    def _listings(self, within_s: float = LOOK_S, *, starts: bool = True) -> list[_Listing]:
        def ask(fleet: Fleet) -> _Listing:
            try:
                return _Listing(fleet.devices(within_s) if starts else fleet.listed_by(fleet.asked, within_s))
            except AdbUnavailable as error:
                return _Listing([], error)

        if len(self._fleets) == 1:
            return [ask(self._fleets[0])]
        with ThreadPoolExecutor(len(self._fleets), "adb servers") as pool:
            return list(pool.map(ask, self._fleets))


def crowded(listed: Iterable[Device]) -> dict[str, str]:
    """What to say of servers that list more phones than one can work with, by address."""
    counts = Counter(device.at for device in listed)
    return {
        at: f"the adb server on {at} lists {count} phones, and one works with {MOST_PHONES} at most: start another, "
        "and name it in RUNNER_ADB_SERVERS"
        for at, count in counts.items()
        if count > MOST_PHONES
    }


def _all(listings: Sequence[_Listing]) -> list[Device]:
    troubles = [one.trouble for one in listings if one.trouble]
    if len(troubles) == len(listings):
        raise troubles[0]
    return _devices(listings)


def _devices(listings: Sequence[_Listing]) -> list[Device]:
    return [device for one in listings for device in one.devices]


def _choose(serial: str, listings: Sequence[_Listing]) -> Device | PhoneError:
    """The phone with this serial. Where nobody lists it, a server that does not answer may have it, and is named."""
    found = choose(serial, _devices(listings))
    away = [one.trouble.message for one in listings if one.trouble]
    if not isinstance(found, DeviceNotConnected) or not away:
        return found
    return type(found)(f"{found.message}; {'; '.join(away)}", hint=found.hint, sent=False)
