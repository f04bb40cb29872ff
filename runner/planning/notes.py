"""What a plan tells beside its tasks, one sentence each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import groupby
from pathlib import PurePath

from runner.campaign.quantities import Duration
from runner.campaign.resolve import ActiveDays
from runner.planning.calls import Call
from runner.planning.coming import Coming
from runner.planning.conflicts import Conflict
from runner.planning.limits import WORKING_HOURS
from runner.planning.occurrences import Moment
from runner.planning.plannable_entry import PlannableEntry
from runner.planning.plural import plural
from runner.planning.repeats import Repeats
from runner.planning.simulation import Delay
from runner.planning.walltime import Fit
from runner.tasks import Occurrence

FORECAST_MARK = "*"
"""What stands behind a file of a table that a task would get, if everything goes as planned."""

MOST_OF_A_CODE = 100
"""The most notes that are told of one code; one more note says how many there are beyond."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to know; `nominal` is None where it concerns no single occurrence.

    `until_utc` says, by task key, when tasks that would be held back could start; None if they would be missed.
    """

    code: str
    message: str
    campaign: str | None = None
    entry: str | None = None
    nominal: str | None = None
    until_utc: Mapping[str, datetime | None] = field(default_factory=dict)


class Held:
    """The tasks of one occurrence that wait for the limit of the first of them, or for those before them."""

    def __init__(self, first: Delay) -> None:
        self.first = first
        self.lanes: dict[str, None] = {}
        self.until_utc: dict[str, datetime | None] = {}

    def add(self, delay: Delay) -> None:
        self.lanes[delay.task.place] = None
        self.until_utc[delay.task.key] = None if delay.is_missed else delay.start_utc


class Posts:
    """The API calls of one occurrence: how many, their tasks, and how many tasks each creates."""

    def __init__(self, first: Call) -> None:
        self.first = first
        self.last_utc = first.tasks[0].due_utc
        self.count = 0
        self.tasks = 0
        self.sizes: set[int] = set()

    def add(self, call: Call) -> None:
        self.last_utc = call.tasks[0].due_utc
        self.count += 1
        self.tasks += len(call.tasks)
        self.sizes.add(len(call.tasks))


def shorten(notes: Iterable[Note]) -> Iterator[Note]:
    """The first notes of each code, and how many more there are."""
    counts: Counter[str] = Counter()
    for note in notes:
        counts[note.code] += 1
        if counts[note.code] <= MOST_OF_A_CODE:
            yield note
    for code, count in counts.items():
        if count > MOST_OF_A_CODE:
            yield Note(code, f"and {count - MOST_OF_A_CODE} more like these")


def on_clocks(one: Coming) -> Iterator[Note]:
    """How changes of the clocks move an occurrence."""
    when = instant_text(one.occurrence.instant_utc, one.plannable.zone)
    for fit, moments in groupby(one.moments, key=lambda moment: moment.fit):
        walls = _some([moment.nominal for moment in moments])
        if fit is Fit.SKIPPED:
            yield _on(one, "nonexistent-time", f"the clocks jump over {walls}: runs at {when}")
        elif fit is Fit.REPEATED:
            yield _on(one, "repeated-time", f"the clocks show {walls} twice: runs at {when}")


def on_merging(one: Coming) -> Iterator[Note]:
    """Start times that fall on one instant and become one occurrence."""
    rules = dict.fromkeys(f"`{moment.rule.written}`" for moment in one.moments)
    if len(rules) > 1:
        nominal = one.occurrence.nominal
        message = f"{_some(list(rules))} fall on the same instant: one occurrence, named {nominal}"
        yield _on(one, "merged-occurrences", message)


def on_conflict(conflict: Conflict, zone: tzinfo) -> Note:
    first, second = conflict.first, conflict.second
    where = _some(conflict.lanes, 2)
    times = f"{conflict.times} times, first" if conflict.times > 1 else "once,"
    start, end = instant_text(second.start_utc, zone), f"{first.end_utc.astimezone(zone):%H:%M:%S}"
    place = (second.campaign, second.entry, second.nominal)
    if first.name == second.name:
        message = f"on {where} it comes while it still runs, {times} at {start}: until {end} by then"
        return Note("overlap", message, *place)
    other = first.entry if first.campaign == second.campaign else f"{first.campaign}/{first.entry}"
    message = f"on {where} it starts while {other} runs, {times} at {start}: {other} needs until {end}"
    return Note("device-conflict", message, *place)


def on_nobody(plannable: PlannableEntry) -> Note:
    """An entry that no phone carries out now."""
    return Note("no-phone", f"nothing is done: {plannable.why_nobody}", *plannable.name)


def on_candidates(plannable: PlannableEntry) -> Iterator[Note]:
    """Which phones fit now by what they say of themselves, and how old that is."""
    found = plannable.entry.candidates
    fit = [f"{one.serial} ({one.when})" for one in found if not one.misfit]
    if fit:
        rest = [f"{one.serial} {one.misfit}" for one in found if one.misfit]
        message = f"{len(fit)} of {len(found)} phones fit now: {_some(fit, 4)}"
        message += f"; not {_some(rest, 4)}" if rest else ""
        yield Note("phones-fit", message, *plannable.name)


def on_inactive(plannable: PlannableEntry, skipped: Iterable[Moment]) -> Iterator[Note]:
    """Occurrences that do not come, since the campaign is not active then."""
    first: Moment | None = None
    count = 0
    for moment in skipped:
        first, count = first or moment, count + 1
    if first is not None:
        what = "1 occurrence does" if count == 1 else f"{count} occurrences do"
        when = _active_days(plannable.campaign.active)
        message = f"{what} not come, the first {first.nominal}: the campaign is active {when}"
        yield Note("not-active", message, *plannable.name, first.nominal)


def on_delays(held: Held, grace: Duration, zone: tzinfo) -> Note:
    """Tasks that wait for a limit, or for the tasks before them."""
    task, refusal = held.first.task, held.first.refusal
    starts = [start for start in held.until_utc.values() if start is not None]
    count, missed = len(held.until_utc), len(held.until_utc) - len(starts)
    tasks = f"{plural(count, 'task')} on {_some(list(held.lanes), 2)}"
    place = (task.campaign, task.entry, task.nominal)
    if refusal is None:
        what = f"start late, the last at {instant_text(max(starts), zone)}" if starts else "be missed"
        what += f", and {missed} of them be missed" if starts and missed else ""
        message = f"{tasks} would {what}: those before them take longer than the grace of {grace}"
        return Note("too-late", message, *place, held.until_utc)
    if held.first.is_interrupted:
        what = f"{tasks} would meet a limit before their last effect"
    elif missed == count:
        what = f"{tasks} would be missed: held back for longer than the grace of {grace}"
    elif count == 1:
        what = f"{tasks} would wait until {instant_text(max(starts), zone)}"
    else:
        what = f"{tasks} would wait, the last until {instant_text(max(starts), zone)}"
    if 0 < missed < count:
        what += f", and {missed} of them be missed: later than the grace of {grace}"
    code = "outside-working-hours" if refusal.limit == WORKING_HOURS else "limit-reached"
    message = f"{what}: {refusal.reason}" if count == 1 else f"{what}; the first: {refusal.reason}"
    return Note(code, message, *place, held.until_utc)


def on_repeats(found: Repeats, zone: tzinfo) -> Note:
    """Files that come to an account, or a device, that has had them."""
    task, where = found.first, _some(list(found.places), 2)
    file = PurePath(task.options.files[-1].path).name
    start, count = instant_text(task.due_utc, zone), plural(found.count, "task")
    place = (task.campaign, task.entry, task.nominal)
    if found.run_out:
        message = (
            f"its files run out on {where}, first at {start}: from then on {count} would post files again, the one "
            "that was posted the longest ago first"
        )
        return Note("files-run-out", message, *place)
    message = f"{count} would post a file that {where} had before, first {file} at {start}"
    return Note("file-again", message, *place)


def on_forecast_files() -> Note:
    message = (
        "which files are marked * is a forecast: a task keeps the file that it gets when its time comes, and one that "
        "ends without its post gives it to the next"
    )
    return Note("files-forecast", message)


def on_calls(posts: Posts, zone: tzinfo) -> Note:
    """The calls that an occurrence makes, and what each of them creates."""
    task, sizes = posts.first.tasks[0], posts.sizes
    start = instant_text(task.due_utc, zone)
    when = f"at {start}" if posts.count == 1 else f"from {start} to {instant_text(posts.last_utc, zone)}"
    each = f"{min(sizes)} to {max(sizes)}" if len(sizes) > 1 else f"{min(sizes)}"
    makes = (
        f"creates {plural(posts.tasks, 'task')}"
        if posts.count == 1
        else f"create {each} each, {posts.tasks} in all"
    )
    every = ", times the accounts on each device" if task.options.multi_account else ""
    message = f"{posts.count} POST /task {when} {makes}{every}"
    return Note("api-calls", message, task.campaign, task.entry, task.nominal)


def nothing_due(upcoming: Occurrence | None, zone: tzinfo) -> Note:
    """What comes after a window in which nothing is due."""
    if upcoming is None:
        return Note("nothing-due", "no entry has a start time that lies ahead")
    message = f"the next occurrence comes at {instant_text(upcoming.instant_utc, zone)}"
    return Note("nothing-due", message, upcoming.campaign, upcoming.entry, upcoming.nominal)


def instant_text(instant_utc: datetime, zone: tzinfo) -> str:
    """An instant for people: `2026-11-21 09:00 (08:00Z)`, with the UTC date where it is another."""
    local, utc = instant_utc.astimezone(zone), instant_utc.astimezone(UTC)
    clock = "%H:%M:%S" if utc.second else "%H:%M"
    utc_format = f"{clock}Z" if utc.date() == local.date() else f"%Y-%m-%d {clock}Z"
    return f"{local:%Y-%m-%d {clock}} ({utc:{utc_format}})"


def _on(one: Coming, code: str, message: str) -> Note:
    occurrence = one.occurrence
    return Note(code, message, occurrence.campaign, occurrence.entry, occurrence.nominal)


def _active_days(active: ActiveDays | None) -> str:
    first = f"from {active.from_day}" if active and active.from_day else ""
    last = f"until {active.until_day}" if active and active.until_day else ""
    return " ".join(filter(None, (first, last)))


def _some(names: list[str], most: int = 4) -> str:
    """The names, or the first of them and how many more there are."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
