"""Lines of text in columns whose widths are known before the first row is made; and folded lists.

The widths come from the entries, not from the rows: a plan of a year is printed as it is made.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from textwrap import wrap

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.plannable_entry import PlannableEntry, plannable_entries
from runner.planning.rules import Every, Instant, Once, Rule
from runner.planning.source import Clocks
from runner.reports.content import cut
from runner.reports.shown import visible, width
from runner.reports.weekday import dated
from runner.tasks import Task, work

WIDTH = 100
"""Lists and sentences are folded at this column, or where the terminal ends."""

_HEADINGS = ("DUE", "UTC", "ZONE", "CAMPAIGN", "ENTRY", "SCRIPT", "DEVICE", "TARGET")
_CAMPAIGN, _TARGET = _HEADINGS.index("CAMPAIGN"), _HEADINGS.index("TARGET")
_LEAVING = (_HEADINGS.index("UTC"), _HEADINGS.index("SCRIPT"))
"""The columns that are left out first if there is no room: the zone and the entry tell the same."""

_LABEL = 14
_GAP = "  "
_BELOW = "    "
_LEAST = 16
"""The columns in which the end of a row is cut rather than put below it."""
_TIED = "\N{NO-BREAK SPACE}"


class Columns:
    """The columns of tasks. Campaigns have one if there are several, zones if a campaign has several.

    If `room` characters are not enough, some columns are left out, and the end of a row that still has no room stands
    below it.
    """

    def __init__(self, campaigns: Sequence[ResolvedCampaign], room: int) -> None:
        entries = plannable_entries(campaigns)
        self._room = room
        self._clocks = Clocks(campaigns)
        self._clock = "%H:%M:%S" if any(map(_needs_seconds, entries)) else "%H:%M"
        utc = self._instant(datetime(2026, 1, 1, tzinfo=UTC)) + "Z"
        texts = [
            ["Thu " + utc[:-1]],
            [utc],
            [plannable.zone.key for plannable in entries],
            [plannable.campaign.name for plannable in entries],
            [plannable.entry.name for plannable in entries],
            [work(plannable.entry.script.name, app) for plannable in entries for app in plannable.apps],
            [visible(lane.shown) for plannable in entries for lane in plannable.lanes],
            [visible(target or "") for plannable in entries for target in plannable.targets],
        ]
        self._widths = [
            max(map(width, (heading, *cells))) for heading, cells in zip(_HEADINGS, texts, strict=True)
        ]
        hidden = {"CAMPAIGN"} if len(campaigns) == 1 else set()
        hidden |= set() if any(plannable.is_elsewhere for plannable in entries) else {"ZONE"}
        self._shown = [place for place, heading in enumerate(_HEADINGS) if heading not in hidden]
        for place in _LEAVING:
            if sum(self._widths[place] for place in self._shown) + len(_GAP) * (len(self._shown) - 1) > room:
                self._shown.remove(place)

    def headings(self) -> list[str]:
        return self._lines(_HEADINGS)

    def row(self, task: Task, *more: str) -> list[str]:
        """The task's lines, mostly one; `more` follows its last column."""
        cells = (
            self.due(task),
            self._instant(task.due_utc) + "Z",
            self._clocks.zone_of(task).key,
            task.campaign,
            task.entry,
            task.work,
            visible(task.place),
            visible(task.target or ""),
        )
        return self._lines(cells, more)

    def due(self, task: Task) -> str:
        """The task's due instant on its own clocks: the campaign's, or the group's."""
        local = self._clocks.local(task)
        return f"{dated(local.date())} {local:{self._clock}}"

    def _instant(self, at: datetime) -> str:
        return f"{at:%Y-%m-%d {self._clock}}"

    def _lines(self, cells: Sequence[str], more: Sequence[str] = ()) -> list[str]:
        lines, line, used = [], "", 0
        for place in self._shown:
            needed = width(cells[place]) if place == _TARGET else self._widths[place]
            if line and needed and used + needed > self._room:
                lines.append(line.rstrip())
                line, used = _BELOW, len(_BELOW)
            line += cells[place] + " " * (self._widths[place] - width(cells[place])) + _GAP
            used += self._widths[place] + len(_GAP)
        for part in more:
            left = min(self._room, WIDTH - len(_GAP)) - width(line.rstrip() + _GAP)
            if width(part) > left < _LEAST:
                lines.append(line.rstrip())
                line, left = _BELOW, self._room - len(_BELOW)
            line = f"{line.rstrip()}{_GAP}{cut(part, left)}"
        return [*lines, line.rstrip()]


def titles(campaigns: Iterable[ResolvedCampaign]) -> list[str]:
    """A line for each campaign: its zones, its backend and its commit."""
    return [
        f"{campaign.name}: {_zones(campaign)}, backend {campaign.backend}{_commit(campaign)}"
        for campaign in campaigns
    ]


def tied(name: str, count: int) -> str:
    """An item of a list that is not folded in its middle."""
    return f"{name}{_TIED}{count}"


def folded(label: str, items: Iterable[str], separator: str, room: int) -> list[str]:
    """Items behind a label, folded at WIDTH, or in less room."""
    lines = wrap(
        visible(separator.join(items)),
        max(min(WIDTH, room), 2 * _LABEL),
        initial_indent=label,
        subsequent_indent=" " * min(len(label), _LABEL),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_TIED, " ") for line in lines]


def _zones(campaign: ResolvedCampaign) -> str:
    zones = dict.fromkeys(plannable.zone.key for plannable in plannable_entries([campaign]))
    return " and ".join(zones) or campaign.zone.key


def _commit(campaign: ResolvedCampaign) -> str:
    commit = campaign.commit
    return f", commit {commit[:12]}{'-dirty' * commit.endswith('-dirty')}" if commit else ""


def _needs_seconds(plannable: PlannableEntry) -> bool:
    return (
        bool(plannable.reach.total_seconds() % 60)
        or any(map(_has_seconds, plannable.rules))
        or bool(plannable.jitter_s)
    )


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
