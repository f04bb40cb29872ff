"""A timeline as JSON for the page that draws it: columns of small numbers, and each word once."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from runner.clock import utc
from runner.queries.timeline import OPEN, STATES, Timeline, TimelineRow
from runner.queries.timeline_bands import Band
from runner.store.task_times import micros


def timeline_data(view: Timeline) -> dict[str, Any]:
    """`{"by", "from", "until", "since", "stretch_s", "states", "kinds", "lanes", "entries", "titles", "reasons",
    "rows", "bands", "notes"}`.

    `rows` are parallel lists in the order of their starts: `start` is the distance from the start before it (the first:
    from `from`), `end` from its own start (-1: it goes on), `due` how long before its start it was due; all in
    milliseconds. `tasks` is there only if one of them is not 1. Of `bands`, `from` and `until` count from `from`
    (`until` null: it lasts), and `lanes` numbers the lists in `sets` (-1: all lanes).

    It does not depend on the present instant, so that the same ledger has the same text.
    """
    from_ms, rows = _ms(view.window.from_utc), sorted(view.rows, key=lambda row: row.start)
    return {
        "by": view.by.value,
        "from": from_ms,
        "until": _ms(view.window.until_utc),
        "since": utc(view.since_utc),
        "stretch_s": view.stretch_s,
        "states": STATES,
        "lanes": {
            "name": [lane.name for lane in view.lanes],
            "label": [lane.label for lane in view.lanes],
            "detail": [lane.detail for lane in view.lanes],
            "group": [lane.group for lane in view.lanes],
        },
        "entries": view.entries,
        "titles": view.titles,
        "reasons": view.reasons,
        "rows": _columns(rows, from_ms),
        "bands": _bands(view.bands, from_ms),
        "notes": view.notes,
    }


def _columns(rows: Sequence[TimelineRow], from_ms: int) -> dict[str, Any]:
    columns = dict(zip(TimelineRow._fields, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}
    if not rows:
        return {name: [] for name in TimelineRow._fields}
    starts, ends, dues = columns["start"], columns["end"], columns["due"]
    columns["end"] = [end if end == OPEN else end - start for start, end in zip(starts, ends, strict=True)]
    columns["due"] = [start - due for start, due in zip(starts, dues, strict=True)]
    columns["start"] = [later - earlier for earlier, later in pairwise([from_ms, *starts])]
    if all(tasks == 1 for tasks in columns["tasks"]):
        del columns["tasks"]
    return columns


def _bands(bands: Sequence[Band], from_ms: int) -> dict[str, Any]:
    sets: dict[tuple[int, ...], int] = {}
    reasons: dict[str, int] = {}
    return {
        "kind": [band.kind.value for band in bands],
        "from": [_ms(band.from_utc) - from_ms for band in bands],
        "until": [None if band.until_utc is None else _ms(band.until_utc) - from_ms for band in bands],
        "lanes": [-1 if band.lanes is None else sets.setdefault(band.lanes, len(sets)) for band in bands],
        "reason": [reasons.setdefault(band.reason, len(reasons)) for band in bands],
        "sets": [list(lanes) for lanes in sets],
        "reasons": list(reasons),
    }


def _ms(instant: datetime) -> int:
    return micros(instant) // 1000
