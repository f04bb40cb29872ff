"""Phones as a person wants to see them: how each is and was, what it has done and will do, and why it waits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from heapq import merge
from itertools import islice

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.coming import coming
from runner.planning.limits import midnight
from runner.planning.plannable_entry import PlannableEntry, plannable_entries
from runner.planning.source import Window
from runner.queries.wall import Tile
from runner.store.ledger import Ledger
from runner.store.rows import (
    ActionRow,
    Hold,
    PhoneFacts,
    PhoneRow,
    PhoneState,
    TaskFilter,
    TaskRow,
)
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
        return tuple(found)


@dataclass(frozen=True, slots=True)
class StoppedTask:
    """The task that a hold is about, and the screen that stopped it: the last one that its newest attempt has kept."""

    row: TaskRow
    step: str
    screenshot: str | None


@dataclass(frozen=True, slots=True)
class PhonePage:
    """Everything about one phone. `today` are the newest of the `today_count` tasks that fell due today."""

    summary: PhoneSummary
    seen_utc: datetime | None
    stopped: StoppedTask | None
    today: tuple[TaskRow, ...]
    today_count: int
    coming: tuple[Task, ...]
    holds: tuple[Hold, ...]
    actions: tuple[ActionRow, ...]


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of time in which a phone was in one state."""

    state: str
    problem: str
    from_utc: datetime
    until_utc: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """How a phone was between two instants: its battery in percent as it was read, and its states."""

    from_utc: datetime
    until_utc: datetime
    battery: tuple[tuple[datetime, int], ...]
    spells: tuple[Spell, ...]


def summaries(ledger: Ledger, tiles: Iterable[Tile]) -> list[PhoneSummary]:
    """The phones among these tiles, in their order."""
    rows = {row.serial: row for row in ledger.phones.all()}
    states, last = ledger.phones.latest(), ledger.phones.last_tasks()
    return [_summary(tile, rows, states, last) for tile in tiles if tile.device is not None]


def phone_page(
    ledger: Ledger, campaigns: Iterable[ResolvedCampaign], tile: Tile, now: datetime, zone: tzinfo
) -> PhonePage:
    """One phone; today is the day on the clocks of `zone`."""
    day = TaskFilter(
        device=tile.lane,
        since_utc=midnight(now, zone, days=0),
        until_utc=midnight(now, zone, days=1),
    )
    count, today = ledger.tasks.page(day, 0, MOST_TASKS)
    row = ledger.phones.get(tile.lane)
    return PhonePage(
        summary=summaries(ledger, [tile])[0],
        seen_utc=row.seen_utc if row else None,
        stopped=_stopped(ledger, tile.hold),
        today=tuple(today),
        today_count=count,
        coming=tuple(islice(_coming(campaigns, tile.lane, now), MOST_COMING)),
        holds=tuple(ledger.holds.of(tile.lane, MOST_HOLDS)),
        actions=tuple(ledger.actions.of(tile.lane, MOST_ACTIONS)),
    )


def health(ledger: Ledger, serial: str, from_utc: datetime, until_utc: datetime) -> Health:
    """How a phone was; before anybody looked it has no state."""
    found = ledger.phones.history(serial, from_utc, until_utc)
    battery = tuple((max(one.at_utc, from_utc), one.battery) for one in found if one.battery is not None)
    return Health(from_utc, until_utc, battery, tuple(_spells(found, from_utc, until_utc)))


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
