"""What came of a rehearsal of days ahead: what ran when, what waited and why, what was missed, and limits by day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from runner.planning.source import Window
from runner.queries.down_times import DownTime, down_times
from runner.queries.limit_use import LimitUse, uses_by_day
from runner.queries.report import MOST_LISTED, MOST_OCCURRENCES, Report
from runner.queries.report_scope import ReportScope, of_time, window_of
from runner.queries.situation import Situation
from runner.store.ledger import Ledger
from runner.store.rows import OccurrenceRow, OccurrenceState, TaskRow
from runner.tasks import TaskState

PROMPT = timedelta(seconds=5)
"""How long after it was due a task may begin and still count as on time."""


@dataclass(frozen=True, slots=True)
class RehearsedTask:
    """A task with the reasons for which it waited, in the order in which they came up."""

    row: TaskRow
    waits: tuple[str, ...]

    @property
    def is_on_time(self) -> bool:
        row = self.row
        is_prompt = row.started_utc is not None and row.started_utc - row.task.due_utc <= PROMPT
        return is_prompt and row.attempts == 1 and not self.waits

    @property
    def is_smooth(self) -> bool:
        """Whether there is nothing to tell of it."""
        return self.row.state is TaskState.COMPLETED and self.is_on_time


@dataclass(frozen=True, slots=True)
class RehearsedDay:
    """The tasks that were due on a day: how many completed on time and later, and how many are in each other state."""

    day: date
    on_time: int
    later: int
    others: Mapping[TaskState, int]

    @property
    def total(self) -> int:
        return self.on_time + self.later + sum(self.others.values())


@dataclass(frozen=True, slots=True)
class UseByDay:
    """What a device or an account made of a kind: `use` tells of the day with the most, and of the cap."""

    use: LimitUse
    by_day: Mapping[date, int]


@dataclass(frozen=True, slots=True)
class RehearsalResult:
    """`tasks` are those that were due, in the order of time; `not_started` are occurrences without tasks."""

    scope: ReportScope
    window: Window
    counts: Mapping[TaskState, int]
    days: tuple[RehearsedDay, ...]
    tasks: tuple[RehearsedTask, ...]
    not_started: tuple[OccurrenceRow, ...]
    limits: tuple[UseByDay, ...]
    down_times: tuple[DownTime, ...]

    @property
    def has_problems(self) -> bool:
        """Whether something would not be done as planned."""
        bad = (TaskState.FAILED, TaskState.MISSED, TaskState.UNCERTAIN)
        return any(self.counts.get(state) for state in bad) or any(
            row.state is OccurrenceState.MISSED for row in self.not_started
        )


def rehearsal_result(
    ledger: Ledger, window: Window, waits: Mapping[str, Sequence[str]], situation: Situation
) -> RehearsalResult:
    """What the ledger of a rehearsal tells of its window; `waits` are the reasons by task key."""
    scope = of_time(window, situation.zone)
    rows = sorted(
        ledger.reports.newest(scope.chosen, MOST_LISTED), key=lambda row: (row.task.due_utc, row.task.key)
    )
    tasks = tuple(_task(ledger, row, waits.get(row.task.key, ())) for row in rows)
    days = _days(window, situation)
    groups = ledger.summaries.groups(scope.chosen)
    return RehearsalResult(
        scope,
        window,
        ledger.reports.counts(scope.chosen),
        tuple(_day(day, tasks, situation) for day, _ in days),
        tasks,
        tuple(
            row
            for row in reversed(ledger.reports.not_started(scope.chosen, MOST_OCCURRENCES))
            if row.state is not OccurrenceState.MERGED
        ),
        tuple(UseByDay(use, by_day) for use, by_day in uses_by_day(ledger, groups, days)),
        tuple(down_times(ledger, window, situation)),
    )


def _task(ledger: Ledger, row: TaskRow, waits: Sequence[str]) -> RehearsedTask:
    """The task; what its occurrence says of its coming late counts as a reason too."""
    task = RehearsedTask(row, tuple(waits))
    if task.is_on_time or waits:
        return task
    found = ledger.reports.occurrence(row.task.campaign, row.task.entry, row.task.nominal)
    return replace(task, waits=(found.reason,)) if found is not None and found.reason else task


def without_hints(report: Report) -> Report:
    """The report of a rehearsal, without what to type about its tasks: their keys are those of the real ones."""
    rows = tuple(replace(row, hint=None, reason_kind=None) for row in report.rows)
    records = tuple(
        replace(
            record,
            row=replace(record.row, hint=None, reason_kind=None),
            attempts=tuple(replace(attempt, hint=None) for attempt in record.attempts),
        )
        for record in report.records
    )
    return replace(report, rows=rows, records=records)


def _days(window: Window, situation: Situation) -> list[tuple[date, Window]]:
    day, days = window.from_utc.astimezone(situation.zone).date(), list[tuple[date, Window]]()
    while (whole := window_of(day, 1, situation.zone)).from_utc < window.until_utc:
        days.append((day, whole))
        day += timedelta(days=1)
    return days


def _day(day: date, tasks: Sequence[RehearsedTask], situation: Situation) -> RehearsedDay:
    def is_due(instant: datetime) -> bool:
        return instant.astimezone(situation.zone).date() == day

    due = [task for task in tasks if is_due(task.row.task.due_utc)]
    done = [task for task in due if task.row.state is TaskState.COMPLETED]
    on_time = sum(task.is_on_time for task in done)
    others = Counter[TaskState](task.row.state for task in due)
    del others[TaskState.COMPLETED]
    return RehearsedDay(day, on_time, len(done) - on_time, others)
