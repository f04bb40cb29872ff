"""What limits count, as far as this process knows it without asking the ledger each time."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from runner.planning.limits import LOOK_BACK, Usage

Made = Mapping[str, Sequence[datetime]]
"""When effects were made, by kind, oldest first."""


class KnownUsage:
    """What was made on devices and by accounts: read from the ledger once, and what was made since added to it.

    It may hold too much (an effect that was refuted since, one that is too old to count), and never too little: only
    the executor of a ledger begins effects. So what it allows is allowed, and what it forbids is asked of the ledger.
    Whoever changes it holds off all others who make something on these devices or by these accounts; any thread may ask
    meanwhile.
    """

    def __init__(self) -> None:
        self._devices: dict[str, Made] = {}
        self._accounts: dict[str, dict[str | None, Made]] = {}

    def of(self, device: str | None, account: str | None, app: str | None) -> Usage | None:
        """As `Effects.usage`; None if it is not known."""
        on_device = self._devices.get(device) if device else {}
        by_account = self._accounts.get(account, {}).get(app) if account else {}
        return None if on_device is None or by_account is None else Usage(on_device, by_account)

    def learn(self, device: str | None, account: str | None, app: str | None, usage: Usage) -> None:
        """Take over what the ledger has told."""
        if device:
            self._devices[device] = usage.device
        if account:
            self._accounts.setdefault(account, {})[app] = usage.account

    def add(self, device: str | None, account: str | None, kind: str, now: datetime) -> None:
        """An effect has been begun. It counts for each app in which the account is known: it may hold too much."""
        if device and (made := self._devices.get(device)) is not None:
            self._devices[device] = _with(made, kind, now)
        if account and (apps := self._accounts.get(account)) is not None:
            for app, made in apps.items():
                apps[app] = _with(made, kind, now)

    def forget(self, names: Iterable[str]) -> None:
        """Effects on these devices or by these accounts may have been begun."""
        for name in names:
            self._devices.pop(name, None)
            self._accounts.pop(name, None)


def _with(made: Made, kind: str, now: datetime) -> Made:
    # A new mapping: another thread may look at the old one.
    instants = [*made.get(kind, ())]
    insort(instants, now)  # the clock may have been set back
    return {**made, kind: instants[bisect_left(instants, now - LOOK_BACK) :]}
