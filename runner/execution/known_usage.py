"""What limits count, as far as this process knows it without asking the ledger each time."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from runner.planning.limits import LOOK_BACK, Usage


@dataclass(frozen=True, slots=True)
class _Made:
    """When effects were made, by kind, oldest first; what is older than LOOK_BACK before `asked` may be left out."""

    by_kind: Mapping[str, Sequence[datetime]]
    asked: datetime

    def with_one(self, kind: str, now: datetime) -> Self:
        """This, and an effect made now; a new object, since another thread may look at this one."""
        instants = [*self.by_kind.get(kind, ())]
        insort(instants, now)  # the clock may have been set back
        kept = instants[bisect_left(instants, now - LOOK_BACK) :]
        return type(self)({**self.by_kind, kind: kept}, max(self.asked, now))


class KnownUsage:
    """What was made on devices and by accounts: read from the ledger once, and what was made since added to it.

    It may hold too much (an effect that was refuted since, one that is too old to count), and never too little: only
    the executor of a ledger begins effects. So what it allows is allowed, and what it forbids is asked of the ledger.
    Whoever changes it holds off all others who make something on these devices or by these accounts; any thread may ask
    meanwhile.
    """

    def __init__(self) -> None:
        self._devices: dict[str, _Made] = {}
        self._accounts: dict[str, dict[str | None, _Made]] = {}

    def of(self, device: str | None, account: str | None, app: str | None, now: datetime) -> Usage | None:
        """As `Effects.usage`; None if it is not known, or was known later than now: the clock has been set back, and
        what was too old to count then may count again."""
        nothing = _Made({}, now)
        on_device = self._devices.get(device) if device else nothing
        by_account = self._accounts.get(account, {}).get(app) if account else nothing
        if on_device is None or by_account is None or max(on_device.asked, by_account.asked) > now:
            return None
        return Usage(on_device.by_kind, by_account.by_kind)

    def learn(
        self, device: str | None, account: str | None, app: str | None, usage: Usage, now: datetime
    ) -> None:
        """Take over what the ledger has told."""
        if device:
            self._devices[device] = _Made(usage.device, now)
        if account:
            self._accounts.setdefault(account, {})[app] = _Made(usage.account, now)

    def add(self, device: str | None, account: str | None, kind: str, now: datetime) -> None:
        """An effect has been begun. It counts for each app in which the account is known: it may hold too much."""
        if device and (made := self._devices.get(device)) is not None:
            self._devices[device] = made.with_one(kind, now)
        if account and (apps := self._accounts.get(account)) is not None:
            for app, made in apps.items():
                apps[app] = made.with_one(kind, now)

    def forget(self, names: Iterable[str]) -> None:
        """Effects on these devices or by these accounts may have been begun."""
        for name in names:
            self._devices.pop(name, None)
            self._accounts.pop(name, None)
