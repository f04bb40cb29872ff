"""What campaigns would do in the days ahead, phone by phone: the part of the dry plan that needs devices.

It covers what is sound: where a name means nothing or a value is wrong, the entries that use it are left out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from runner.checks.bookmark import Bookmark
from runner.checks.calendar import Tick
from runner.checks.view import CampaignView
from runner.checks.written import Entry, Path
from runner.planning.limits import EffectiveLimits, Scope, effective_limits
from runner.planning.work import Lane, Work

HOUR_S = 3600.0


class Prospect(NamedTuple):
    """An entry, and when its occurrences come; `busy_s` is how long one of them keeps a phone busy.

    `effects` are those of one occurrence on one phone, by kind, at most; `on_a_day` is how many occurrences
    come on one day at most, `close` how many so close together that they have effects in the same hour.
    """

    campaign: Bookmark
    path: Path
    lanes: tuple[Lane, ...]
    limits: EffectiveLimits
    ticks: tuple[Tick, ...]
    busy_s: float
    effects: Mapping[str, int]
    on_a_day: int
    close: int

    @property
    def name(self) -> str:
        return str(self.path[-1])


class Stay(NamedTuple):
    """An occurrence on one lane: from when until when it is expected to be busy with it."""

    start_s: float
    prospect: int
    end_s: float
    day: int


@dataclass(frozen=True, slots=True)
class Lanes:
    """Phones, or accounts, that have the same days ahead: what they do, in order."""

    names: tuple[str, ...]
    scope: Scope
    prospects: tuple[int, ...]
    stays: Sequence[Stay]

    @property
    def shown(self) -> str:
        """The first of them, and how many there are."""
        more = len(self.names) - 1
        return f"{self.names[0]} and {more} more" if more else self.names[0]


class Outlook:
    """What several campaigns would do."""

    def __init__(self) -> None:
        self.campaigns: list[Bookmark] = []
        self.prospects: list[Prospect] = []
        self._limits: dict[str, EffectiveLimits] = {}
        self._stays: dict[tuple[int, float], list[Stay]] = {}

    def add(self, campaign: CampaignView) -> None:
        """Take in a campaign that has been checked by itself."""
        bookmark = Bookmark(campaign)
        self.campaigns.append(bookmark)
        if not campaign.is_hopeless:
            self.prospects += self._prospects(campaign, bookmark)

    @cached_property
    def lanes(self) -> list[Lanes]:
        """Every phone and every account of the campaigns that has something to do."""
        visits: dict[tuple[Scope, str], list[tuple[int, float]]] = {}
        for number, prospect in enumerate(self.prospects):
            for lane in prospect.lanes:
                key: tuple[Scope, str] = ("device" if lane.device else "account", lane.name)
                visits.setdefault(key, []).append((number, lane.share.total_seconds()))
        alike: dict[tuple[Scope, tuple[tuple[int, float], ...]], list[str]] = {}
        for (scope, name), visited in visits.items():
            alike.setdefault((scope, tuple(visited)), []).append(name)
        return [
            Lanes(tuple(names), scope, tuple(number for number, _ in visited), self._all_stays(visited))
            for (scope, visited), names in alike.items()
        ]

    def _all_stays(self, visited: Iterable[tuple[int, float]]) -> list[Stay]:
        stays = []
        for visit in visited:
            if visit not in self._stays:
                self._stays[visit] = list(self._shifted(*visit))
            stays += self._stays[visit]
        stays.sort()
        return stays

    def _shifted(self, number: int, share_s: float) -> Iterator[Stay]:
        prospect = self.prospects[number]
        until_s = share_s + prospect.busy_s
        for instant_s, day in prospect.ticks:
            yield Stay(instant_s + share_s, number, instant_s + until_s, day)

    def _prospects(self, campaign: CampaignView, bookmark: Bookmark) -> Iterator[Prospect]:
        for entry, work in campaign.works:
            if ticks := _ticks(campaign, entry):
                yield self._prospect(bookmark, entry.path, work, ticks)

    def _prospect(self, bookmark: Bookmark, path: Path, work: Work, ticks: tuple[Tick, ...]) -> Prospect:
        limits, tasks = self._effective(work.source.campaign.limits), len(work.targets)
        effects = {
            kind: count * tasks for kind, count in work.entry.script.effects(work.entry.config).items()
        }
        busy_s = tasks * work.expected.total_seconds()
        lasting_s = max(busy_s, max(effects.values(), default=0) * limits.min_gap.total_seconds())
        on_a_day, close = _busiest(ticks, HOUR_S + lasting_s)
        return Prospect(bookmark, path, work.lanes, limits, ticks, busy_s, effects, on_a_day, close)

    def _effective(self, written: Mapping[str, Any]) -> EffectiveLimits:
        """Campaigns often have the same limits."""
        key = repr(written)
        if key not in self._limits:
            self._limits[key] = effective_limits(written)
        return self._limits[key]


def _ticks(campaign: CampaignView, entry: Entry) -> tuple[Tick, ...]:
    ticks = [campaign.calendar.coming(time).ticks for time in entry.times]
    return ticks[0] if len(ticks) == 1 else tuple(sorted(set().union(*ticks)))


def _busiest(ticks: tuple[Tick, ...], reach_s: float) -> tuple[int, int]:
    """How many of them come on one day at most, and how many in so many seconds."""
    on_days: dict[int, int] = {}
    first = close = 0
    for number, (instant_s, day) in enumerate(ticks):
        on_days[day] = on_days.get(day, 0) + 1
        while ticks[first][0] <= instant_s - reach_s:
            first += 1
        close = max(close, number + 1 - first)
    return max(on_days.values(), default=0), close
