"""Which account works where: one task at a time for each, on whatever phone."""

import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from runner.execution.lanes import LaneName
from runner.reasons import ReasonKind
from runner.store.account_uses import AccountElsewhere, AccountUses, AccountWish
from runner.store.leases import LaneHold
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


class WantedElsewhere(NamedTuple):
    """An account that a task wants under the hold of its lane, and who keeps it."""

    wish: AccountWish
    hold: LaneHold
    by: AccountElsewhere


class Accounts:
    """The accounts that are in use, and those for which a lane had to wait. Where hosts share the ledger, `uses` knows
    what the others do."""

    def __init__(self, uses: AccountUses) -> None:
        self._uses = uses
        self._lock = threading.Lock()
        self._in_use: dict[str, AccountUse] = {}
        self._wanted: dict[LaneName, Account] = {}
        self._elsewhere: dict[LaneName, WantedElsewhere] = {}

    def claim(
        self, key: str, lane: LaneName, account: Account, hold: LaneHold | None = None
    ) -> LaneName | AccountElsewhere | None:
        """Take an account for a task; returns the other lane that works as this account now, if one does, or why
        another host keeps it. Raises LeaseLost."""
        return self.claim_all([(key, lane, account)], hold).get(key)

    def claim_all(
        self, wishes: Collection[tuple[str, LaneName, Account]], hold: LaneHold | None = None
    ) -> dict[str, LaneName | AccountElsewhere]:
        """As `claim`, for many tasks: returns why those that it refuses must wait, by key."""
        refused: dict[str, LaneName | AccountElsewhere] = {}
        free: list[tuple[str, LaneName, Account]] = []
        for wish in wishes:
            other = self._claim_here(*wish)
            if other is not None:
                refused[wish[0]] = other
            else:
                free.append(wish)
        return refused | (self._claim_there(free, hold) if hold is not None and free else {})

    def obstacle(self, lane: LaneName) -> tuple[Account, LaneName | AccountElsewhere] | None:
        """The account for which a lane had to wait, and where somebody still works as it."""
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

    def recheck(self) -> bool:
        """Look again at what other hosts keep; true if a lane may go on."""
        if not self._elsewhere:  # without the lock, as above
            return False
        freed = False
        for lane, wanted in list(self._elsewhere.items()):
            still = None
            if wanted.hold.is_sure():
                still = self._uses.refusals([wanted.wish], wanted.hold).get(wanted.wish.key)
            with self._lock:
                if self._elsewhere.get(lane) is not wanted:
                    continue
                if still is None:
                    del self._elsewhere[lane]
                    freed = True
                else:
                    self._elsewhere[lane] = wanted._replace(by=still)
        return freed

    def _claim_here(self, key: str, lane: LaneName, account: Account) -> LaneName | None:
        with self._lock:
            other = self._busy_here(account, lane)
            self._elsewhere.pop(lane, None)
            if other is None:
                self._in_use.setdefault(key, AccountUse(lane)).accounts.add(account)
                self._wanted.pop(lane, None)
            else:
                self._wanted[lane] = account
            return other

    def _claim_there(
        self, wishes: Collection[tuple[str, LaneName, Account]], hold: LaneHold
    ) -> dict[str, LaneName | AccountElsewhere]:
        """Take accounts that are free on this host from the other ones too."""
        asked = {key: AccountWish(key, who.app, who.name) for key, _, who in wishes}
        refused = self._uses.claim(list(asked.values()), hold)
        with self._lock:
            for key, lane, who in wishes:
                if key in refused:
                    self._in_use[key].accounts.discard(who)
                    self._wanted[lane] = who
                    self._elsewhere[lane] = WantedElsewhere(asked[key], hold, refused[key])
        return dict(refused)

    def _busy(self, account: Account, lane: LaneName) -> LaneName | AccountElsewhere | None:
        elsewhere = self._elsewhere.get(lane)
        return self._busy_here(account, lane) or (elsewhere.by if elsewhere is not None else None)

    def _busy_here(self, account: Account, lane: LaneName) -> LaneName | None:
        for use in self._in_use.values():
            if use.lane != lane and any(account.is_same(used) for used in use.accounts):
                return use.lane
        return None


def refusal_of(account: Account, by: LaneName | AccountElsewhere) -> tuple[str, ReasonKind]:
    """Why nobody else works as an account now, in words and as programs ask it."""
    if isinstance(by, AccountElsewhere) and by.in_doubt is not None:
        what = f"in doubt: whether the {by.in_doubt} of {by.key} happened is looked up first, on {by.name}"
        return what, ReasonKind.IN_DOUBT
    return f"account {account.name} is busy on {by.name}", ReasonKind.ACCOUNT_BUSY
