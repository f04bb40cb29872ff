"""The phones that campaigns work on, as adb sees them now."""

import socket
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.plannable_entry import plannable_entries
from runner.settings import AdbAddress
from runner.store.asked.file import whole
from runner.store.asked.ledger import AskedLedger
from runner.store.phone_rows import AWAY, READY

PATIENCE_S = 1.5
"""How long to wait for all phones together: one that does not say who it is keeps no other from being shown."""


class PhoneLine(NamedTuple):
    """A phone: `state` is adb's word, `not found` if adb does not list it, `unknown` if adb was not asked.

    A transport that adb lists and whose serial nobody knows, such as an address that is offline, is one too.
    """

    serial: str
    state: str


def phones_of_hosts(ledger: AskedLedger, declared: Sequence[str]) -> list[PhoneLine]:
    """The declared phones as the hosts that see them wrote down last, and whatever else is not ready: adb on this
    machine knows only of its own."""
    states = whole(ledger).phones.latest()
    known = {serial: "not found" if one.state == AWAY else one.state for serial, one in states.items()}
    phones = [PhoneLine(serial, known.pop(serial, "unknown")) for serial in declared]
    return phones + [
        PhoneLine(serial, state) for serial, state in known.items() if state not in (READY, "not found")
    ]


def devices_of(campaigns: Iterable[ResolvedCampaign]) -> tuple[str, ...]:
    """The devices on which campaigns work, each once."""
    lanes = (lane for plannable in plannable_entries(campaigns) for lane in plannable.lanes)
    return tuple(dict.fromkeys(lane.device for lane in lanes if lane.device))


def phones_now(servers: Sequence[AdbAddress], declared: Sequence[str]) -> tuple[list[PhoneLine], str | None]:
    """The declared phones, by serial, as adb sees them now, and whatever else it lists that is not ready; and why adb
    cannot be asked, if so. It starts no adb server, and does not wait for one that hangs (`adb.ANSWER_S`)."""
    if not declared:
        return [], None
    unknown = [PhoneLine(serial, "unknown") for serial in declared]
    if not any(map(_is_served, servers)):
        where = " or ".join(f"{one.host}:{one.port}" for one in servers)
        return unknown, f"adb cannot be asked: no adb server answers on {where}"
    from runner.errors import PhoneError
    from runner.phone.fleets import Fleets  # slow to import, and of use only where there is a server

    try:
        listed = Fleets(servers).listed(PATIENCE_S)
    except PhoneError as error:
        return unknown, f"adb cannot be asked: {error.message}"
    # What is ready comes last: it counts, whatever another server says of the same phone.
    ordered = sorted(listed, key=lambda device: device.state == "device")
    found = {device.serial or device.transport: device.state for device in ordered}
    phones = [PhoneLine(serial, found.pop(serial, "not found")) for serial in declared]
    return phones + [PhoneLine(name, state) for name, state in found.items() if state != "device"], None


def _is_served(server: AdbAddress) -> bool:
    """Whether anything listens there."""
    try:
        socket.create_connection(server, PATIENCE_S).close()
    except ConnectionRefusedError:
        return False
    except OSError:  # whoever asks in earnest says what is wrong
        return True
    return True
