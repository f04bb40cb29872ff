"""The timeline: what was and what will be in a window of time, lane by lane, as rows of numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from runner.campaign.resolve import ResolvedCampaign
from runner.errors import UsageError
from runner.planning.plan import Made, plan
from runner.planning.source import Window
from runner.queries.timeline_bands import Band, closed_hours, past_bands, spread_band
from runner.queries.timeline_lanes import By, LaneLine, TimelineLanes
from runner.store.ledger import Ledger
from runner.store.rows import Identity, OccurrenceRow, OccurrenceState, TaskTimes
from runner.store.task_times import micros
from runner.targets import DEFAULT_APP
from runner.tasks import Task, work

MOST_TASKS = 50_000
"""How many tasks of the ledger a timeline holds one by one; of more it counts those of each stretch of time."""

MOST_PLANNED = 20_000
MOST_OCCURRENCES = 5_000
MOST_MARKS = 20_000
MOST_BANDS = 10_000
LONGEST = timedelta(days=92)
"""The longest window."""

LONGEST_REASON = 160
FALLBACK = timedelta(minutes=1)
"""How long a task is drawn of which nobody knows how long it takes."""

OPEN = -1
"""The end of what goes on."""

STATES = (
    "planned",
    "pending",
    "running",
    "completed",
    "failed",
    "missed",
    "skipped",
    "cancelled",
    "uncertain",
    "merged",
)
"""The words that the state of a row numbers: those of tasks, of occurrences that did not run, and of the plan."""

_NUMBER_OF = {state: number for number, state in enumerate(STATES)}


class RowKind(IntEnum):
    """What one row is: a task of the ledger, one that is planned, an occurrence that did not run, or
    the number of tasks in a state and a stretch of time."""

    TASK = 0
    PLANNED = 1
    OCCURRENCE = 2
    TOTAL = 3


class TimelineRow(NamedTuple):
    """What a timeline shows of one thing. Instants are milliseconds since 1970; `end` is `OPEN` for what goes on. `id`
    is that of the task or occurrence, 0 for what has none. `entry`, `title` and `reason` number the words beside the
    rows, -1 is none; `tasks` is how many it stands for."""

    kind: int
    lane: int
    state: int
    start: int
    end: int
    due: int
    id: int
    entry: int
    title: int
    reason: int
    tasks: int = 1


class WordList:
    """Gives each word a number, in the order in which they are met."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, word: str) -> int:
        return self.numbers.setdefault(word, len(self.numbers))

    def all(self) -> list[str]:
        return list(self.numbers)


@dataclass(frozen=True, slots=True)
class Timeline:
    """`stretch_s` is set if tasks of the ledger are counted by stretches of so many seconds. `entries` are written
    `campaign/entry`. `notes` say what is left out. `since_utc` is as asked."""

    by: By
    window: Window
    now: datetime
    lanes: tuple[LaneLine, ...]
    rows: Sequence[TimelineRow]
    entries: tuple[str, ...]
    titles: tuple[str, ...]
    reasons: tuple[str, ...]
    bands: tuple[Band, ...]
    notes: tuple[str, ...]
    stretch_s: int | None = None
    since_utc: datetime | None = None


def timeline(
    ledger: Ledger,
    campaigns: Mapping[str, ResolvedCampaign],
    window: Window,
    by: By,
    now: datetime,
    fleet_zone: tzinfo,
    since_utc: datetime | None = None,
) -> Timeline:
    """What was and will be in the window; `campaigns` are those in force, by name.

    With `since_utc` only what may have changed since then: of the ledger's tasks those that were not over, and no plan.
    Raises UsageError for a window that is empty or too long.
    """
    if not timedelta() < window.length <= LONGEST:
        raise UsageError(f"a timeline shows more than no time and at most {LONGEST.days} days")
    lanes = TimelineLanes(by, campaigns, None if by is By.CAMPAIGN else ledger.hosts_now.table())
    drawing = _Drawing(ledger, lanes, window, now)
    drawing.add_ledger(since_utc)
    if since_utc is None:
        drawing.add_plan(campaigns)
    drawing.add_occurrences()
    drawing.bands += past_bands(ledger, drawing.lanes, window.from_utc, window.until_utc, now)
    drawing.bands += closed_hours(drawing.lanes, campaigns, window.from_utc, window.until_utc, fleet_zone)
    return drawing.done(since_utc)


class _Drawing:
    """A timeline in the making."""

    def __init__(self, ledger: Ledger, lanes: TimelineLanes, window: Window, now: datetime) -> None:
        self.lanes = lanes
        self.bands: list[Band] = []
        self._ledger = ledger
        self._window = window
        self._now = now
        self._rows: list[TimelineRow] = []
        self._entries, self._titles, self._reasons = WordList(), WordList(), WordList()
        self._reasons.number("")
        self._notes: list[str] = []
        self._stretch_s: int | None = None
        self._expected = {one.name: one.expected for one in lanes.plannables}
        self._occurrences: list[OccurrenceRow] | None = None
        self._free: dict[str, int] = {}

    def add_ledger(self, since_utc: datetime | None) -> None:
        """The tasks of the ledger: each, or how many if there are too many."""
        first, last, table = self._window.from_utc, self._window.until_utc, self._ledger.task_times
        is_beyond = since_utc is None and table.is_beyond(first, last, MOST_TASKS)
        rows = [] if is_beyond else table.between(first, last, self._now, MOST_TASKS, since_utc)
        if is_beyond or len(rows) > MOST_TASKS:
            self._add_totals()
            return
        now = micros(self._now)
        self._rows += [self._task(row, now) for row in sorted(rows, key=_due)]

    def _task(self, row: TaskTimes, now: int) -> TimelineRow:
        start, end = self._when(row, now)
        reason = row.reason
        if not reason and row.state == "pending" and row.due <= now:
            reason = f"waits for its turn on {row.lane}"
        return TimelineRow(
            RowKind.TASK,
            self.lanes.of_task(row),
            _NUMBER_OF[row.state],
            start // 1000,
            end if end == OPEN else end // 1000,
            row.due // 1000,
            row.id,
            self._entries.number(f"{row.campaign}/{row.entry}"),
            self._titles.number(_title(row.script, row.app, row.target)),
            self._reasons.number(reason[:LONGEST_REASON]) if reason else 0,
        )

    def _when(self, row: TaskTimes, now: int) -> tuple[int, int]:
        """From when until when a task was, or will be, in microseconds."""
        if row.state == "pending":
            if row.due <= now:
                held = row.not_before or 0
                return row.due, held if held > now else OPEN
            return self._queued(row.lane, max(row.due, row.not_before or 0), (row.campaign, row.entry))
        if row.started is None:
            return row.due, row.due
        if row.state == "running":
            return row.started, OPEN
        return row.started, max(row.started, row.finished or row.started)

    def _queued(self, lane: str, due: int, entry: tuple[str, str]) -> tuple[int, int]:
        """When a task ahead is expected to have its turn, in its queue: a lane does one after the other."""
        start = max(due, self._free.get(lane, 0))
        end = start + self._expected.get(entry, FALLBACK) // timedelta(microseconds=1)
        self._free[lane] = end
        return start, end

    def _add_totals(self) -> None:
        first, last = self._window.from_utc, self._window.until_utc
        stretches = max(24, MOST_TASKS // max(1, len(self.lanes.lines)) // 4)
        self._stretch_s = max(60, int(self._window.length.total_seconds()) // min(stretches, 2000))
        totals = self._ledger.task_times.totals(
            first, last, self._stretch_s, self.lanes.by.columns, MOST_TASKS
        )
        for row in totals:
            start, state = row.due // 1000, _NUMBER_OF[row.state]
            end = start + self._stretch_s * 1000
            self._rows.append(
                TimelineRow(
                    RowKind.TOTAL, self.lanes.of_task(row), state, start, end, start, 0, -1, -1, 0, row.tasks
                )
            )
        minutes = self._stretch_s / 60
        self._notes.append(
            f"More than {MOST_TASKS:,} tasks: they are counted by stretches of {minutes:.0f} minutes. "
            "Choose a shorter time to see each."
        )

    def add_plan(self, campaigns: Mapping[str, ResolvedCampaign]) -> None:
        """The tasks that are planned ahead and that the ledger does not have yet."""
        ahead = Window(max(self._now, self._window.from_utc), self._window.until_utc)
        if ahead.length <= timedelta():
            return
        known, tasks = self._known_ahead(), list[Task]()
        for one in plan(list(campaigns.values()), ahead).made():
            occurrence = one.coming.occurrence
            # Those whose instant has come are the ledger's, or nobody's: it says why they did not run.
            if occurrence.instant_utc <= self._now or _identity(one) in known:
                continue
            if len(tasks) >= MOST_PLANNED:
                until = occurrence.instant_utc.isoformat(" ", "minutes")
                self._notes.append(
                    f"Of what is planned the first {len(tasks):,} tasks are shown, until {until}."
                )
                break
            tasks += (task for task in one.tasks if ahead.from_utc <= task.due_utc < ahead.until_utc)
            if band := spread_band(self.lanes, one.coming.plannable, occurrence.instant_utc):
                self.bands.append(band)
        tasks.sort(key=lambda task: task.due_utc)
        for task in tasks:
            self._add_planned(task)

    def _add_planned(self, task: Task) -> None:
        due = micros(task.due_utc)
        start, end = self._queued(task.lane, due, (task.campaign, task.entry))
        self._rows.append(
            TimelineRow(
                RowKind.PLANNED,
                self.lanes.of_planned(task),
                0,
                start // 1000,
                end // 1000,
                due // 1000,
                0,
                self._entries.number(f"{task.campaign}/{task.entry}"),
                self._titles.number(task.title),
                0,
            )
        )

    def _known_ahead(self) -> set[Identity]:
        """The occurrences ahead that the ledger has already: somebody ran them by hand before their time."""
        ahead = self._ledger.occurrences.between(
            max(self._now, self._window.from_utc), self._window.until_utc, MOST_OCCURRENCES
        )
        return {(row.occurrence.campaign, row.occurrence.entry, row.occurrence.nominal) for row in ahead}

    def add_occurrences(self) -> None:
        """The occurrences that did not run, at their instants, and the spread of those that did."""
        first, last = self._window.from_utc, self._window.until_utc
        reach = max((one.reach for one in self.lanes.plannables), default=timedelta())
        rows = self._ledger.occurrences.between(first - reach, last, MOST_OCCURRENCES)
        if len(rows) == MOST_OCCURRENCES:
            self._notes.append(f"Of the occurrences only the latest {len(rows):,} are looked at.")
        marks = homeless = 0
        for row in reversed(rows):
            occurrence = row.occurrence
            on = self.lanes.of_entry(occurrence.campaign, occurrence.entry)
            if row.state is OccurrenceState.STARTED:
                self.bands += self._spread_of(row)
            elif occurrence.instant_utc >= first:
                homeless += not on
                for lane in on[: MOST_MARKS - marks]:
                    self._add_occurrence(row, lane)
                    marks += 1
        if marks >= MOST_MARKS:
            self._notes.append(f"Of what did not run only {marks:,} marks are shown.")
        if homeless:
            self._notes.append(
                f"{homeless:,} occurrences that did not run belong to entries that are no longer in force. "
                "Group by campaign to see them."
            )

    def _spread_of(self, row: OccurrenceRow) -> Iterator[Band]:
        occurrence = row.occurrence
        if row.run_id is not None:
            return  # a run by hand comes for all at once
        for plannable in self.lanes.plannables:
            if plannable.name == (occurrence.campaign, occurrence.entry):
                if band := spread_band(self.lanes, plannable, occurrence.instant_utc):
                    yield band
                return

    def _add_occurrence(self, row: OccurrenceRow, lane: int) -> None:
        at = micros(row.occurrence.instant_utc) // 1000
        self._rows.append(
            TimelineRow(
                RowKind.OCCURRENCE,
                lane,
                _NUMBER_OF[row.state],
                at,
                at,
                at,
                row.id,
                self._entries.number(f"{row.occurrence.campaign}/{row.occurrence.entry}"),
                self._titles.number(f"{row.occurrence.entry} at {row.occurrence.nominal}"),
                self._reasons.number(row.reason[:LONGEST_REASON]),
            )
        )

    def done(self, since_utc: datetime | None) -> Timeline:
        bands = self.bands
        if len(bands) > MOST_BANDS:
            self._notes.append(f"Of {len(bands):,} bands the first {MOST_BANDS:,} are shown.")
        return Timeline(
            by=self.lanes.by,
            window=self._window,
            now=self._now,
            lanes=tuple(self.lanes.lines),
            rows=self._rows,
            entries=tuple(self._entries.all()),
            titles=tuple(self._titles.all()),
            reasons=tuple(self._reasons.all()),
            bands=tuple(bands[:MOST_BANDS]),
            notes=tuple(self._notes),
            stretch_s=self._stretch_s,
            since_utc=since_utc,
        )


@lru_cache(maxsize=4096)
def _title(script: str, app: str | None, target: str | None) -> str:
    what = work(script, app or DEFAULT_APP)
    return f"{what} {target}" if target else what


def _due(row: TaskTimes) -> int:
    return row.due


def _identity(one: Made) -> Identity:
    occurrence = one.coming.occurrence
    return occurrence.campaign, occurrence.entry, occurrence.nominal
