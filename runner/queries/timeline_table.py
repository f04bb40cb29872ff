"""A timeline as a table: the same rows as in the picture, filtered in the same way, a page at a time."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from runner.queries.timeline import OPEN, STATES, RowKind, Timeline, TimelineRow
from runner.store.instants import EPOCH

ROWS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class TimelineFilter:
    """Which rows are shown: of these states (none: of all), of a campaign, with a text in what they do, their entry or
    their lane. The page's picture filters in the same way (static/timeline_data.js)."""

    states: Collection[str] = ()
    campaign: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """`task_id` is set for a task of the ledger; `until_utc` is None for what goes on; `tasks` is how many it stands
    for."""

    kind: RowKind
    lane: str
    title: str
    state: str
    entry: str
    from_utc: datetime
    until_utc: datetime | None
    due_utc: datetime
    reason: str
    task_id: int | None
    tasks: int


@dataclass(frozen=True, slots=True)
class TimelineTable:
    """One page of rows, by their beginnings; `total` is how many there are, `pages` on how many pages."""

    rows: tuple[TableRow, ...]
    page: int
    pages: int
    total: int


def timeline_table(view: Timeline, chosen: TimelineFilter, page: int = 1) -> TimelineTable:
    """The rows of a timeline that a filter lets through."""
    found = sorted(_filtered(view, chosen), key=lambda row: (row.start, row.lane))
    pages = max(1, -(-len(found) // ROWS_A_PAGE))
    page = min(max(page, 1), pages)
    shown = found[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
    return TimelineTable(tuple(_table_row(view, row) for row in shown), page, pages, len(found))


def _filtered(view: Timeline, chosen: TimelineFilter) -> Iterator[TimelineRow]:
    needle = chosen.text.strip().lower()
    states = {number for number, state in enumerate(STATES) if not chosen.states or state in chosen.states}
    lanes = {n for n, it in enumerate(view.lanes) if needle in f"{it.label} {it.detail} {it.group}".lower()}
    titles = {number for number, title in enumerate(view.titles) if needle in title.lower()}
    entries = {number for number, entry in enumerate(view.entries) if needle in entry.lower()}
    others = {
        number
        for number, entry in enumerate(view.entries)
        if chosen.campaign and entry.rpartition("/")[0] != chosen.campaign
    }
    for row in view.rows:
        has_text = row.lane in lanes or row.entry in entries or row.title in titles
        if has_text and row.state in states and row.entry not in others:
            yield row


def _table_row(view: Timeline, row: TimelineRow) -> TableRow:
    return TableRow(
        kind=RowKind(row.kind),
        lane=view.lanes[row.lane].label,
        title=view.titles[row.title] if row.title >= 0 else "tasks",
        state=STATES[row.state],
        entry=view.entries[row.entry] if row.entry >= 0 else "",
        from_utc=_instant(row.start),
        until_utc=None if row.end == OPEN else _instant(row.end),
        due_utc=_instant(row.due),
        reason=view.reasons[row.reason],
        task_id=row.id if row.kind == RowKind.TASK else None,
        tasks=row.tasks,
    )


def _instant(ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=ms)
