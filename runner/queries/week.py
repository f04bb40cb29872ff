"""A week summed up: how many tasks, how late, what failed and why, how near to the limits, and what held things up."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from runner.planning.source import Window
from runner.queries.down_times import DownTime, down_times
from runner.queries.limit_use import LimitUse, limit_uses
from runner.queries.report import PROBLEMS
from runner.queries.report_scope import ReportScope, window_of
from runner.queries.situation import Situation
from runner.store.ledger import Ledger
from runner.store.phone_rows import Hold
from runner.store.request_rows import PauseRow
from runner.store.rows import OccurrenceState, TaskFilter, TaskRecord
from runner.store.summaries import ReasonCount, TaskGroup
from runner.tasks import TaskState

MOST_REASONS, MOST_FAILURES = 2000, 20
"""How many different reasons are read, and how many groups of alike ones are told."""

MOST_OCCURRENCES = 500

LATE = (1, 5, 15, 60, 300, 900, 3600)
"""The upper ends, in seconds, of the groups in which lateness is shown; the last group has none."""

_CHANGING = re.compile(r"\S*\d\S*")
"""What differs between reasons that are alike: numbers, times, serials, names with digits."""


@dataclass(frozen=True, slots=True)
class StateTally:
    """Tasks of one day, phone, script or campaign, by state."""

    name: str
    counts: Mapping[TaskState, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Lateness:
    """How long after they were due tasks began, in seconds; `groups` are the numbers of tasks up to each of LATE, and
    beyond. All of it is empty if none has begun."""

    tasks: int
    median_s: int | None
    p95_s: int | None
    max_s: int | None
    groups: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Tasks with problems whose reasons are alike; `example` is the newest, `reason` its reason."""

    state: TaskState
    reason: str
    count: int
    example: TaskRecord | None


@dataclass(frozen=True, slots=True)
class NotRun:
    """Occurrences that made no tasks for one reason."""

    state: OccurrenceState
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Week:
    """A week of all campaigns, or of one. `failures_left_out` counts the tasks whose reasons are not told."""

    scope: ReportScope
    made_utc: datetime
    counts: Mapping[TaskState, int]
    days: tuple[StateTally, ...]
    phones: tuple[StateTally, ...]
    scripts: tuple[StateTally, ...]
    campaigns: tuple[StateTally, ...]
    lateness: Lateness
    failures: tuple[FailureGroup, ...]
    failures_left_out: int
    not_run: tuple[NotRun, ...]
    limits: tuple[LimitUse, ...]
    down_times: tuple[DownTime, ...]
    has_daemon: bool
    pauses: tuple[PauseRow, ...]
    holds: tuple[Hold, ...]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def week_of(ledger: Ledger, scope: ReportScope, situation: Situation) -> Week:
    """The summary of a scope that is a week, on the clocks of the fleet's zone."""
    window, chosen = scope.window, scope.chosen
    assert window is not None
    groups = ledger.summaries.groups(chosen)
    counts = Counter[TaskState]()
    for group in groups:
        counts[group.state] += group.tasks
    failures = list(_failures(ledger, chosen))
    problems = sum(counts.get(state, 0) for state in PROBLEMS)
    days = _days(window, situation)
    return Week(
        scope=scope,
        made_utc=situation.now,
        counts=_in_order(counts),
        days=tuple(_tally_of_days(ledger, chosen, days)),
        phones=_tallies(groups, "lane"),
        scripts=_tallies(groups, "script"),
        campaigns=_tallies(groups, "campaign"),
        lateness=lateness_of(ledger.summaries.lateness(chosen)),
        failures=tuple(failures),
        failures_left_out=problems - sum(failure.count for failure in failures),
        not_run=tuple(_not_run(ledger, chosen)),
        limits=tuple(limit_uses(ledger, groups, days)),
        down_times=tuple(down_times(ledger, window, situation)),
        has_daemon=situation.span is not None,
        pauses=tuple(ledger.pauses.between(window.from_utc, window.until_utc)),
        holds=tuple(ledger.holds.between(window.from_utc, window.until_utc)),
    )


def lateness_of(seconds: Sequence[tuple[int, int]]) -> Lateness:
    """From the numbers of tasks by whole seconds of lateness. A task that a person has had tried anew began before it
    was due again: that is no lateness."""
    late = Counter[int]()
    for second, count in seconds:
        late[max(second, 0)] += count
    groups = [0] * (len(LATE) + 1)
    for second, count in late.items():
        groups[bisect_right(LATE, second)] += count
    tasks = late.total()
    return Lateness(
        tasks, _rank(late, 0.5), _rank(late, 0.95), max(late, default=None), tuple(groups) if tasks else ()
    )


def _rank(late: Counter[int], part: float) -> int | None:
    """The lateness that this part of all tasks does not pass; of so many numbers it is one of them."""
    passed = 0
    for second in sorted(late):
        passed += late[second]
        if passed >= part * late.total():
            return second
    return None


def _days(window: Window, situation: Situation) -> list[tuple[date, Window]]:
    monday = window.from_utc.astimezone(situation.zone).date()
    days = [monday + timedelta(days=count) for count in range(7)]
    return [(day, window_of(day, 1, situation.zone)) for day in days]


def _tally_of_days(
    ledger: Ledger, chosen: TaskFilter, days: Iterable[tuple[date, Window]]
) -> Iterator[StateTally]:
    for day, window in days:
        of_day = TaskFilter(
            campaign=chosen.campaign,
            entry=chosen.entry,
            since_utc=window.from_utc,
            until_utc=window.until_utc,
        )
        yield StateTally(f"{day:%a} {day}", _in_order(ledger.reports.counts(of_day)))


def _tallies(groups: Iterable[TaskGroup], by: str) -> tuple[StateTally, ...]:
    """By one of the names of the groups, in order."""
    found: dict[str, Counter[TaskState]] = {}
    for group in groups:
        found.setdefault(getattr(group, by), Counter())[group.state] += group.tasks
    return tuple(StateTally(name, _in_order(counts)) for name, counts in sorted(found.items()))


def _in_order(counts: Mapping[TaskState, int]) -> Mapping[TaskState, int]:
    return {state: counts[state] for state in TaskState if state in counts}


def _failures(ledger: Ledger, chosen: TaskFilter) -> Iterator[FailureGroup]:
    """The most frequent first."""
    having = TaskFilter(
        states=PROBLEMS,
        campaign=chosen.campaign,
        entry=chosen.entry,
        since_utc=chosen.since_utc,
        until_utc=chosen.until_utc,
    )
    alike: dict[tuple[TaskState, str], list[ReasonCount]] = {}
    for one in ledger.summaries.reasons(having, MOST_REASONS):
        alike.setdefault((one.state, _CHANGING.sub("…", one.reason)), []).append(one)
    groups = sorted(alike.values(), key=lambda group: -sum(one.tasks for one in group))
    for group in groups[:MOST_FAILURES]:
        newest = max(group, key=lambda one: one.newest_id)
        yield FailureGroup(
            state=newest.state,
            reason=newest.reason,
            count=sum(one.tasks for one in group),
            example=ledger.tasks.record_of(newest.newest_id),
        )


def _not_run(ledger: Ledger, chosen: TaskFilter) -> Iterator[NotRun]:
    """The most frequent first; that start times fall on one instant is no news."""
    counted = Counter(
        (row.state, row.reason)
        for row in ledger.reports.not_started(chosen, MOST_OCCURRENCES)
        if row.state is not OccurrenceState.MERGED
    )
    for (state, reason), count in counted.most_common(MOST_FAILURES):
        yield NotRun(state, reason, count)
