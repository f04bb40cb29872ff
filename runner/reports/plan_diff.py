"""How two plans differ, as text for people."""

from collections import Counter
from collections.abc import Iterator, Sequence

from runner.planning.difference import Difference, TaskChange
from runner.planning.plan import Plan
from runner.reports.plan_changes import MARKS, EntryChanges, by_entry, counted
from runner.reports.plan_table import window_text
from runner.reports.shown import visible

_COLORS = {TaskChange.ADDED: "32", TaskChange.REMOVED: "31", TaskChange.MOVED: "36", TaskChange.CHANGED: "33"}


def render(
    before: Plan,
    after: Plan,
    found: Sequence[Difference],
    revision: str,
    *,
    color: bool = False,
) -> Iterator[str]:
    """Each entry that differs with its tasks, those that changed alike in one line, and its settings; then counts."""
    yield f"changes since {visible(revision)}, {window_text(after.window)}"
    for entry in by_entry(before, after, found):
        yield ""
        yield f"{entry.name}: {counted(entry.counts)}"
        yield from _lines(entry, color)
    yield from ("", f"tasks: {counted(Counter(one.change for one in found))}")


def _lines(entry: EntryChanges, color: bool) -> Iterator[str]:
    for line in entry.lines:
        text = visible(f"  {MARKS[line.change]} {line.when()}  {line.where()}")
        yield f"\x1b[{_COLORS[line.change]}m{text}\x1b[0m" if color else text
    for name, was, now in entry.values():
        yield f"    {name}: {was}"
        yield f"    {'->':>{len(name) + 1}} {now}"
