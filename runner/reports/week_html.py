"""A week summed up, as one self-contained HTML file with charts and the screens of what failed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo

from runner.queries.week import LATE, FailureGroup, Lateness, StateTally, Week
from runner.reports.charts import Row, chart
from runner.reports.html import MOST_BYTES, render, seconds
from runner.reports.run_summary import counted
from runner.store.artifacts import Artifacts
from runner.store.rows import StepRow, TaskRecord
from runner.tasks import TaskState


def render_week(week: Week, artifacts: Artifacts, zone: tzinfo, most_bytes: int = MOST_BYTES) -> str:
    """The summary as HTML; instants are told in `zone`."""
    values = {
        "week": week,
        "made_utc": week.made_utc,
        "totals": counted(week.counts),
        "states": list(week.counts),
        "day_chart": chart("Tasks of each day, by state", map(_row, week.days)),
        "phone_chart": chart("Tasks of each phone, by state", map(_row, week.phones)),
        "late_chart": chart("How late tasks began", lateness_rows(week.lateness)),
        "lateness": list(lateness_rows(week.lateness)),
        "failures": [(failure, last_screen(failure)) for failure in week.failures],
    }
    records = [record for failure in week.failures if (record := _last_screen_alone(failure))]
    return render("week.html.j2", values, records, artifacts, zone, most_bytes)


def _last_screen_alone(failure: FailureGroup) -> TaskRecord | None:
    """The newest of these tasks with the one step whose screen is shown, so that the file has no other pictures."""
    step, record = last_screen(failure), failure.example
    if step is None or record is None:
        return None
    return replace(record, attempts=(replace(record.attempts[-1], steps=(replace(step, hierarchy=None),)),))


def lateness_rows(lateness: Lateness) -> Iterator[Row]:
    """`up to 5 s`: so many tasks."""
    names = [f"up to {seconds_words(end)}" for end in LATE] + [f"over {seconds_words(LATE[-1])}"]
    for name, count in zip(names, lateness.groups, strict=False):
        yield name, [("late", count)]


def seconds_words(whole: int) -> str:
    """`5 s`, `15 min`, `1 h`."""
    for size, unit in ((3600, "h"), (60, "min")):
        if whole >= size and whole % size == 0:
            return f"{whole // size} {unit}"
    return seconds(whole) if whole >= 100 else f"{whole} s"


def last_screen(failure: FailureGroup) -> StepRow | None:
    """The last step of the newest of these tasks that has a picture."""
    attempts = failure.example.attempts if failure.example else ()
    steps = [step for attempt in attempts for step in attempt.steps if step.screenshot]
    return steps[-1] if steps else None


def _row(tally: StateTally) -> Row:
    return tally.name, [(state.value, tally.counts[state]) for state in TaskState if state in tally.counts]
