"""A plan as text for people: a table for each campaign, then counts and notes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from textwrap import wrap

from runner.planning.plan import Plan, Source
from runner.tasks import Task

WIDTH = 100
_HEADINGS = ("DUE", "UTC", "ENTRY", "SCRIPT", "DEVICE", "TARGET")
_TIED = "\N{NO-BREAK SPACE}"


def render(plan: Plan) -> Iterator[str]:
    """The plan, line by line. Rows are never folded: what reads them may be a pipe."""
    by_campaign: dict[str, list[Task]] = {source.campaign.name: [] for source in plan.sources}
    for task in plan.tasks:
        by_campaign[task.campaign].append(task)
    for source in plan.sources:
        yield _title(source)
        tasks = by_campaign[source.campaign.name]
        yield from _table([_row(task, source.zone) for task in tasks]) if tasks else ["  nothing due"]
        yield ""
    yield from _counts(plan)
    for note in plan.notes:
        place = "/".join(part for part in (note.campaign, note.entry) if part)
        yield from _wrapped(f"note: {place + ': ' if place else ''}", [note.message + "."], " ")


def _title(source: Source) -> str:
    commit = f", commit {_short(source.commit)}" if source.commit else ""
    return f"{source.campaign.name}: {source.zone.key}, backend {source.campaign.backend}{commit}"


def _short(commit: str) -> str:
    return commit[:12] + "-dirty" * commit.endswith("-dirty")


def _row(task: Task, zone: tzinfo) -> tuple[str, ...]:
    return (
        _instant(task.due_utc.astimezone(zone)),
        _instant(task.due_utc.astimezone(UTC)) + "Z",
        task.entry,
        task.script,
        task.lane,
        task.target or "",
    )


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at.second else f"{at:%Y-%m-%d %H:%M}"


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    for row in (_HEADINGS, *rows):
        yield "  " + "  ".join(map(str.ljust, row, widths)).rstrip()


def _counts(plan: Plan) -> Iterator[str]:
    window = f"from {_instant(plan.window.from_utc)}Z to {_instant(plan.window.until_utc)}Z"
    yield f"{len(plan.tasks)} {'task' if len(plan.tasks) == 1 else 'tasks'} {window}"
    if plan.tasks:
        yield from _wrapped("  per script  ", _counted(sorted(task.script for task in plan.tasks)), ", ")
        yield from _wrapped("  per device  ", _counted(task.lane for task in plan.tasks), ", ")


def _counted(names: Iterable[str]) -> list[str]:
    return [f"{name}{_TIED}{count}" for name, count in Counter(names).items()]


def _wrapped(label: str, items: Sequence[str], separator: str) -> list[str]:
    """Items behind a label, folded at WIDTH."""
    lines = wrap(
        separator.join(items),
        WIDTH,
        initial_indent=label,
        subsequent_indent=" " * min(len(label), 14),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_TIED, " ") for line in lines]
