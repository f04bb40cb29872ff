"""What a person wants a report of: a run, a task, a campaign, an entry, an occurrence, or a stretch of time."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from runner.errors import NothingToReport, UnknownTask, UsageError
from runner.planning.rules import FIRST_YEAR, LAST_YEAR
from runner.planning.source import Window
from runner.planning.walltime import resolve
from runner.queries.asked_times import AskedTime, asked_of
from runner.queries.entry_history import EntryHistory
from runner.queries.find_task import find_task
from runner.queries.situation import Situation
from runner.store.asked.tasks import is_id
from runner.store.last_good import resolved_in_force
from runner.store.ledger import Ledger
from runner.store.rows import OccurrenceRow, RunRow, TaskFilter, TaskRow

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.ASCII)


class ReportKind(StrEnum):
    """What a report is about."""

    RUN = "run"
    TASK = "task"
    OCCURRENCE = "occurrence"
    ENTRY = "entry"
    CAMPAIGN = "campaign"
    TIME = "time"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class ReportScope:
    """What a report covers. `name` is fit for a file's name; `chosen` lets its tasks through.

    `run` and `task` are set for the report of one; `occurrences` are those of an occurrence's report: one, or several
    that a time means.
    """

    kind: ReportKind
    title: str
    name: str
    chosen: TaskFilter
    run: RunRow | None = None
    task: TaskRow | None = None
    occurrences: tuple[OccurrenceRow, ...] = ()

    @property
    def window(self) -> Window | None:
        """The time that it covers, if it is about one."""
        since, until = self.chosen.since_utc, self.chosen.until_utc
        return Window(since, until) if since is not None and until is not None else None

    def within(self, window: Window, zone: tzinfo) -> "ReportScope":
        """The same, of a stretch of time alone. Raises UsageError for a run, a task or an occurrence."""
        self._refuse_a_time()
        chosen = replace(self.chosen, since_utc=window.from_utc, until_utc=window.until_utc)
        return replace(self, chosen=chosen, name=f"{self.name}-{_stamp(window.from_utc, zone)}")

    def in_week(self, week: "ReportScope") -> "ReportScope":
        """A week of it alone; raises as `within`."""
        self._refuse_a_time()
        chosen = replace(week.chosen, campaign=self.chosen.campaign, entry=self.chosen.entry)
        title, name = f"{self.title}: {week.title.lower()}", f"{self.name}-{week.name}"
        return replace(week, title=title, name=name, chosen=chosen)

    def _refuse_a_time(self) -> None:
        if self.kind not in (ReportKind.CAMPAIGN, ReportKind.ENTRY):
            raise UsageError(
                f"{self.title} is reported as a whole, whenever it was",
                hint="leave --since, --until, --day and --week out, or name a campaign or an entry",
            )


# Stretches of time


def of_time(window: Window, zone: tzinfo) -> ReportScope:
    """A stretch of time; its name is on the clocks of `zone`."""
    name = f"from-{_stamp(window.from_utc, zone)}"
    return ReportScope(ReportKind.TIME, "All campaigns", name, _within(window))


def of_day(day: date, zone: tzinfo) -> ReportScope:
    """A calendar day on the clocks of `zone`."""
    return ReportScope(ReportKind.DAY, f"{day:%A} {day}", f"day-{day}", _within(window_of(day, 1, zone)))


def of_week(monday: date, zone: tzinfo) -> ReportScope:
    """The seven days from a Monday on, on the clocks of `zone`."""
    year, week, _ = monday.isocalendar()
    name = f"{year}-W{week:02}"
    chosen = _within(window_of(monday, 7, zone))
    return ReportScope(ReportKind.WEEK, f"Week {week} of {year}", f"week-{name}", chosen)


def window_of(day: date, days: int, zone: tzinfo) -> Window:
    """So many calendar days from one on: 23 to 25 hours each, where the clocks change."""
    ends = (datetime.combine(day + timedelta(days=count), time()) for count in (0, days))
    return Window(*(resolve(end, zone).instant_utc for end in ends))


def read_day(written: str, today: date) -> date:
    """A day as typed: `2026-11-21`, `today` or `yesterday`. Raises UsageError."""
    words = {"today": today, "yesterday": today - timedelta(days=1)}
    if written in words:
        return words[written]
    try:
        return _in_bounds(date.fromisoformat(written) if _DAY.fullmatch(written) else None)
    except ValueError:
        raise UsageError(f"{written!r} is no day", hint="write 2026-11-21, today or yesterday") from None


def read_week(written: str, today: date) -> date:
    """The Monday of a week as typed: `2026-W48`, `this` or `last`. Raises UsageError."""
    monday = today - timedelta(days=today.weekday())
    words = {"this": monday, "last": monday - timedelta(days=7)}
    if written in words:
        return words[written]
    found = _WEEK.fullmatch(written)
    try:
        return _in_bounds(date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None)
    except ValueError:
        raise UsageError(f"{written!r} is no week", hint="write 2026-W48, this or last") from None


def _in_bounds(day: date | None) -> date:
    """The day, which the clocks of every zone can show. Raises ValueError."""
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError
    return day


def _within(window: Window) -> TaskFilter:
    return TaskFilter(since_utc=window.from_utc, until_utc=window.until_utc)


def _stamp(instant: datetime, zone: tzinfo) -> str:
    return f"{instant.astimezone(zone):%Y%m%d-%H%M}"


# What has a name


def scope_named(ledger: Ledger, subject: str, at: str | None, situation: Situation) -> ReportScope:
    """What a person names: a run, a task, a campaign, CAMPAIGN/ENTRY, or an occurrence as CAMPAIGN/ENTRY@NOMINAL or as
    CAMPAIGN/ENTRY and a typed time. Raises UsageError if that is nothing, or several things."""
    head, mark, nominal = subject.partition("@")
    if at is None and mark and re.fullmatch(r"[^/]+/[^/]+", head):
        return _of_occurrence(ledger, head, nominal, situation)
    if at is not None:
        return _of_occurrence(ledger, subject, at, situation)
    exact = _exactly(ledger, subject)
    if len(exact) > 1:
        kinds = [scope.kind.value for scope in exact]
        raise UsageError(
            f"{subject!r} is a {' and a '.join(kinds)}",
            hint=f"write {' or '.join(f'{kind}:{subject}' for kind in kinds)}",
        )
    if exact:
        return exact[0]
    return _of_entry(ledger, subject) or of_task(_found_task(ledger, subject))


def _exactly(ledger: Ledger, subject: str) -> list[ReportScope]:
    """All that has this name; `run:`, `task:` or `campaign:` in front says which is meant."""
    asked, mark, name = subject.partition(":")
    if not mark or asked not in ("run", "task", "campaign"):
        asked, name = "", subject
    found = []
    if asked in ("", "run") and (run := ledger.runs.get(name)):
        found.append(of_run(run))
    if asked in ("", "task") and (task := ledger.tasks.get(int(name) if is_id(name) else name)):
        found.append(of_task(task))
    if asked in ("", "campaign") and ledger.campaigns.newest_version(name):
        found.append(of_campaign(name))
    if asked and not found:
        raise NothingToReport(f"the ledger has no {asked} {name}", wanted=asked)
    return found


def of_run(run: RunRow) -> ReportScope:
    title = f"Run {run.run_id} of {run.campaign}"
    return ReportScope(
        ReportKind.RUN, title, f"run-{_plain(run.run_id)}", TaskFilter(run_id=run.run_id), run=run
    )


def of_task(row: TaskRow) -> ReportScope:
    task = row.task
    title = f"Task {row.id}: {task.title} on {task.place or 'no phone'}"
    return ReportScope(ReportKind.TASK, title, f"task-{row.id}", TaskFilter(), task=row)


def of_campaign(name: str) -> ReportScope:
    return ReportScope(ReportKind.CAMPAIGN, name, f"campaign-{_plain(name)}", TaskFilter(campaign=name))


def of_occurrences(rows: tuple[OccurrenceRow, ...]) -> ReportScope:
    """One occurrence, or several of an entry that a typed time means."""
    first = rows[0].occurrence
    nominals = " and ".join(row.occurrence.nominal for row in rows)
    chosen = TaskFilter(occurrence_ids=[row.id for row in rows])
    title = f"{first.campaign}/{first.entry} at {nominals}"
    return ReportScope(ReportKind.OCCURRENCE, title, f"occurrence-{rows[0].id}", chosen, occurrences=rows)


def _of_entry(ledger: Ledger, subject: str) -> ReportScope | None:
    campaign, slash, entry = subject.partition("/")
    if not slash or not entry or "/" in entry:
        return None
    if not EntryHistory.read(ledger, campaign, entry, resolved_in_force(ledger)).is_known:
        return None
    chosen = TaskFilter(campaign=campaign, entry=entry)
    return ReportScope(ReportKind.ENTRY, subject, f"entry-{_plain(subject)}", chosen)


def _plain(text: str) -> str:
    """A text as a part of a file's name."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text)[:60]


def _found_task(ledger: Ledger, subject: str) -> TaskRow:
    try:
        return find_task(ledger, subject)
    except UnknownTask:
        raise NothingToReport(
            f"the ledger has no run, task, campaign or entry {subject or repr(subject)}", wanted="name"
        ) from None


def _of_occurrence(ledger: Ledger, subject: str, at: str, situation: Situation) -> ReportScope:
    """The occurrences of an entry at a nominal time, or at a typed one. Raises UsageError if none is recorded."""
    campaign, slash, entry = subject.partition("/")
    if not slash or not entry or "/" in entry:
        raise UsageError(f"--at asks for an occurrence, and {subject!r} is no CAMPAIGN/ENTRY")
    if found := ledger.reports.occurrence(campaign, entry, at):
        return of_occurrences((found,))
    history = EntryHistory.read(ledger, campaign, entry, resolved_in_force(ledger))
    if not history.is_known:
        raise NothingToReport(f"the ledger has no entry {subject}", wanted="entry")
    rows = {row.id: row for when in _asked(history, at, situation) for row in _recorded(history, when)}
    if not rows:
        raise NothingToReport(
            f"the ledger has no occurrence of {subject} at {at}", wanted="occurrence", hint=_latest(history)
        )
    return of_occurrences(tuple(rows.values()))


def _asked(history: EntryHistory, at: str, situation: Situation) -> list[AskedTime]:
    asked = [when for _, when in asked_of(history.plannables, at, situation.now)]
    zones: list[tzinfo] = [*history.zones] or [situation.zone]
    return asked or [AskedTime.read(at, zone, situation.now) for zone in zones]


def _recorded(history: EntryHistory, asked: AskedTime) -> list[OccurrenceRow]:
    return history.recorded(asked.window.from_utc, asked.window.until_utc)


def _latest(history: EntryHistory) -> str | None:
    latest = history.recorded(limit=1)
    return f"the latest is {latest[0].occurrence.nominal}" if latest else None
