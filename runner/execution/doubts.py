"""What attempts have begun on phones and nobody has looked at yet: it is proved before anything else goes on there."""

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from runner.clock import Clock
from runner.errors import HeldBack
from runner.execution.accounts import Account
from runner.execution.limiter import effects_of
from runner.execution.requests import Refusal
from runner.reasons import ReasonKind
from runner.store.ledger import Ledger
from runner.store.rows import TaskRow
from runner.tasks import Effect, Task

FIRST_LOOK = timedelta(seconds=60)
"""How long a task waits for the first look at a doubt at the latest; it goes on as soon as that look has ended."""

BY_SOMEBODY = timedelta(days=1)
"""How long it waits where this process does not look; `Doubts.recheck` notices earlier that somebody else has."""


@dataclass(slots=True)
class Doubt:
    """The effects of one task that were begun and not proved. Until this process `has_looked`, nothing else touches
    the phone or the account; after a look that came to nothing, only effects of other kinds do. The next look is at
    `again_utc` (None: when a person or another process has done something)."""

    task: Task
    effects: tuple[Effect, ...]
    again_utc: datetime | None = None
    has_looked: bool = False

    @property
    def kinds(self) -> set[str]:
        return {effect.kind for effect in self.effects}

    @property
    def accounts(self) -> set[Account]:
        return {Account.of(effect.app, effect.account) for effect in self.effects if effect.account}

    def is_of(self, account: Account) -> bool:
        return any(account.is_same(one) for one in self.accounts)

    @property
    def reason(self) -> str:
        what = " and ".join(sorted(self.kinds))
        if self.has_looked:
            return f"in doubt: the {what} of {self.task.key} is not proved yet"
        return f"in doubt: whether the {what} of {self.task.key} happened is looked up first"


class Doubts:
    """Any thread may ask. It leaves out the backends in `batched`: they find what they began on the other side, for
    each task by itself, whatever else goes on there."""

    def __init__(self, ledger: Ledger, batched: Collection[str], clock: Clock) -> None:
        self._ledger, self._batched, self._clock = ledger, batched, clock
        self._lock = threading.Lock()
        self._doubts: dict[str, Doubt] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._doubts

    def read(self, is_ours: Callable[[Task], bool] = lambda task: True) -> list[TaskRow]:
        """Take over what dead processes have left in doubt of tasks that are ours; returns these, which are proved
        first."""
        rows = []
        for key, effects in self._ledger.effects.doubts(self._batched).items():
            if (row := self._ledger.tasks.get(key)) is not None and is_ours(row.task):
                self._doubts[key] = Doubt(row.task, tuple(effects))
                rows.append(row)
        return rows

    def recheck(self) -> bool:
        """Let go of what somebody else has settled; true if there was any."""
        if not self._doubts:
            return False
        # Outside of the lock, for which each commit point waits.
        left = self._ledger.effects.doubts(self._batched)
        with self._lock:
            settled = [key for key in self._doubts if key not in left]
            for key in settled:
                del self._doubts[key]
        return bool(settled)

    def looked(self, task: Task, effects: Iterable[Effect], again_utc: datetime | None) -> None:
        """Take note of the effects of a task whose attempt has ended, as they are now."""
        left = tuple(effect for effect in effects if effect.state.is_in_doubt)
        with self._lock:
            if left:
                self._doubts[task.key] = Doubt(task, left, again_utc, has_looked=True)
            else:
                self._doubts.pop(task.key, None)

    def put_off(self, key: str) -> bool:
        """Nobody can look at this task for now; true if others, which waited for that look, may go on."""
        with self._lock:
            doubt = self._doubts.get(key)
            if doubt is None:
                return False
            had_looked, doubt.has_looked, doubt.again_utc = doubt.has_looked, True, None
            return not had_looked

    # what it keeps from going on

    def refusal(self, task: Task) -> Refusal | None:
        """Why a task may not begin, as far as one can tell before it does."""
        if not self._doubts:
            return None
        account = Account.of_task(task)
        kinds = {kind for kind, count in effects_of(task).items() if count}

        def is_near(doubt: Doubt) -> bool:
            is_on_its_phone = task.device is not None and task.device == doubt.task.device
            return is_on_its_phone or (account is not None and doubt.is_of(account))

        doubt = self._first(task, lambda one: is_near(one) and (not one.has_looked or kinds & one.kinds))
        if doubt is None:
            return None
        until = doubt.again_utc if doubt.has_looked else self._clock.now() + FIRST_LOOK
        return Refusal(doubt.reason, ReasonKind.IN_DOUBT, until)

    def ask_as(self, task: Task, account: Account) -> None:
        """Whether an attempt may go on as this account. Raises HeldBack until somebody has looked at its doubts."""
        self._raise(self._first(task, lambda one: not one.has_looked and one.is_of(account)))

    def ask(self, task: Task, kind: str, account: Account | None) -> None:
        """Whether an attempt may make an effect. Raises HeldBack while one of its kind is in doubt."""

        def is_alike(doubt: Doubt) -> bool:
            if account is not None and doubt.accounts:
                return kind in doubt.kinds and doubt.is_of(account)
            return kind in doubt.kinds and task.device is not None and task.device == doubt.task.device

        self._raise(self._first(task, is_alike))

    def _first(self, task: Task, condition: Callable[[Doubt], object]) -> Doubt | None:
        """The first doubt that keeps a task back."""
        with self._lock:
            # The attempt at a task in doubt is the look itself: two of them on one phone must not wait for each other.
            if task.key in self._doubts:
                return None
            return next((doubt for doubt in self._doubts.values() if condition(doubt)), None)

    def _raise(self, doubt: Doubt | None) -> None:
        if doubt is not None:
            wait = BY_SOMEBODY if doubt.has_looked else FIRST_LOOK
            again = doubt.again_utc or self._clock.now() + wait
            raise HeldBack(doubt.reason, not_before=again, kind=ReasonKind.IN_DOUBT)
