"""Where the ledger and the backend of the simulated year differ from the oracle; and the year in one line."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from year_campaigns import ZONES
from year_daemon import Year
from year_oracle import Expected, Identity

from runner.store.rows import OccurrenceRow, TaskRow

SECOND = timedelta(seconds=1)


def wrong(year: Year) -> list[str]:
    """Every difference of the ledger or the backend from the oracle."""
    found: list[str] = []
    rows = recorded(year)
    tasks: dict[Identity, dict[str, TaskRow]] = defaultdict(dict)
    for row in year.ledger.tasks.all():
        tasks[row.task.campaign, row.task.entry, row.task.nominal][row.task.lane] = row
    for identity in rows.keys() - year.oracle.expected.keys():
        found.append(f"{identity}: it ought not to be there")
    for identity, expected in year.oracle.expected.items():
        row = rows.get(identity)
        if row is None:
            found.append(f"{identity}: there is nothing of it")
        else:
            found += [f"{identity}: {what}" for what in _differences(row, expected)]
        found += [f"{identity}: {what}" for what in _task_differences(year, tasks[identity], expected)]
    return found


def recorded(year: Year) -> dict[Identity, OccurrenceRow]:
    entries = {(row.campaign, row.entry) for row in year.ledger.campaigns.schedules()}
    entries |= {(campaign, entry) for campaign, entry, _ in year.oracle.expected}
    return {
        (campaign, entry, row.occurrence.nominal): row
        for campaign, entry in entries
        for row in year.ledger.occurrences.of_entry(campaign, entry, limit=1_000_000)
    }


def _differences(row: OccurrenceRow, expected: Expected) -> Iterable[str]:
    if row.state != expected.state:
        yield f"it is {row.state} ({row.reason}), not {expected.state}"
    elif not re.fullmatch(expected.reason, row.reason):
        yield f"its reason is {row.reason!r}, not {expected.reason!r}"
    elif told := re.search(r" from (\S+ \S+) to (\S+ \S+?)(?:[;, ].*)?$", row.reason):
        first, last = (datetime.fromisoformat(text.rstrip(";,")) for text in told.groups())
        if not first <= expected.at <= last or last - expected.decided > SECOND:
            yield f"its reason tells of another time: {row.reason}"
    if row.occurrence.instant_utc != expected.at:
        yield f"it is at {row.occurrence.instant_utc}, not at {expected.at}"
    if row.created_utc != expected.decided:
        yield f"it was decided at {row.created_utc}, not at {expected.decided}"


def _task_differences(year: Year, tasks: dict[str, TaskRow], expected: Expected) -> Iterable[str]:
    for lane in tasks.keys() ^ expected.tasks.keys():
        yield f"the task of {lane} is {'not there' if lane in expected.tasks else 'one too many'}"
    for lane in tasks.keys() & expected.tasks.keys():
        row, ought = tasks[lane], expected.tasks[lane]
        performed = year.backend.performed.get(row.task.key, [])
        if isinstance(ought, str):
            if row.state != ought or performed:
                yield f"the task of {lane} is {row.state} and was performed at {performed}, not {ought}"
        else:
            first, last = ought if isinstance(ought, tuple) else (ought, ought)
            if len(performed) != 1 or not first <= performed[0] <= last or row.state != "completed":
                yield f"the task of {lane} is {row.state} and was performed at {performed}, not at {ought}"


def summary(year: Year, problems: Sequence[str]) -> str:
    """One line: `101,234 occurrences (...), 50 restarts, 20 reloads, 12 clock steps: 0 wrong, in 42.0 s`."""
    kinds = Counter(_kind(row) for row in recorded(year).values())
    told = ", ".join(f"{number:,} {kind}" for kind, number in kinds.most_common())
    counts = ", ".join(f"{number} {what}" for what, number in year.counts.items())
    entries = len({(campaign, entry) for campaign, entry, _ in year.oracle.expected})
    return (
        f"simulated year: {sum(kinds.values()):,} occurrences of {entries} entries in {len(ZONES)} zones "
        f"({told}); {len(year.backend.performed):,} tasks performed; {counts}: {len(problems)} wrong, "
        f"in {year.seconds:.1f} s"
    )


_KINDS = {
    "started": {"": "started", "late: the daemon": "made up for after a down time",
                "late: the machine": "made up for after sleep"},
    "missed": {"skip)": "missed (on_missed: skip)", "run_once": "missed (run_once)", "grace": "missed (grace)"},
    "skipped": {"overlap": "skipped (overlap)"},
    "merged": {"merged": "merged"},
}  # fmt: skip


def _kind(row: OccurrenceRow) -> str:
    return next(kind for text, kind in reversed(_KINDS[row.state].items()) if text in row.reason)
