"""From campaigns to the tasks of a window of time, or of a run by hand."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import dropwhile, takewhile

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.coming import Coming, coming, due
from runner.planning.plannable_entry import PlannableEntry, due_instant, plannable_entries
from runner.planning.source import Window
from runner.tasks import Occurrence, Task, TaskSource


@dataclass(frozen=True, slots=True)
class Plan:
    """The tasks of a window, resolved and not executed. Each is made when it is asked for: a year's plan takes no
    more memory than a day's. Pure: the same sources and window give the same plan."""

    campaigns: tuple[ResolvedCampaign, ...]
    window: Window

    def tasks(self) -> Iterator[Task]:
        """The tasks that are due in the window, by due instant, then as declared: campaigns, entries,
        occurrences, devices, targets."""
        return merge(
            *(_tasks(plannable, self.window) for plannable in plannable_entries(self.campaigns)),
            key=due_instant,
        )

    def occurrences(self) -> Iterator[Occurrence]:
        """The occurrences whose instant is in the window, and those before it that have a task in it, by
        instant, then as declared."""
        return (one.occurrence for one in self.coming())

    def coming(self) -> Iterator[Coming]:
        """The same, each with its entry and its moments."""
        reach = max((plannable.reach for plannable in plannable_entries(self.campaigns)), default=timedelta())
        start = self.window.from_utc
        for one in due(self.campaigns, Window(start - reach, self.window.until_utc)):
            if one.occurrence.instant_utc >= start or any(task.due_utc >= start for task in one.tasks()):
                yield one


def plan(campaigns: Sequence[ResolvedCampaign], window: Window) -> Plan:
    """What the campaigns would do in the window."""
    return Plan(tuple(campaigns), window)


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


def _tasks(plannable: PlannableEntry, window: Window) -> Iterator[Task]:
    """An entry's tasks that are due in the window, in order."""
    if not plannable.reach:
        return (task for one in coming(plannable, window) for task in one.tasks())
    tasks = _in_order(coming(plannable, Window(window.from_utc - plannable.reach, window.until_utc)))
    # Spread and jitter make tasks due later than their occurrence: the occurrences begin earlier than the
    # window, and the tasks are cut to it.
    tasks = dropwhile(lambda task: task.due_utc < window.from_utc, tasks)
    return takewhile(lambda task: task.due_utc < window.until_utc, tasks)


def _in_order(stream: Iterable[Coming]) -> Iterator[Task]:
    """The tasks of occurrences, by due instant over all of them. No task is due before its occurrence, so those due
    before the next one can go on."""
    waiting: list[Task] = []
    for one in stream:
        ready = bisect_left(waiting, one.occurrence.instant_utc, key=due_instant)
        yield from waiting[:ready]
        waiting = sorted(waiting[ready:] + one.tasks(), key=due_instant)
    yield from waiting
