"""Which account works where: one task at a time for each, on whatever phone."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from runner.execution.lanes import LaneName
from runner.targets import account
from runner.tasks import Task


@dataclass(frozen=True, slots=True)
class Account:
    """An account of an app, lower case with its `@`. `app` is None where it is not known: it may be any app."""

    app: str | None
    name: str

    @classmethod
    def of(cls, app: str | None, name: str) -> "Account":
        return cls(app, account(name))

    @classmethod
    def of_task(cls, task: Task) -> "Account | None":
        """The account as which a task works, if it names one. The other side of a batch chooses the app."""
        return cls.of(task.options.app if task.device else None, task.username) if task.username else None

    def is_same(self, other: "Account") -> bool:
        return self.name == other.name and (self.app == other.app or None in (self.app, other.app))


@dataclass(slots=True)
class AccountUse:
    """The lane of a task, and the accounts that it works as."""

    lane: LaneName
    accounts: set[Account] = field(default_factory=set)


class Accounts:
    """The accounts that are in use, and those for which a lane had to wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_use: dict[str, AccountUse] = {}
        self._wanted: dict[LaneName, Account] = {}

    def claim(self, key: str, lane: LaneName, account: Account) -> LaneName | None:
        """Take an account for a task; returns the other lane that works as this account now, if one does."""
        with self._lock:
            other = self._busy(account, lane)
            if other is None:
                self._in_use.setdefault(key, AccountUse(lane)).accounts.add(account)
                self._wanted.pop(lane, None)
            else:
                self._wanted[lane] = account
            return other

    def obstacle(self, lane: LaneName) -> tuple[Account, LaneName] | None:
        """The account for which a lane had to wait, and the lane that still works as it."""
        if lane not in self._wanted:  # without the lock: asked before each task, and hardly ever true
            return None
        with self._lock:
            account = self._wanted.get(lane)
            other = self._busy(account, lane) if account is not None else None
            if account is None or other is None:
                self._wanted.pop(lane, None)
                return None
            return account, other

    def is_free(self, lane: LaneName) -> bool:
        """Whether a lane has waited for an account that nobody works as any longer."""
        with self._lock:
            account = self._wanted.get(lane)
            return account is not None and self._busy(account, lane) is None

    def release(self, keys: Iterable[str]) -> set[LaneName]:
        """Take the accounts back from tasks that have ended; returns the lanes that waited for one of them."""
        with self._lock:
            ended = [self._in_use.pop(key) for key in keys if key in self._in_use]
            accounts = {account for use in ended for account in use.accounts}
            return {
                lane
                for lane, wanted in self._wanted.items()
                if any(account.is_same(wanted) for account in accounts)
            }

    def _busy(self, account: Account, lane: LaneName) -> LaneName | None:
        for use in self._in_use.values():
            if use.lane != lane and any(account.is_same(used) for used in use.accounts):
                return use.lane
        return None
