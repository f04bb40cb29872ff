"""What a campaign will do in the days ahead: its tasks by day, with what they post and write."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from itertools import islice

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.attention import attention
from runner.planning.limits import midnight
from runner.planning.notes import Note
from runner.planning.plan import Plan, plan
from runner.planning.plannable_entry import plannable_entries
from runner.planning.source import Window
from runner.queries.material import material_of
from runner.queries.usage import usage_until
from runner.store.ledger import Ledger
from runner.tasks import Task

DAYS = 7
MOST_OF_A_DAY = 30
"""How many tasks of a day are told, unless that day alone is asked for."""

MOST_OF_THE_DAY = 1000
MOST_COUNTED = 50_000
"""After so many tasks of the window nobody counts on."""


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task that lies ahead; `is_forecast` says that it could still get another file."""

    task: Task
    is_forecast: bool


@dataclass
class PlannedDay:
    """A day on the reader's clocks: its first tasks, how many there are, and of each entry."""

    day: date
    tasks: list[PlannedTask] = field(default_factory=list)
    total: int = 0
    entries: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class PlannedWeek:
    """The plan of a week: days with tasks. `is_cut` says that so many tasks come that the rest was not counted."""

    days: tuple[PlannedDay, ...]
    notes: tuple[Note, ...]
    is_cut: bool

    @property
    def total(self) -> int:
        return sum(day.total for day in self.days)


def week_of(ledger: Ledger, campaign: ResolvedCampaign, now: datetime, zone: tzinfo) -> PlannedWeek:
    """The tasks of the next seven days, and what a plan notes about them. It looks at the files that are posted,
    but reads none of them whole."""
    window = Window(now, now + timedelta(days=DAYS))
    lanes = [lane for plannable in plannable_entries([campaign]) for lane in plannable.lanes]
    made = plan([campaign], window, material_of([campaign], window, ledger, now))
    days, is_cut = _days(made, zone, MOST_OF_A_DAY)
    notes = attention(made, zone, usage_until(ledger, lanes, now)) if not is_cut else ()
    return PlannedWeek(tuple(days), tuple(notes), is_cut)


def day_of(
    ledger: Ledger, campaign: ResolvedCampaign, day: date, now: datetime, zone: tzinfo
) -> PlannedDay | None:
    """All tasks of one day ahead, at most MOST_OF_THE_DAY of them; None if it is over."""
    offset = (day - now.astimezone(zone).date()).days
    if not 0 <= offset <= DAYS:
        return None
    window = Window(
        max(now, midnight(now, zone, days=offset)),
        min(midnight(now, zone, days=offset + 1), now + timedelta(days=DAYS)),
    )
    if window.until_utc <= window.from_utc:
        return None
    made = plan([campaign], window, material_of([campaign], window, ledger, now))
    days, _ = _days(made, zone, MOST_OF_THE_DAY)
    return days[0] if days else PlannedDay(day)


def _days(made: Plan, zone: tzinfo, most: int) -> tuple[list[PlannedDay], bool]:
    days: dict[date, PlannedDay] = {}
    tasks = made.tasks()
    for task in islice(tasks, MOST_COUNTED):
        day = task.due_utc.astimezone(zone).date()
        planned = days.setdefault(day, PlannedDay(day))
        planned.total += 1
        planned.entries[task.entry] += 1
        if len(planned.tasks) < most:
            planned.tasks.append(PlannedTask(task, made.material.is_forecast(task)))
    return [days[day] for day in sorted(days)], next(tasks, None) is not None
