"""What there is to report: the latest runs, the days of the last weeks, the weeks, and the campaigns."""

from dataclasses import dataclass
from datetime import date, timedelta

from runner.planning.source import Window
from runner.queries.report_scope import window_of
from runner.queries.situation import Situation
from runner.store.ledger import Ledger
from runner.store.rows import RunRow, TaskFilter

MOST_RUNS, DAYS, WEEKS = 50, 14, 8
"""How many runs, days and weeks are offered, the newest first."""


@dataclass(frozen=True, slots=True)
class ReportDay:
    """A calendar day on the fleet's clocks; `has_tasks` says whether anything was due on it."""

    day: date
    has_tasks: bool


@dataclass(frozen=True, slots=True)
class ReportWeek:
    """A week of seven such days; `name` is as in `2026-W48`."""

    name: str
    monday: date
    sunday: date
    has_tasks: bool


@dataclass(frozen=True, slots=True)
class ReportsPage:
    runs: tuple[RunRow, ...]
    days: tuple[ReportDay, ...]
    weeks: tuple[ReportWeek, ...]
    campaigns: tuple[str, ...]


def reports_page(ledger: Ledger, situation: Situation) -> ReportsPage:
    today = situation.now.astimezone(situation.zone).date()
    monday = today - timedelta(days=today.weekday())
    return ReportsPage(
        runs=tuple(ledger.runs.newest(MOST_RUNS)),
        days=tuple(_day(ledger, today - timedelta(days=ago), situation) for ago in range(DAYS)),
        weeks=tuple(_week(ledger, monday - timedelta(weeks=ago), situation) for ago in range(WEEKS)),
        campaigns=tuple(row.name for row in ledger.campaigns.all()),
    )


def _day(ledger: Ledger, day: date, situation: Situation) -> ReportDay:
    return ReportDay(day, _has_tasks(ledger, window_of(day, 1, situation.zone)))


def _week(ledger: Ledger, monday: date, situation: Situation) -> ReportWeek:
    year, week, _ = monday.isocalendar()
    has_tasks = _has_tasks(ledger, window_of(monday, 7, situation.zone))
    return ReportWeek(f"{year}-W{week:02}", monday, monday + timedelta(days=6), has_tasks)


def _has_tasks(ledger: Ledger, window: Window) -> bool:
    return ledger.reports.has_tasks(TaskFilter(since_utc=window.from_utc, until_utc=window.until_utc))
