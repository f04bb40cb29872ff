"""Limits at run time: what was done held against a campaign's limits, before each task and commit point."""

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
from runner.planning.limits import EffectiveLimits, NotBefore, Usage, limit_answer, next_working_instant
from runner.scripts import SCRIPTS
from runner.store.rows import UsageTable
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
    """Says whether an effect may be made now. `limits` gives those of a task's campaign, on the clocks of the task;
    `zone` is the fleet's, which holds for what spans campaigns."""

    def __init__(
        self, effects: CountsEffects, limits: Callable[[Task], EffectiveLimits], zone: tzinfo, clock: Clock
    ) -> None:
        self.zone = zone
        self._effects = effects
        self._limits = limits
        self._clock = clock
        self._claimed: set[str] = set()
        self._released = threading.Condition()

    def ask(
        self, task: Task, kind: str, account: str | None = None, app: str | None = None
    ) -> NotBefore | None:
        """What forbids an effect of this kind now, or None. The same name in another app is another account."""
        now = self._clock.now()
        usage = self._effects.usage(device=task.device, account=account, app=app, now=now)
        return self._verdict(self._limits(task), usage, task, kind, account, now)

    def before(self, task: Task) -> NotBefore | None:
        """What forbids what a task is going to do now: of several limits the one that lasts longest."""
        refusals = [refusal for kind in effects_of(task) if (refusal := self.ask(task, kind))]
        return max(refusals, key=lambda refusal: refusal.instant_utc, default=None)

    def before_all(self, tasks: Collection[Task]) -> dict[str, NotBefore]:
        """As `before`, for tasks that begin together: each counts what those before it are going to do. By key,
        those that may not begin."""
        alike: dict[tuple[str, int, str | None], tuple[tuple[str, str | None], ...]] = {}
        wanted: list[WantedEffects] = []
        for task in tasks:
            like = (task.script, id(task.config), task.username)
            if like not in alike:
                alike[like] = _all_effects(task)
            if effects := alike[like]:
                wanted.append((task, effects))
        return self._judge(wanted)

    @contextmanager
    def claim(self, task: Task, kind: str, account: str | None, app: str | None = None) -> Iterator[None]:
        """Hold every other effect on its device and by its account off while this one is checked and written
        down. Raises HeldBack."""
        with self._alone({name for name in (task.device, account) if name}):
            if (refusal := self.ask(task, kind, account, app)) is not None:
                raise HeldBack(refusal.reason, not_before=refusal.instant_utc, kind=refusal.kind)
            yield

    @contextmanager
    def claim_all(self, wanted: Sequence[WantedEffects]) -> Iterator[Mapping[str, NotBefore]]:
        """As `claim`, for many tasks: yields, by key, what forbids the effects of those that are refused."""
        names = {task.device for task, _ in wanted if task.device}
        names |= {account for _, effects in wanted for _, account in effects if account}
        with self._alone(names):
            yield self._judge(wanted)

    @contextmanager
    def _alone(self, names: Set[str]) -> Iterator[None]:
        """Others, who claim other devices and accounts, write at the same time, and share a flush to the disk."""
        with self._released:
            self._released.wait_for(lambda: self._claimed.isdisjoint(names))
            self._claimed |= names
        try:
            yield
        finally:
            with self._released:
                self._claimed -= names
                self._released.notify_all()

    def _judge(self, wanted: Sequence[WantedEffects]) -> dict[str, NotBefore]:
        """A task is refused if one of its effects is; the others of its effects then do not count."""
        now = self._clock.now()
        devices = {task.device for task, _ in wanted if task.device}
        accounts = {account for _, effects in wanted for _, account in effects if account}
        usage = self._effects.usage_of(devices, accounts, now) if wanted else UsageTable()
        limits = list({id(one): one for one in (self._limits(task) for task, _ in wanted)}.values())
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
        """Between the effects of one task there is no gap to keep: it makes them all, or none."""
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


class _Counted:
    """Usage as it grows while effects are being decided on: those of one task at a time."""

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
    """The keys of tasks whose devices and accounts have room for everything that is wanted at once.

    What is not among them may still be allowed, one after the other.
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
