"""What limits count, of several devices and accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from runner.planning.limits import Usage


@dataclass(frozen=True, slots=True)
class UsageTable:
    """What limits count, by device and by account, then by kind. See `planning.limits.Usage`."""

    devices: Mapping[str, Mapping[str, Sequence[datetime]]] = field(default_factory=dict)
    accounts: Mapping[str, Mapping[str, Sequence[datetime]]] = field(default_factory=dict)

    def of(self, device: str | None, account: str | None) -> Usage:
        """The usage of one device and one account, each of which may be unknown."""
        return Usage(self.devices.get(device or "", {}), self.accounts.get(account or "", {}))
