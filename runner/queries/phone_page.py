"""Phones as a person wants to see them: how each is and was, what it has done and will do, and why it waits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from functools import cached_property
from heapq import merge
from itertools import islice

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.coming import coming
from runner.planning.limits import midnight
from runner.planning.plannable_entry import PlannableEntry, plannable_entries
from runner.planning.source import Window
from runner.queries.wall_tiles import Tile
from runner.store.ledger import Ledger
from runner.store.phone_rows import READY, Hold, PhoneFacts, PhoneRow, PhoneState
from runner.store.request_rows import ActionRow
from runner.store.rows import TaskFilter, TaskRow
from runner.tasks import Task

MOST_TASKS, MOST_COMING, MOST_ACTIONS, MOST_HOLDS = 50, 10, 30, 20
AHEAD = timedelta(days=7)
LOW_BATTERY = 20
"""A battery below this many percent is shown as a problem."""


@dataclass(frozen=True, slots=True)
class PhoneSummary:
    """A phone in a list: its tile on the wall, how it is (None: nobody has looked yet), and its newest task that has
    begun."""

    tile: Tile
    facts: PhoneFacts
    state: PhoneState | None
    last: TaskRow | None

    @property
    def serial(self) -> str:
        return self.tile.lane

    @property
    def adb(self) -> str:
        """adb's word for its state, or `away`: what the last look says, else what adb has just said."""
        return self.state.state if self.state else self.tile.adb

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with it, the most pressing first."""
        found = [self.tile.hold.reason] if self.tile.hold else []
        if self.state is not None:
            found += [self.state.problem] if self.state.problem else []
            if self.state.battery is not None and self.state.battery < LOW_BATTERY:
                found.append(f"the battery is at {self.state.battery} %")
            if self.state.state == READY:
                found += self.facts.condition.problems
        return tuple(found)


@dataclass(frozen=True, slots=True)
class StoppedTask:
    """The task that a hold is about, and the screen that stopped it: the last one that its newest attempt has kept."""

    row: TaskRow
    step: str
    screenshot: str | None


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of time in which a phone was in one state."""

    state: str
    problem: str
    from_utc: datetime
    until_utc: datetime


@dataclass(frozen=True, slots=True)
class PhoneHealth:
    """How a phone was between two instants: its battery in percent as it was read, and its states."""

    from_utc: datetime
    until_utc: datetime
    battery: tuple[tuple[datetime, int], ...]
    spells: tuple[Spell, ...]


class PhonePage:
    """Everything about one phone, each part read when it is asked for: a page refreshes its parts by themselves. Today
    is the day on the clocks of `zone`."""

    def __init__(
        self, ledger: Ledger, campaigns: Iterable[ResolvedCampaign], tile: Tile, now: datetime, zone: tzinfo
    ) -> None:
        self._ledger, self._campaigns, self._now, self._zone = ledger, campaigns, now, zone
        self.tile = tile

    @cached_property
    def summary(self) -> PhoneSummary:
        serial, phones = self.tile.lane, self._ledger.phones
        row = phones.get(serial)
        rows = {serial: row} if row else {}
        return _summary(self.tile, rows, phones.latest(serial), phones.last_tasks(serial))

    @cached_property
    def seen_utc(self) -> datetime | None:
        """When it was last asked what it is."""
        row = self._ledger.phones.get(self.tile.lane)
        return row.seen_utc if row else None

    @cached_property
    def stopped(self) -> StoppedTask | None:
        return _stopped(self._ledger, self.tile.hold)

    @cached_property
    def today(self) -> tuple[int, list[TaskRow]]:
        """How many tasks fall due today, and the newest of them."""
        since_utc, until_utc = (midnight(self._now, self._zone, days=days) for days in (0, 1))
        day = TaskFilter(device=self.tile.lane, since_utc=since_utc, until_utc=until_utc)
        return self._ledger.tasks.page(day, 0, MOST_TASKS)

    @cached_property
    def coming(self) -> list[Task]:
        """The next tasks that start times will make on it within AHEAD."""
        return list(islice(_coming(self._campaigns, self.tile.lane, self._now), MOST_COMING))

    @cached_property
    def holds(self) -> list[Hold]:
        return self._ledger.holds.of(self.tile.lane, MOST_HOLDS)

    @cached_property
    def actions(self) -> list[ActionRow]:
        """What people did with it, newest first."""
        return self._ledger.actions.of(self.tile.lane, MOST_ACTIONS)

    def health(self, days: int) -> "PhoneHealth":
        """How it was over the last days."""
        return health(self._ledger, self.tile.lane, self._now - timedelta(days=days), self._now)


def summaries(ledger: Ledger, tiles: Iterable[Tile]) -> list[PhoneSummary]:
    """The phones among these tiles, in their order."""
    rows = {row.serial: row for row in ledger.phones.all()}
    states, last = ledger.phones.latest(), ledger.phones.last_tasks()
    return [_summary(tile, rows, states, last) for tile in tiles if tile.device is not None]


def health(ledger: Ledger, serial: str, from_utc: datetime, until_utc: datetime) -> PhoneHealth:
    """How a phone was; before anybody looked it has no state."""
    found = ledger.phones.history(serial, from_utc, until_utc)
    battery = tuple((max(one.at_utc, from_utc), one.battery) for one in found if one.battery is not None)
    return PhoneHealth(from_utc, until_utc, battery, tuple(_spells(found, from_utc, until_utc)))


def _spells(found: Sequence[PhoneState], from_utc: datetime, until_utc: datetime) -> Iterator[Spell]:
    """The stretches in which neither state nor problem changed."""
    changes = [
        one
        for before, one in zip([None, *found], found, strict=False)
        if before is None or (before.state, before.problem) != (one.state, one.problem)
    ]
    ends = [*(one.at_utc for one in changes[1:]), until_utc]
    for one, end in zip(changes, ends, strict=False):
        yield Spell(one.state, one.problem, max(one.at_utc, from_utc), end)


def _summary(
    tile: Tile,
    rows: Mapping[str, PhoneRow],
    states: Mapping[str, PhoneState],
    last: Mapping[str, TaskRow],
) -> PhoneSummary:
    row = rows.get(tile.lane)
    facts = row.facts if row else PhoneFacts()
    return PhoneSummary(tile, facts, states.get(tile.lane), last.get(tile.lane))


def _stopped(ledger: Ledger, hold: Hold | None) -> StoppedTask | None:
    record = ledger.tasks.record_of(hold.task_key) if hold and hold.task_key else None
    if record is None:
        return None
    steps = record.attempts[-1].steps if record.attempts else ()
    shown = next((step for step in reversed(steps) if step.screenshot), None)
    title = steps[-1].title if steps else ""
    return StoppedTask(record.row, title, shown.screenshot if shown else None)


def _coming(campaigns: Iterable[ResolvedCampaign], serial: str, now: datetime) -> Iterator[Task]:
    """The tasks that start times will make on a phone within AHEAD, by due instant."""
    window = Window(now, now + AHEAD)
    streams = []
    for plannable in plannable_entries(campaigns):
        lanes = tuple(lane for lane in plannable.lanes if lane.name == serial)
        if lanes:
            streams.append(_tasks_of(replace(plannable, lanes=lanes), window))
    return merge(*streams, key=lambda task: task.due_utc)


def _tasks_of(plannable: PlannableEntry, window: Window) -> Iterator[Task]:
    # An occurrence's spread may reach over the next one: they are sorted as far as one looks.
    for one in islice(coming(plannable, window), MOST_COMING):
        yield from sorted(one.tasks(), key=lambda task: task.due_utc)[:MOST_COMING]
