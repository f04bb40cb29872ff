"""How two plans differ, grouped for people: by entry, with many tasks that changed alike in one line."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from runner.planning.difference import Difference, TaskChange
from runner.planning.plan import Plan
from runner.planning.source import Clocks
from runner.reports.weekday import dated
from runner.tasks import Task

MARKS = {TaskChange.ADDED: "+", TaskChange.REMOVED: "-", TaskChange.MOVED: ">", TaskChange.CHANGED: "~"}
_LANES = 3
"""The most devices that a line names; more are counted."""
_LONGEST = 160
"""The most characters of a setting that are shown."""


@dataclass
class ChangeLine:
    """Tasks of one entry and target that changed alike: on which days, and on which devices or accounts."""

    change: TaskChange
    time: str
    target: str | None
    days: list[date] = field(default_factory=list)
    lanes: list[str] = field(default_factory=list)

    def when(self) -> str:
        """`Sat 2026-11-21 18:30`, or `7 days, Sat 2026-11-21 to Fri 2026-11-27, 18:30`."""
        if len(self.days) == 1:
            return f"{dated(self.days[0])} {self.time}"
        return f"{len(self.days)} days, {dated(self.days[0])} to {dated(self.days[-1])}, {self.time}"

    def where(self) -> str:
        """`@a on 3 devices`; devices are named if they are few."""
        few = len(self.lanes) <= _LANES
        lanes = ", ".join(self.lanes) if few else f"{len(self.lanes)} devices"
        return f"{self.target} on {lanes}" if self.target else lanes


@dataclass
class EntryChanges:
    """What differs in one entry: counts of tasks, lines by instant, and settings with their old and new values."""

    campaign: str
    entry: str
    counts: Counter[TaskChange] = field(default_factory=Counter)
    lines: list[ChangeLine] = field(default_factory=list)
    settings: dict[tuple[str, str, str], None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.campaign}/{self.entry}"

    def values(self) -> Iterator[tuple[str, str, str]]:
        """Each setting that differs: name, value before, value after, as texts in one line."""
        yield from self.settings


def counted(counts: Mapping[TaskChange, int]) -> str:
    """`3 added, 2 moved`."""
    return ", ".join(f"{counts[change]} {change}" for change in TaskChange if counts[change]) or "no changes"


def by_entry(before: Plan, after: Plan, found: Sequence[Difference]) -> list[EntryChanges]:
    """The differences of two plans, entries in the order of their first one."""
    clocks = Clocks([*before.campaigns, *after.campaigns])
    entries: dict[tuple[str, str], _Entry] = {}
    for one in found:
        name = (one.task.campaign, one.task.entry)
        entries.setdefault(name, _Entry(EntryChanges(*name), clocks)).add(one)
    return [entry.changes() for entry in entries.values()]


class _Entry:
    """Collects the differences of one entry."""

    def __init__(self, changes: EntryChanges, clocks: Clocks) -> None:
        self._changes = changes
        self._clocks = clocks
        self._by_day: dict[tuple[Any, ...], list[str]] = {}

    def add(self, one: Difference) -> None:
        self._changes.counts[one.change] += 1
        local = self._clocks.local(one.task)
        place = (one.change, self._time(one), one.task.target, local.date())
        self._by_day.setdefault(place, []).append(one.task.place)
        if one.before and one.after:
            for name, was, now in one.values():
                self._changes.settings[name, _shown(was), _shown(now)] = None

    def changes(self) -> EntryChanges:
        lines: dict[tuple[Any, ...], ChangeLine] = {}
        for (change, time, target, day), lanes in self._by_day.items():
            alike = (change, time, target, tuple(lanes))
            line = lines.setdefault(alike, ChangeLine(change, time, target, lanes=lanes))
            line.days.append(day)
        self._changes.lines = list(lines.values())
        return self._changes

    def _time(self, one: Difference) -> str:
        """`18:30`, or for a moved task `18:30 -> 18:40`, with the day if that has changed; a zone that is not the
        campaign's is named."""
        now = self._clock(one.task)
        if one.change is not TaskChange.MOVED:
            return now
        assert one.before is not None
        was, day = self._clock(one.before), self._clocks.local(one.before).date()
        if day == self._clocks.local(one.task).date():
            return f"{was} -> {now}"
        return f"{now} (was {dated(day)} {was})"

    def _clock(self, task: Task) -> str:
        at = self._clocks.local(task)
        return (f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}") + self._clocks.elsewhere(task)


def _shown(value: Any) -> str:
    """A setting in one line; a long one is cut in its middle."""
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False, default=str)
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]}...{text[-half:]}"
