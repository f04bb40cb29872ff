"""From campaigns to the tasks of a window of time, or of a run by hand."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush, merge
from itertools import dropwhile, takewhile
from typing import NamedTuple

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.coming import Coming, coming
from runner.planning.material import NO_MATERIAL, Material
from runner.planning.plannable_entry import PlannableEntry, plannable_entries
from runner.planning.source import Window
from runner.tasks import Occurrence, Task, TaskSource


@dataclass(frozen=True, slots=True)
class Plan:
    """The tasks of a window, resolved and not executed. Each is made when it is asked for: a year's plan takes no
    more memory than a day's. Pure: the same sources, window and material give the same plan."""

    campaigns: tuple[ResolvedCampaign, ...]
    window: Window
    material: Material = NO_MATERIAL

    def tasks(self) -> Iterator[Task]:
        """The tasks that are due in the window, by due instant, then as declared: campaigns, entries,
        occurrences, devices, targets. Posts have their files, as far as `material` knows them."""
        # Spread and jitter make tasks due later than their occurrence: the occurrences begin earlier than the
        # window, and the tasks are cut to it.
        tasks = dropwhile(lambda task: task.due_utc < self.window.from_utc, _by_due_instant(self.made()))
        return takewhile(lambda task: task.due_utc < self.window.until_utc, tasks)

    def occurrences(self) -> Iterator[Occurrence]:
        """The occurrences whose instant is in the window, and those before it that have a task in it, by
        instant, then as declared."""
        return (one.coming.occurrence for one in self.coming())

    def coming(self) -> Iterator["Made"]:
        """The same, each with its entry, its moments and its tasks."""
        start = self.window.from_utc
        for one in self.made():
            if one.coming.occurrence.instant_utc >= start or any(task.due_utc >= start for task in one.tasks):
                yield one

    def made(self) -> Iterator["Made"]:
        """All occurrences that may have a task in the window, in the order in which the rows of their tasks are
        made."""
        entries = plannable_entries(self.campaigns)
        reach = max((plannable.reach for plannable in entries), default=timedelta())
        start, rotation = self.window.from_utc - reach, self.material.rotation()
        # What comes before the window has its turn of the files too.
        ahead = Window(min(start, self.material.at_utc or start), self.window.until_utc)
        streams = (_numbered(number, coming(plannable, ahead)) for number, plannable in enumerate(entries))
        for number, one in merge(*streams, key=_instant):
            tasks, again = self.material.given(one.tasks(), one.occurrence.instant_utc, rotation)
            if one.occurrence.instant_utc >= start:
                yield Made(number, one, tasks, again)


class Made(NamedTuple):
    """An occurrence with its tasks; `number` is that of its entry among all, as declared, `again` has the keys of the
    tasks that get a file which their owner has had before."""

    number: int
    coming: Coming
    tasks: list[Task]
    again: Collection[str]


def plan(campaigns: Sequence[ResolvedCampaign], window: Window, material: Material = NO_MATERIAL) -> Plan:
    """What the campaigns would do in the window; without `material` no post has a file."""
    return Plan(tuple(campaigns), window, material)


def manual(
    campaign: ResolvedCampaign, run_id: str, now: datetime
) -> tuple[tuple[Occurrence, ...], tuple[Task, ...]]:
    """A run by hand: one occurrence of each entry now, whatever its start times say, and their tasks."""
    entries = (PlannableEntry.of(campaign, entry) for entry in campaign.entries)
    run = [(plannable, plannable.occurrence(f"run:{run_id}", "manual", now)) for plannable in entries]
    tasks = (
        replace(task, source=TaskSource.MANUAL)
        for plannable, occurrence in run
        for task in plannable.tasks(occurrence)
    )
    return tuple(occurrence for _, occurrence in run), tuple(tasks)


def _numbered(number: int, stream: Iterable[Coming]) -> Iterator[tuple[int, Coming]]:
    return ((number, one) for one in stream)


def _instant(numbered: tuple[int, Coming]) -> datetime:
    return numbered[1].occurrence.instant_utc


def _by_due_instant(stream: Iterable[Made]) -> Iterator[Task]:
    """The tasks of occurrences, by due instant, then as declared. No task is due before its occurrence, so those due
    before the next one can go on."""
    waiting: list[tuple[datetime, int, int, Task]] = []
    count = 0
    for one in stream:
        while waiting and waiting[0][0] < one.coming.occurrence.instant_utc:
            yield heappop(waiting)[-1]
        for task in one.tasks:
            count += 1
            heappush(waiting, (task.due_utc, one.number, count, task))
    while waiting:
        yield heappop(waiting)[-1]
