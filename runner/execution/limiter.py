"""Limits at run time: before each task and each commit point, what was done is held against a campaign's limits."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

from runner.clock import Clock
from runner.errors import HeldBack
from runner.execution.accounts import Account
from runner.execution.known_usage import KnownUsage
from runner.planning.limits import EffectiveLimits, NotBefore, Usage, limit_answer, next_working_instant
from runner.scripts import SCRIPTS
from runner.store.usage_table import UsageTable
from runner.tasks import Task

WantedEffects = tuple[Task, tuple[tuple[str, str | None], ...]]
"""A task, and the effects that it wants to make: kind and account."""

Made = Mapping[str, Sequence[datetime]]


class CountsEffects(Protocol):
    """Who knows what was made; see the ledger's `Effects`."""

    def usage(
        self, *, device: str | None, account: str | None, now: datetime, app: str | None = None
    ) -> Usage: ...

    def usage_of(self, devices: Collection[str], accounts: Collection[str], now: datetime) -> UsageTable: ...


class Limiter:
    """Says whether an effect may be made now. `limits` gives those of a task's campaign, on the task's clocks; `zone`
    is the fleet's, for limits that span campaigns."""

    def __init__(
        self, effects: CountsEffects, limits: Callable[[Task], EffectiveLimits], zone: tzinfo, clock: Clock
    ) -> None:
        self.zone = zone
        self._effects = effects
        self._limits = limits
        self._clock = clock
        self._known = KnownUsage()
        self._claimed: set[str] = set()
        self._released = threading.Condition()

    def ask(
        self, task: Task, kind: str, account: str | None = None, app: str | None = None
    ) -> NotBefore | None:
        """The limit that forbids an effect of this kind now, or None. One name in two apps is two accounts."""
        now = self._clock.now()
        if self._is_surely_allowed(task, kind, account, app, now):
            return None
        usage = self._effects.usage(device=task.device, account=account, app=app, now=now)
        return self._verdict(self._limits(task), usage, task, kind, account, now)

    def before(self, task: Task) -> NotBefore | None:
        """The limit that forbids now what a task is going to do: of several the one that lasts longest."""
        who = Account.of_task(task)
        name, app = (who.name, who.app) if who else (None, None)
        refusals = [refusal for kind in effects_of(task) if (refusal := self.ask(task, kind, name, app))]
        return max(refusals, key=lambda refusal: refusal.instant_utc, default=None)

    def before_all(self, tasks: Collection[Task]) -> dict[str, NotBefore]:
        """As `before`, for tasks that begin together: each counts what those before it are going to do. Returns, by
        key, those that may not begin."""
        # The tasks of an entry share a config, and its effects are read out of it once for all of them.
        alike: dict[tuple[str, int, str | None], tuple[tuple[str, str | None], ...]] = {}
        wanted: list[WantedEffects] = []
        for task in tasks:
            like = (task.script, id(task.config), task.username)
            if like not in alike:
                alike[like] = _all_effects(task)
            if effects := alike[like]:
                wanted.append((task, effects))
        return self._judge(wanted, self._usage_of(wanted))

    @contextmanager
    def claim(self, task: Task, kind: str, account: str | None, app: str | None = None) -> Iterator[None]:
        """Check an effect, and hold off every other one on its device or by its account until this one is written
        down. Raises HeldBack."""
        with self._alone({name for name in (task.device, account) if name}):
            now = self._clock.now()
            if not self._is_surely_allowed(task, kind, account, app, now):
                usage = self._effects.usage(device=task.device, account=account, app=app, now=now)
                _raise(self._verdict(self._limits(task), usage, task, kind, account, now))
                self._known.learn(task.device, account, app, usage, now)
            yield
            self._known.add(task.device, account, kind, self._clock.now())

    def judge(self, task: Task, kind: str, account: str | None) -> Callable[[Usage], None]:
        """The check of an effect for whoever writes it down under locks that hold off the effects of other hosts too:
        it is given what was made, and raises HeldBack."""

        def judge(usage: Usage) -> None:
            _raise(self._verdict(self._limits(task), usage, task, kind, account, self._clock.now()))

        return judge

    @contextmanager
    def claim_all(self, wanted: Sequence[WantedEffects]) -> Iterator[Mapping[str, NotBefore]]:
        """As `claim`, for many tasks: yields, by key, the limits that forbid the effects of those it refuses."""
        names = {task.device for task, _ in wanted if task.device}
        names |= {account for _, effects in wanted for _, account in effects if account}
        with self.holding_off(names):
            yield self._judge(wanted, self._usage_of(wanted))

    def judge_all(self, wanted: Sequence[WantedEffects], usage: UsageTable) -> Mapping[str, NotBefore]:
        """As `claim_all`, for whoever holds off the effects of all hosts while it asks: `usage` is what was made."""
        return self._judge(wanted, usage)

    @contextmanager
    def holding_off(self, names: Set[str]) -> Iterator[None]:
        """Hold off every effect on these devices or by these accounts, while some are written down."""
        with self._alone(names):
            self._known.forget(names)
            yield

    @contextmanager
    def _alone(self, names: Set[str]) -> Iterator[None]:
        """Hold these devices and accounts. No lock over all: lanes that claim others write at the same time, and share
        a flush to the disk."""
        with self._released:
            # All names at once, never one after the other: so two claims cannot wait for each other.
            self._released.wait_for(lambda: self._claimed.isdisjoint(names))
            self._claimed |= names
        try:
            yield
        except BaseException:
            self._known.forget(names)  # whether it was written down, nobody says
            raise
        finally:
            with self._released:
                self._claimed -= names
                self._released.notify_all()

    def _is_surely_allowed(
        self, task: Task, kind: str, account: str | None, app: str | None, now: datetime
    ) -> bool:
        """Whether an effect is allowed by all that this process knows, which is at least what the ledger counts."""
        usage = self._known.of(task.device, account, app, now)
        return usage is not None and not self._verdict(self._limits(task), usage, task, kind, account, now)

    def _usage_of(self, wanted: Sequence[WantedEffects]) -> UsageTable:
        devices = {task.device for task, _ in wanted if task.device}
        accounts = {account for _, effects in wanted for _, account in effects if account}
        return self._effects.usage_of(devices, accounts, self._clock.now()) if wanted else UsageTable()

    def _judge(self, wanted: Sequence[WantedEffects], usage: UsageTable) -> dict[str, NotBefore]:
        """Refuse a task if a limit forbids one of its effects; its other effects do not count then."""
        now = self._clock.now()
        limits = list({id(one): one for one in (self._limits(task) for task, _ in wanted)}.values())
        # The quick way for thousands of tasks: whatever fits all at once needs no look one by one.
        if len(limits) == 1:
            allowed = set(tasks_that_fit(limits[0], wanted, usage, now, self.zone))
            wanted = [one for one in wanted if one[0].key not in allowed]
            if not wanted:
                return {}
        counted = _Counted(usage)
        refusals: dict[str, NotBefore] = {}
        for task, effects in wanted:
            refusal = self._first_refusal(task, effects, counted, now)
            if refusal is None:
                counted.keep()
            else:
                refusals[task.key] = refusal
                counted.forget()
        return refusals

    def _first_refusal(
        self, task: Task, effects: Sequence[tuple[str, str | None]], counted: "_Counted", now: datetime
    ) -> NotBefore | None:
        """The first limit that forbids a task. It keeps no gap between its own effects: it makes all or none."""
        limits = self._limits(task)
        for kind, account in effects:
            usage = counted.of(task.device, account)
            if (refusal := self._verdict(limits, usage, task, kind, account, now)) is not None:
                return refusal
            counted.add(task.device, account, kind, now)
            if limits.min_gap:
                limits = replace(limits, min_gap=timedelta())
        return None

    def _verdict(
        self,
        limits: EffectiveLimits,
        usage: Usage,
        task: Task,
        kind: str,
        account: str | None,
        now: datetime,
    ) -> NotBefore | None:
        answer = limit_answer(limits, usage, kind, task.device, account, now, self.zone)
        return answer if isinstance(answer, NotBefore) else None


def _raise(refusal: NotBefore | None) -> None:
    if refusal is not None:
        raise HeldBack(refusal.reason, not_before=refusal.instant_utc, kind=refusal.kind)


class _Counted:
    """Usage that grows while effects are decided on, one task after the other."""

    def __init__(self, table: UsageTable) -> None:
        self._devices = {name: _growing(usage) for name, usage in table.devices.items()}
        self._accounts = {name: _growing(usage) for name, usage in table.accounts.items()}
        self._added: list[list[datetime]] = []

    def of(self, device: str | None, account: str | None) -> Usage:
        return Usage(self._devices.get(device or "", {}), self._accounts.get(account or "", {}))

    def add(self, device: str | None, account: str | None, kind: str, now: datetime) -> None:
        for usages, name in ((self._devices, device), (self._accounts, account)):
            if name is not None:
                made = usages.setdefault(name, {}).setdefault(kind, [])
                made.append(now)
                self._added.append(made)

    def keep(self) -> None:
        self._added.clear()

    def forget(self) -> None:
        for made in self._added:
            made.pop()
        self._added.clear()


def _growing(usage: Mapping[str, Sequence[datetime]]) -> dict[str, list[datetime]]:
    return {kind: list(instants) for kind, instants in usage.items()}


def effects_of(task: Task) -> dict[str, int]:
    """How many effects a task makes at most, by kind; empty for a flow of the user's own, which does not say."""
    script = SCRIPTS.get(task.script)
    return script.effects(task.config) if script else {}


def _all_effects(task: Task) -> tuple[tuple[str, str | None], ...]:
    account = Account.of(None, task.username).name if task.username else None
    return tuple((kind, account) for kind, number in effects_of(task).items() for _ in range(number))


def tasks_that_fit(
    limits: EffectiveLimits,
    wanted: Iterable[WantedEffects],
    usage: UsageTable,
    now: datetime,
    fleet_zone: tzinfo,
) -> Iterator[str]:
    """The keys of tasks whose devices and accounts have room for all that these tasks want together.

    Others may still be allowed, looked at one after the other.
    """
    if next_working_instant(limits.working_hours, now, limits.zone or fleet_zone) != now:
        return
    given = list(wanted)
    devices: Counter[tuple[str | None, str]] = Counter()
    accounts: Counter[tuple[str | None, str]] = Counter()
    tasks: Counter[str | None] = Counter()
    alike = Counter((task.device, effects) for task, effects in given)
    for (device, effects), number in alike.items():
        tasks[device] += number
        for kind, account in effects:
            devices[device, kind] += number
            accounts[account, kind] += number
    full_devices = set(_full(limits, "device", devices, usage.devices))
    full_accounts = set(_full(limits, "account", accounts, usage.accounts))
    if limits.min_gap:
        full_devices |= {
            device for device in tasks if device and (tasks[device] > 1 or device in usage.devices)
        }
    too_much = {
        (device, effects)
        for device, effects in alike
        if device in full_devices or any(account in full_accounts for _, account in effects)
    }
    for task, effects in given:
        if not too_much or (task.device, effects) not in too_much:
            yield task.key


def _full(
    limits: EffectiveLimits,
    scope: str,
    wanted: Mapping[tuple[str | None, str], int],
    made: Mapping[str, Made],
) -> Iterator[str]:
    for (name, kind), number in wanted.items():
        if name is None:
            continue
        total = number + len(made.get(name, {}).get(kind, ()))
        if any(total > cap.at_most for cap in limits.caps.get(kind, ()) if cap.scope == scope):
            yield name
