"""How two plans differ, as text for people."""

from collections import Counter
from collections.abc import Iterator, Sequence

from runner.planning.difference import Change, Difference
from runner.planning.plan import Plan
from runner.reports.plan_columns import Columns
from runner.reports.plan_table import window_text
from runner.reports.shown import visible

_MARKS = {Change.ADDED: "+", Change.REMOVED: "-", Change.MOVED: ">", Change.CHANGED: "~"}
_COLORS = {Change.ADDED: "32", Change.REMOVED: "31", Change.MOVED: "36", Change.CHANGED: "33"}


def render(
    before: Plan,
    after: Plan,
    found: Sequence[Difference],
    revision: str,
    room: int,
    *,
    color: bool = False,
) -> Iterator[str]:
    """A line for each task that differs, then counts, in so many columns."""
    sources = {source.campaign.name: source for source in (*before.sources, *after.sources)}
    columns = Columns(list(sources.values()), room - 4)
    yield f"changes since {visible(revision)}, {window_text(after.window)}"
    if found:
        yield from (f"    {line}" for line in columns.headings())
    for one in found:
        for number, part in enumerate(columns.row(one.task, *_details(one, columns))):
            line = f"  {_MARKS[one.change] if number == 0 else ' '} {part}"
            yield f"\x1b[{_COLORS[one.change]}m{line}\x1b[0m" if color else line
    counts = Counter(one.change for one in found)
    told = ", ".join(f"{counts[change]} {change}" for change in Change if counts[change])
    yield from ("", f"tasks: {told or 'no changes'}")


def _details(one: Difference, columns: Columns) -> list[str]:
    """What is not the same in a task that is there before and after."""
    if one.before is None or one.after is None:
        return []
    parts = [f"was due {columns.due(one.before)}"] if one.change is Change.MOVED else []
    if one.settings:
        parts.append(f"other {', '.join(one.settings)}")
    return [f"({'; '.join(parts)})"]
