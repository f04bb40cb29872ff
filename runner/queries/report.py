"""The record of a report: what was to be done, what became of it, and why. It never reads all of many tasks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from runner.clock import format_instant
from runner.errors import NothingToReport
from runner.queries.report_scope import ReportScope
from runner.queries.situation import Situation
from runner.store.ledger import Ledger
from runner.store.rows import OccurrenceRow, TaskRecord, TaskRow
from runner.tasks import TaskState

MOST_LISTED = 5000
"""How many tasks a report names: the newest, and of those with problems at least as many as it details."""

MOST_DETAILED, LEAST_NEWEST = 300, 50
"""Of how many tasks it tells every step; so many of them are the newest, whatever became of them."""

MOST_OCCURRENCES = 500
"""How many occurrences it names from which no tasks were made."""

PROBLEMS = (TaskState.FAILED, TaskState.UNCERTAIN, TaskState.MISSED)
"""States of tasks of which a report tells every step before others."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a report tells. `counts` are of all its tasks; `rows` are those that it names, in the order in which they
    fall due, and `records` those of which it tells every step. `occurrences` made no tasks, or are what was asked
    about."""

    scope: ReportScope
    made_utc: datetime
    counts: Mapping[TaskState, int]
    rows: tuple[TaskRow, ...]
    records: tuple[TaskRecord, ...]
    occurrences: tuple[OccurrenceRow, ...]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def left_out(self) -> int:
        """How many tasks are counted and not named."""
        return self.total - len(self.rows)


def report_of(ledger: Ledger, scope: ReportScope, now: datetime) -> Report:
    """The report of what a scope lets through, as of `now`."""
    if scope.task is not None:
        rows, counts = [scope.task], {scope.task.state: 1}
    else:
        rows, counts = ledger.reports.newest(scope.chosen, MOST_LISTED), ledger.reports.counts(scope.chosen)
    problems = _problems(ledger, scope, rows, counts)
    named = {row.id: row for row in (*rows, *problems)}
    return Report(
        scope=scope,
        made_utc=now,
        counts={state: counts[state] for state in TaskState if state in counts},
        rows=tuple(_in_order(named.values())),
        records=tuple(ledger.reports.records(_in_order(_detailed(rows, problems)))),
        occurrences=_occurrences(ledger, scope),
    )


def refuse_empty(ledger: Ledger, report: Report, situation: Situation) -> None:
    """Raises NothingToReport if there is nothing to tell, with the nearest tasks before and after."""
    if report.total or report.occurrences:
        return
    scope = report.scope
    what = f"in the time of {scope.title}" if scope.window else f"of {scope.title}"
    before, after = ledger.reports.ends_around(scope.chosen)
    near = [
        f"the last one before was due at {format_instant(before, situation.zone)}" if before else "",
        f"the first one after it is due at {format_instant(after, situation.zone)}" if after else "",
    ]
    raise NothingToReport(
        f"there is nothing to report {what}: no task was due, and no occurrence is recorded",
        wanted="time",
        hint=", ".join(filter(None, near)) or None,
    )


def _problems(
    ledger: Ledger, scope: ReportScope, rows: list[TaskRow], counts: Mapping[TaskState, int]
) -> list[TaskRow]:
    """The tasks with problems, newest first."""
    if sum(counts.values()) <= len(rows):
        return [row for row in rows if row.state in PROBLEMS]
    return ledger.reports.newest(replace(scope.chosen, states=PROBLEMS), MOST_DETAILED)


def _detailed(rows: list[TaskRow], problems: list[TaskRow]) -> list[TaskRow]:
    """The tasks of which every step is told: those with problems, and the newest."""
    some = problems[: MOST_DETAILED - LEAST_NEWEST] if len(rows) > MOST_DETAILED else problems
    chosen = {row.id: row for row in some}
    for row in rows:
        if len(chosen) < MOST_DETAILED:
            chosen.setdefault(row.id, row)
    return list(chosen.values())


def _in_order(rows: Iterable[TaskRow]) -> list[TaskRow]:
    return sorted(rows, key=lambda row: (row.task.due_utc, row.id))


def _occurrences(ledger: Ledger, scope: ReportScope) -> tuple[OccurrenceRow, ...]:
    """In the order of their instants."""
    if scope.occurrences:
        return scope.occurrences
    if scope.run or scope.task:
        return ()
    return tuple(reversed(ledger.reports.not_started(scope.chosen, MOST_OCCURRENCES)))
