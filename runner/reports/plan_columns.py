"""Lines of text in columns, whose widths are known before the first row is made, and folded lists."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from textwrap import wrap

from runner.planning.rules import Every, Instant, Once, Rule
from runner.planning.source import Source
from runner.planning.work import Work, works
from runner.reports.weekday import dated
from runner.tasks import Task

WIDTH = 100
"""Lists and sentences are folded here; rows never are, since what reads them may be a pipe."""

_HEADINGS = ("DUE", "UTC", "CAMPAIGN", "ENTRY", "SCRIPT", "DEVICE", "TARGET")
_CAMPAIGN = _HEADINGS.index("CAMPAIGN")
_TIED = "\N{NO-BREAK SPACE}"


class Columns:
    """The columns of tasks; that of campaigns is there if there are several."""

    def __init__(self, sources: Sequence[Source]) -> None:
        entries = works(sources)
        self._zones = {source.campaign.name: source.zone for source in sources}
        self._clock = "%H:%M:%S" if any(map(_needs_seconds, entries)) else "%H:%M"
        utc = self._instant(datetime(2026, 1, 1, tzinfo=UTC)) + "Z"
        texts = [
            ["Thu " + utc[:-1]],
            [utc],
            [work.source.campaign.name for work in entries],
            [work.entry.name for work in entries],
            [work.entry.script.name for work in entries],
            [lane.name for work in entries for lane in work.lanes],
            [],
        ]
        self._widths = [
            max(map(len, (heading, *column))) for heading, column in zip(_HEADINGS, texts, strict=True)
        ]
        self._shown = [place for place in range(len(_HEADINGS)) if place != _CAMPAIGN or len(sources) > 1]

    def headings(self) -> str:
        return self._line(_HEADINGS)

    def row(self, task: Task) -> str:
        return self._line(
            (
                self.due(task),
                self._instant(task.due_utc) + "Z",
                task.campaign,
                task.entry,
                task.script,
                task.lane,
                task.target or "",
            )
        )

    def due(self, task: Task) -> str:
        """The task's due instant on the clocks of its campaign's zone."""
        local = task.due_utc.astimezone(self._zones[task.campaign])
        return f"{dated(local.date())} {local:{self._clock}}"

    def _instant(self, at: datetime) -> str:
        return f"{at:%Y-%m-%d {self._clock}}"

    def _line(self, cells: Sequence[str]) -> str:
        return "  ".join(cells[place].ljust(self._widths[place]) for place in self._shown).rstrip()


def titles(sources: Iterable[Source]) -> list[str]:
    """A line for each campaign: its zone, its backend and its commit."""
    return [
        f"{source.campaign.name}: {source.zone.key}, backend {source.campaign.backend}{_commit(source)}"
        for source in sources
    ]


def tied(name: str, count: int) -> str:
    """An item of a list that is not folded within."""
    return f"{name}{_TIED}{count}"


def folded(label: str, items: Iterable[str], separator: str) -> list[str]:
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


def _commit(source: Source) -> str:
    commit = source.commit
    return f", commit {commit[:12]}{'-dirty' * commit.endswith('-dirty')}" if commit else ""


def _needs_seconds(work: Work) -> bool:
    return bool(work.reach.total_seconds() % 60) or any(map(_has_seconds, work.rules)) or bool(work.jitter_s)


def _has_seconds(rule: Rule) -> bool:
    match rule:
        case Once():
            return bool(rule.at.second)
        case Instant():
            return bool(rule.at_utc.second)
        case Every():
            return bool(rule.every.total_seconds() % 60)
        case _:
            return False
