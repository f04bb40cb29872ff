"""Looks at phones and adb, and finds what is wrong with them."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path

from runner.backend_registry import declared
from runner.campaign.resolve import ResolvedCampaign
from runner.clock import format_instant
from runner.errors import PhoneError
from runner.phone import adb, adb_programs
from runner.phone.choosing import Device
from runner.phone.condition import Condition, condition
from runner.phone.fleet import Fleet
from runner.phone.fleets import Fleets
from runner.phone.transport import AdbServer
from runner.queries.phone_findings import (
    Finding,
    of_adb,
    of_campaigns,
    of_condition,
    of_device,
    of_devices,
    of_host,
    of_ledger,
    of_servers,
)
from runner.settings import AdbAddress
from runner.store.host_rows import HostTable
from runner.store.last_good import resolved_in_force
from runner.store.ledger import Ledger
from runner.store.phone_rows import by_device
from runner.store.request_rows import PauseScope

PARALLEL = 16
"""How many phones are asked at the same time."""


@dataclass(frozen=True, slots=True)
class KeptBack:
    """What a ledger says of phones, by serial: why each is on hold, who has paused it, and which campaigns in force
    use it; and the hosts that share it, if it is shared. `zone` is that of times."""

    holds: Mapping[str, str] = field(default_factory=dict)
    pauses: Mapping[str, str] = field(default_factory=dict)
    used_by: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hosts: HostTable | None = None
    zone: tzinfo = UTC

    @classmethod
    def of(cls, ledger: Ledger | None, zone: tzinfo = UTC) -> "KeptBack":
        """Without a ledger nothing is kept back."""
        if ledger is None:
            return cls()
        holds = {serial: hold.reason for serial, hold in by_device(ledger.holds.current()).items()}
        pauses = [one for one in ledger.pauses.current() if one.scope is PauseScope.DEVICE]
        paused = {one.subject or "": one.by for one in pauses}
        used_by = phones_of(resolved_in_force(ledger).values())
        return cls(holds, paused, used_by, ledger.hosts_now.table(), zone)

    @property
    def expected(self) -> dict[str, Sequence[str]]:
        """The phones of campaigns, but for those that a host has: they may be on another computer."""
        return {
            serial: campaigns
            for serial, campaigns in self.used_by.items()
            if self.hosts is None or self.hosts.keeper(serial) is None
        }

    def findings(self, serial: str) -> Iterator[Finding]:
        yield from of_ledger(serial, self.holds.get(serial), self.pauses.get(serial))
        keeper = self.hosts.keeper(serial) if self.hosts else None
        yield from of_host(serial, keeper, lambda instant: format_instant(instant, self.zone))


FREE = KeptBack()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`phones` are those that adb lists, by serial or adb's name; `findings` what is wrong, adb before phones."""

    adb_port: int
    adb_version: int
    phones: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def is_well(self) -> bool:
        return not any(finding.is_wrong for finding in self.findings)


def diagnose(
    servers: Sequence[AdbAddress], kept_back: KeptBack, *, proc: Path = adb_programs.PROC
) -> Diagnosis:
    """Look at the adb of this computer and its server, which is the first of these, and at each phone that any of them
    lists. Starts a server on the default port if none runs. Raises AdbUnavailable."""
    fleets, own = Fleets(servers), servers[0]
    version = adb.version(Fleet(own.port, own.host).server())
    devices, away = fleets.look()
    named = {server.port for server in servers}
    others = [one for one in adb_programs.servers(proc) if one.port not in named]
    findings = list(of_adb(own.port, version, adb_programs.programs(os.environ), others))
    findings += [*of_servers(away), *of_devices(devices)]
    names = tuple(sorted({device.serial or device.transport for device in devices}))
    ready = _ready(devices)
    with ThreadPoolExecutor(PARALLEL) as pool:
        conditions = dict(
            zip(ready, pool.map(lambda one: ask(fleets.server_of(one), one), ready.values()), strict=True)
        )
    for name in names:
        told = conditions.get(name)
        findings += of_condition(name, told) if told is not None else ()
        findings += kept_back.findings(name)
    findings += [
        one for serial in kept_back.holds if serial not in names for one in kept_back.findings(serial)
    ]
    findings += of_campaigns(kept_back.expected, names)
    return Diagnosis(own.port, version, names, tuple(findings))


def phones_of(campaigns: Iterable[ResolvedCampaign]) -> dict[str, list[str]]:
    """The phones on which these campaigns work through adb, each with the names of the campaigns."""
    found: dict[str, list[str]] = {}
    for campaign in campaigns:
        if declared(campaign.backend).can_rehearse:  # it reaches phones, and by adb alone
            for serial in {serial: None for entry in campaign.entries for serial in entry.phones}:
                found.setdefault(serial, []).append(campaign.name)
    return found


def ask(server: AdbServer, device: Device) -> Condition | None:
    """How a phone is; None if it does not answer."""
    try:
        return condition(server.transport(device.transport), device.serial or device.transport)
    except PhoneError:
        return None


def _ready(devices: Sequence[Device]) -> dict[str, Device]:
    """A way to each phone that can be used."""
    found: dict[str, Device] = {}
    for device in devices:
        if device.serial is None or not device.is_ready or device.serial in found:
            continue
        same = [one for one in devices if one.serial == device.serial]
        if of_device(device.serial, device, same) is None:
            found[device.serial] = device
    return found
