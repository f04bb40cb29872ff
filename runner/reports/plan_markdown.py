"""A plan, or how two plans differ, as Markdown for the comment of a pull request.

Texts of campaigns are in code spans, where they can be no markup and mention nobody.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice

from runner.planning.difference import Difference, TaskChange
from runner.planning.notes import Note
from runner.planning.plan import Plan
from runner.planning.source import Clocks
from runner.reports.content import content_words
from runner.reports.plan_changes import EntryChanges, by_entry, counted
from runner.reports.plan_columns import titles
from runner.reports.plan_table import forecast_mark, window_text
from runner.reports.weekday import dated
from runner.tasks import Task

MOST_ROWS = 200
"""The most rows that a person still looks through; `runner plan` shows all."""
MOST_CHARACTERS = 60_000
"""A comment on GitHub may have at most 65,536."""
_MOST_NOTES = 20
_MOST_NAMES = 5
_HEAD = (
    "| day | time | entry | script | targets, files and texts | devices |",
    "| --- | --- | --- | --- | --- | --- |",
)
_VERBS = {
    TaskChange.ADDED: "**added**",
    TaskChange.REMOVED: "**removed**",
    TaskChange.MOVED: "moved",
    TaskChange.CHANGED: "changed",
}


def render(plan: Plan, notes: Iterable[Note]) -> Iterator[str]:
    """A row for each entry and instant, at most MOST_ROWS, and what needs attention."""
    return _bounded(_plan(plan, notes))


def render_differences(
    before: Plan, after: Plan, found: Sequence[Difference], revision: str
) -> Iterator[str]:
    """Each entry that differs, with a row for tasks that changed alike, and its settings before and after."""
    return _bounded(_differences(before, after, found, revision))


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    """The lines that fit a comment."""
    length = 0
    for line in lines:
        length += len(line) + 1
        if length > MOST_CHARACTERS:
            yield from ("", "... and more than fits here: `runner plan` shows it all")
            return
        yield line


def _plan(plan: Plan, notes: Iterable[Note]) -> Iterator[str]:
    tasks, clocks = list(plan.tasks()), Clocks(plan.campaigns)
    yield f"### {_count(len(tasks), 'task')} {window_text(plan.window)}"
    yield ""
    for title in titles(plan.campaigns):
        yield f"- {_code(title)}"

    def together(task: Task) -> tuple[object, ...]:
        return task.campaign, task.entry, task.due_utc, clocks.zone_of(task)

    rows = [list(group) for _, group in groupby(tasks, together)]
    if rows:
        yield from ("", *_HEAD)
        for row in rows[:MOST_ROWS]:
            local = clocks.local(row[0])
            time = f"{local:%H:%M:%S}".removesuffix(":00") + clocks.elsewhere(row[0])
            cells = (dated(local.date()), time, *_cells(plan, row))
            yield f"| {' | '.join(cells)} |"
    if len(rows) > MOST_ROWS:
        yield from ("", f"... and {len(rows) - MOST_ROWS} rows more: `runner plan` shows them all")
    yield from _notes(notes)


def _differences(before: Plan, after: Plan, found: Sequence[Difference], revision: str) -> Iterator[str]:
    yield f"### Plan: {counted(Counter(one.change for one in found))}"
    yield ""
    yield f"since {_code(revision)}, {window_text(after.window)}"
    left = MOST_ROWS
    for entry in by_entry(before, after, found):
        if left <= 0:
            yield from ("", f"{_code(entry.name)}: {counted(entry.counts)}")
        else:
            yield from _entry(entry, left)
        left -= len(entry.lines)


def _entry(entry: EntryChanges, most: int) -> Iterator[str]:
    yield from ("", f"#### {_code(entry.name)}: {counted(entry.counts)}", "")
    yield from ("| | when | where |", "| --- | --- | --- |")
    for line in entry.lines[:most]:
        yield f"| {_VERBS[line.change]} | {line.when()} | {_code(line.where())} |"
    if len(entry.lines) > most:
        yield f"| | ... and {len(entry.lines) - most} rows more | |"
    values = list(entry.values())
    if values:
        yield from ("", "| setting | before | now |", "| --- | --- | --- |")
        yield from (f"| {_code(name)} | {_code(was)} | {_code(now)} |" for name, was, now in values)


def _cells(plan: Plan, row: Sequence[Task]) -> Iterator[str]:
    yield _code(row[0].entry)
    yield _code(row[0].work)
    whole = ((task.target, *content_words(task, forecast_mark(plan, task))) for task in row)
    yield _names(", ".join(filter(None, parts)) for parts in whole if any(parts))
    yield _names(task.place for task in row)


def _names(names: Iterable[str]) -> str:
    """The first names, each once, and how many more there are."""
    found = list(dict.fromkeys(names))
    shown = ", ".join(map(_code, found[:_MOST_NAMES]))
    return shown + (f" and {len(found) - _MOST_NAMES} more" if len(found) > _MOST_NAMES else "")


def _notes(notes: Iterable[Note]) -> Iterator[str]:
    found = iter(notes)
    lines = [
        f"- {_code(place) + ': ' if (place := '/'.join(filter(None, (note.campaign, note.entry)))) else ''}"
        f"{_code(note.message)}"
        for note in islice(found, _MOST_NOTES)
    ]
    if lines:
        yield from ("", f"**{'Note' if len(lines) == 1 else 'Notes'}**", "", *lines)
    if more := sum(1 for _ in found):
        yield f"- ... and {more} more"


def _code(text: str) -> str:
    """A text unchanged, in a code span that may stand in a table."""
    # GitHub splits a table row at each bar, also within a code span, unless it is escaped.
    text = " ".join(text.split()).replace("|", "\\|")
    if "`" not in text:
        return f"`{text}`"
    # A code span is delimited by more backticks in a row than it contains.
    fence = "`" * (1 + max(map(len, re.findall("`+", text))))
    return f"{fence} {text} {fence}"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
