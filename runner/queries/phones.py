"""The phones that campaigns work on, as adb sees them now."""

import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.plannable_entry import plannable_entries

PATIENCE_S = 1.5
"""How long to wait for all phones together: one that does not say who it is keeps no other from being shown."""


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """A phone: `state` is adb's word, `not found` if adb does not list it, `unknown` if adb was not asked.

    A transport that adb lists and whose serial nobody knows, such as an address that is offline, is one too.
    """

    serial: str
    state: str


def devices_of(campaigns: Iterable[ResolvedCampaign]) -> tuple[str, ...]:
    """The devices on which campaigns work, each once."""
    lanes = (lane for plannable in plannable_entries(campaigns) for lane in plannable.lanes)
    return tuple(dict.fromkeys(lane.device for lane in lanes if lane.device))


def phones_now(adb_port: int, declared: Sequence[str]) -> tuple[list[PhoneLine], str | None]:
    """The declared phones, by serial, as adb sees them now, and whatever else it lists that is not ready; and why adb
    cannot be asked, if so. It starts no adb server, and does not wait for one that hangs (`adb.ANSWER_S`)."""
    if not declared:
        return [], None
    unknown = [PhoneLine(serial, "unknown") for serial in declared]
    if not _is_served(adb_port):
        return unknown, f"adb cannot be asked: no adb server answers on 127.0.0.1:{adb_port}"
    from runner.errors import PhoneError
    from runner.phone.fleet import Fleet  # slow to import, and of use only where there is a server
    from runner.phone.transport import AdbServer

    try:
        listed = Fleet(adb_port).listed_by(AdbServer(adb_port), PATIENCE_S)
    except PhoneError as error:
        return unknown, f"adb cannot be asked: {error.message}"
    found = {device.serial or device.transport: device.state for device in listed}
    phones = [PhoneLine(serial, found.pop(serial, "not found")) for serial in declared]
    return phones + [PhoneLine(name, state) for name, state in found.items() if state != "device"], None


def _is_served(port: int) -> bool:
    """Whether anything listens at a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), PATIENCE_S).close()
    except ConnectionRefusedError:
        return False
    except OSError:  # whoever asks in earnest says what is wrong
        return True
    return True
