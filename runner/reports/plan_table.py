"""A plan as text for people: its tasks, counts, a picture of the day, and what needs attention."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from runner.planning.notes import FORECAST_MARK, Note
from runner.planning.plan import Plan
from runner.planning.source import Clocks, Window
from runner.reports.content import content_words
from runner.reports.plan_columns import Columns, folded, tied, titles
from runner.reports.plan_timeline import LONGEST, Timeline
from runner.tasks import Task


def render(plan: Plan, notes: Iterable[Note], room: int) -> Iterator[str]:
    """The plan, line by line, each as soon as it is known; `room` is the number of columns."""
    totals, columns = _Totals(plan), Columns(plan.campaigns, room - 2)
    timeline = Timeline(plan, room) if plan.window.length <= LONGEST else None
    yield from titles(plan.campaigns)
    for task in plan.tasks():
        if not totals.tasks:
            yield from (f"  {line}" for line in columns.headings())
        yield from (
            f"  {line}" for line in columns.row(task, *content_words(task, forecast_mark(plan, task)))
        )
        totals.add(task)
        if timeline:
            timeline.add(task)
    if not totals.tasks:
        yield "  nothing due"
    yield from ("", *totals.lines(room))
    picture = list(timeline.lines()) if timeline else []
    yield from ("", *picture) if picture else ()
    yield from _notes(notes, room)


def forecast_mark(plan: Plan, task: Task) -> str:
    """What stands behind the file of a task that could still get another one."""
    return FORECAST_MARK if plan.material.is_forecast(task) else ""


def window_text(window: Window) -> str:
    return f"from {_instant(window.from_utc)}Z to {_instant(window.until_utc)}Z"


class _Totals:
    """Counts of tasks; a day is that of the task's own clocks."""

    def __init__(self, plan: Plan) -> None:
        self.tasks = 0
        self._window = window_text(plan.window)
        self._clocks = Clocks(plan.campaigns)
        self._by = {key: Counter[str]() for key in ("day", "script", "device", "account")}

    def add(self, task: Task) -> None:
        self.tasks += 1
        self._by["day"][f"{self._clocks.local(task):%Y-%m-%d}"] += 1
        self._by["script"][task.script] += 1
        self._by["device"][task.lane] += 1
        if task.device and task.username:
            self._by["account"][task.doer] += 1

    def lines(self, room: int) -> Iterator[str]:
        yield f"{self.tasks} {'task' if self.tasks == 1 else 'tasks'} {self._window}"
        for what, counts in self._by.items():
            items = sorted(counts.items()) if what in ("day", "script") else counts.items()
            yield from folded(f"  per {what:8}", [tied(name, count) for name, count in items], ", ", room)


def _notes(notes: Iterable[Note], room: int) -> Iterator[str]:
    gap = [""]
    for note in notes:
        place = "/".join(part for part in (note.campaign, note.entry) if part)
        yield from gap
        yield from folded(f"note: {place + ': ' if place else ''}", [note.message + "."], " ", room)
        gap = []


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at.second else f"{at:%Y-%m-%d %H:%M}"
