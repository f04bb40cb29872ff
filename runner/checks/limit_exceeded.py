"""Check `limit-exceeded`: more is planned in a day or an hour than the campaign's limits allow."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from math import inf

from runner.checks.compact_campaign import CompactCampaign
from runner.checks.outlook import Outlook, PlannedLanes, Stay
from runner.checks.prospects import HOUR_S, CapKey, Prospect
from runner.diagnostics import Diagnostic, Related
from runner.planning.limits import Cap, Scope
from runner.planning.plural import plural

CODE = "limit-exceeded"

_MOST_COMPARISONS = 100_000
"""How many stays are compared with others: files may have thousands at one time, and more tell nothing new."""


@dataclass(frozen=True, slots=True)
class _Excess:
    """An excess: `planned` effects on a day of a zone, where the cap allows fewer."""

    cap: Cap
    planned: int
    day: date
    zone: tzinfo
    lanes: PlannedLanes


def check(outlook: Outlook) -> Iterator[tuple[CompactCampaign, Diagnostic]]:
    """One diagnostic for an entry and a limit, about the first day on which it holds the entry back."""
    search = _Search(outlook.prospects)
    for lanes in outlook.lanes:
        search.check(lanes)
    for (number, _), excess in search.found.items():
        prospect = outlook.prospects[number]
        yield prospect.campaign, _warning(prospect, excess)


class _Search:
    """Looks for excesses; `found` has them by the number of the prospect and the key of the limit."""

    def __init__(self, prospects: Sequence[Prospect]) -> None:
        self.found: dict[tuple[int, str], _Excess] = {}
        self._prospects = prospects
        self._comparisons_left = _MOST_COMPARISONS
        self._loads: dict[tuple[Scope, tuple[int, ...]], dict[str, _Load]] = {}

    def check(self, lanes: PlannedLanes) -> None:
        key = lanes.scope, lanes.prospects
        if key not in self._loads:
            self._loads[key] = _loads(lanes.scope, [self._prospects[number] for number in lanes.prospects])
        # Most lanes stay below every cap, and need no closer look.
        for kind, load in self._loads[key].items():
            if load.on_a_day > load.cap_of_a_day:
                self._days(lanes, kind, load.cap_of_a_day)
            if load.in_an_hour > load.cap_of_an_hour:
                self._hours(lanes, kind, load.cap_of_an_hour)

    def _days(self, lanes: PlannedLanes, kind: str, least: float) -> None:
        """Note the stays that come when the day's cap is used up, or that use it up; `least` is the least such cap."""
        key: CapKey = (kind, lanes.scope, "day")
        stays = self._stays(lanes, kind)
        counts = [self._count(stay, kind) for stay in stays]
        capped = (prospect for number in lanes.prospects if key in (prospect := self._prospects[number]).caps)
        for zone in dict.fromkeys(prospect.day_zone(prospect.caps[key]) for prospect in capped):
            days = [_day(stay.start_s, zone) for stay in stays]
            planned, made = defaultdict[date, int](int), defaultdict[date, int](int)
            for day, count in zip(days, counts, strict=True):
                planned[day] += count
            if max(planned.values(), default=0) <= least:
                continue
            for stay, day, count in zip(stays, days, counts, strict=True):
                made[day] += count
                self._note(stay, key, made[day], planned[day], lanes, zone)

    def _hours(self, lanes: PlannedLanes, kind: str, least: float) -> None:
        """Note the stays in whose first hour more is planned, with what came before, than the cap of an hour allows."""
        stays = self._stays(lanes, kind)
        reach_s = HOUR_S + max(stay.end_s - stay.start_s for stay in stays)
        # A window that slides over the stays: those further back than a stay can reach are dropped from
        # its start.
        first = close = 0
        for number, stay in enumerate(stays):
            close += self._count(stay, kind)
            while stays[first].start_s < stay.start_s - reach_s:
                close -= self._count(stays[first], kind)
                first += 1
            if close > least:
                planned = self._in_first_hour(stays[first : number + 1], kind)
                zone = self._prospects[stay.prospect].zone
                self._note(stay, (kind, lanes.scope, "hour"), planned, planned, lanes, zone)
            if self._comparisons_left < 0:
                return

    def _in_first_hour(self, close: Sequence[Stay], kind: str) -> int:
        """The effects in the first hour of the last of some stays."""
        self._comparisons_left -= len(close)
        pace = self._pace(close[-1], kind)
        end_s = min(pace.last_s, pace.first_s + HOUR_S - 1)
        return sum(self._pace(stay, kind).between(end_s - HOUR_S, end_s) for stay in close)

    def _note(
        self, stay: Stay, key: CapKey, count: int, planned: int, lanes: PlannedLanes, zone: tzinfo
    ) -> None:
        """Note a stay if there are more effects than its campaign allows, and the cap counts days of this zone, or
        hours. Only the first day is kept."""
        prospect = self._prospects[stay.prospect]
        cap = prospect.caps.get(key)
        if cap is None or count <= cap.at_most or (cap.span == "day" and prospect.day_zone(cap) != zone):
            return
        place, day = (stay.prospect, cap.key), _day(stay.start_s, zone)
        if place not in self.found or day < self.found[place].day:
            self.found[place] = _Excess(cap, planned, day, zone, lanes)

    def _stays(self, lanes: PlannedLanes, kind: str) -> list[Stay]:
        return [stay for stay in lanes.stays if kind in self._prospects[stay.prospect].effects]

    def _count(self, stay: Stay, kind: str) -> int:
        return self._prospects[stay.prospect].effects[kind]

    def _pace(self, stay: Stay, kind: str) -> "_Pace":
        count, min_gap_s = self._count(stay, kind), self._prospects[stay.prospect].min_gap_s
        return _Pace(stay.start_s, count, max((stay.end_s - stay.start_s) / count, min_gap_s))


@lru_cache(maxsize=16384)
def _day(at_s: float, zone: tzinfo) -> date:
    return datetime.fromtimestamp(at_s, zone).date()


@dataclass(slots=True)
class _Load:
    """The most effects of one kind that some entries have on one lane, and the least of their caps."""

    on_a_day: int = 0
    in_an_hour: int = 0
    cap_of_a_day: float = inf
    cap_of_an_hour: float = inf


def _loads(scope: Scope, prospects: Sequence[Prospect]) -> dict[str, _Load]:
    """What some entries do together on one lane, by the kind of effect."""
    loads: dict[str, _Load] = {}
    for prospect in prospects:
        for kind, count in prospect.effects.items():
            load = loads.setdefault(kind, _Load())
            load.on_a_day += count * prospect.on_a_day
            load.in_an_hour += count * prospect.close
            if cap := prospect.caps.get((kind, scope, "day")):
                load.cap_of_a_day = min(load.cap_of_a_day, cap.at_most)
            if cap := prospect.caps.get((kind, scope, "hour")):
                load.cap_of_an_hour = min(load.cap_of_an_hour, cap.at_most)
    return loads


@dataclass(frozen=True, slots=True)
class _Pace:
    """Effects that follow each other evenly."""

    first_s: float
    count: int
    step_s: float

    @property
    def last_s(self) -> float:
        return self.first_s + (self.count - 1) * self.step_s

    def between(self, after_s: float, until_s: float) -> int:
        """How many effects come after `after_s`, and not after `until_s`."""
        return self._until(until_s) - self._until(after_s)

    def _until(self, until_s: float) -> int:
        if until_s < self.first_s:
            return 0
        return (
            min(self.count, int((until_s - self.first_s) // self.step_s) + 1) if self.step_s else self.count
        )


def _warning(prospect: Prospect, excess: _Excess) -> Diagnostic:
    campaign, cap = prospect.campaign.view, excess.cap
    day = f"{'on' if cap.span == 'day' else 'in an hour of'} {excess.day} in {excess.zone}"
    planned = (
        f"{plural(excess.planned, cap.kind)} {'by' if cap.scope == 'account' else 'on'} {excess.lanes.shown}"
    )
    source = f"the built-in {cap.key}" if cap.built_in else f"limits.{cap.key}"
    message = (
        f"{planned} {'is' if excess.planned == 1 else 'are'} planned {day}, and {source} allows {cap.at_most}"
    )
    hint = "plan less, or spread it out; what waits longer than `grace` is missed"
    related: tuple[Related, ...] = ()
    if not cap.built_in:
        related = (campaign.related(("limits", *cap.key.split(".")), "the limit"),)
    return campaign.warning(CODE, campaign.head(prospect.path), message, hint, related=related)
