"""Check `limit-exceeded`: more is planned in a day or an hour than the campaign's limits allow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf

from runner.checks.bookmark import Bookmark
from runner.checks.outlook import Lanes, Outlook, Stay
from runner.checks.prospects import HOUR_S, CapKey, Prospect
from runner.diagnostics import Diagnostic, Related
from runner.planning.limits import Cap, Span

CODE = "limit-exceeded"


@dataclass(frozen=True, slots=True)
class _Excess:
    """What is too much: so many effects where the cap allows fewer, on the ordinal of a day."""

    cap: Cap
    planned: int
    day: int
    lanes: Lanes


def check(outlook: Outlook) -> Iterator[tuple[Bookmark, Diagnostic]]:
    """One diagnostic for an entry and a limit, about the first day on which it holds the entry back."""
    found: dict[tuple[int, str], _Excess] = {}
    for lanes in outlook.lanes:
        for number, excess in _excesses(outlook.prospects, lanes):
            key = number, excess.cap.key
            if key not in found or excess.day < found[key].day:
                found[key] = excess
    for (number, _), excess in found.items():
        prospect = outlook.prospects[number]
        yield prospect.campaign, _warning(prospect, excess)


def _excesses(prospects: Sequence[Prospect], lanes: Lanes) -> Iterator[tuple[int, _Excess]]:
    here = [prospects[number] for number in lanes.prospects]
    for kind in dict.fromkeys(kind for prospect in here for kind in prospect.effects):
        made = [prospect for prospect in here if kind in prospect.effects]
        work = _Work(prospects, lanes, kind)
        if sum(one.effects[kind] * one.on_a_day for one in made) > _least(made, (kind, lanes.scope, "day")):
            yield from work.days()
        least = _least(made, (kind, lanes.scope, "hour"))
        if sum(one.effects[kind] * one.close for one in made) > least:
            yield from work.hours(least)


def _least(prospects: Sequence[Prospect], key: CapKey) -> float:
    """The least cap of some entries, if they have any."""
    return min((prospect.caps[key].at_most for prospect in prospects if key in prospect.caps), default=inf)


class _Work:
    """The effects of one kind that are planned on some lanes."""

    def __init__(self, prospects: Sequence[Prospect], lanes: Lanes, kind: str) -> None:
        self.prospects = prospects
        self.lanes = lanes
        self.kind = kind

    def days(self) -> Iterator[tuple[int, _Excess]]:
        """The stays that come when the day's share is used up, or that use it up."""
        planned: dict[int, int] = {}
        for stay in self._stays():
            planned[stay.day] = planned.get(stay.day, 0) + self._count(stay)
        made: dict[int, int] = {}
        for stay in self._stays():
            made[stay.day] = made.get(stay.day, 0) + self._count(stay)
            cap = self._cap(stay, "day")
            if cap and made[stay.day] > cap.at_most:
                yield stay.prospect, _Excess(cap, planned[stay.day], stay.day, self.lanes)

    def hours(self, least: float) -> Iterator[tuple[int, _Excess]]:
        """The stays in whose first hour, with what came before, more is planned than an hour may have."""
        stays = list(self._stays())
        reach_s = HOUR_S + max(stay.end_s - stay.start_s for stay in stays)
        first = close = 0
        for number, stay in enumerate(stays):
            close += self._count(stay)
            while stays[first].start_s < stay.start_s - reach_s:
                close -= self._count(stays[first])
                first += 1
            if close > least:
                yield from self._hour(stay, stays[first : number + 1])

    def _hour(self, stay: Stay, close: Sequence[Stay]) -> Iterator[tuple[int, _Excess]]:
        cap = self._cap(stay, "hour")
        pace = self._pace(stay)
        end_s = min(pace.last_s, pace.first_s + HOUR_S - 1)
        planned = sum(self._pace(one).between(end_s - HOUR_S, end_s) for one in close)
        if cap and planned > cap.at_most:
            yield stay.prospect, _Excess(cap, planned, stay.day, self.lanes)

    def _count(self, stay: Stay) -> int:
        return self.prospects[stay.prospect].effects[self.kind]

    def _cap(self, stay: Stay, span: Span) -> Cap | None:
        return self.prospects[stay.prospect].caps.get((self.kind, self.lanes.scope, span))

    def _pace(self, stay: Stay) -> "_Pace":
        count, min_gap_s = self._count(stay), self.prospects[stay.prospect].min_gap_s
        return _Pace(stay.start_s, count, max((stay.end_s - stay.start_s) / count, min_gap_s))

    def _stays(self) -> Iterator[Stay]:
        return (stay for stay in self.lanes.stays if self.kind in self.prospects[stay.prospect].effects)


@dataclass(frozen=True, slots=True)
class _Pace:
    """Effects that come one after the other, evenly."""

    first_s: float
    count: int
    step_s: float

    @property
    def last_s(self) -> float:
        return self.first_s + (self.count - 1) * self.step_s

    def between(self, after_s: float, until_s: float) -> int:
        """How many come later than `after_s` and not later than `until_s`."""
        return self._until(until_s) - self._until(after_s)

    def _until(self, until_s: float) -> int:
        if until_s < self.first_s:
            return 0
        return (
            min(self.count, int((until_s - self.first_s) // self.step_s) + 1) if self.step_s else self.count
        )


def _warning(prospect: Prospect, excess: _Excess) -> Diagnostic:
    campaign, cap = prospect.campaign.view, excess.cap
    day = f"{'on' if cap.span == 'day' else 'in an hour of'} {date.fromordinal(excess.day)}"
    planned = f"{excess.planned} {cap.kind}s {'by' if cap.scope == 'account' else 'on'} {excess.lanes.shown}"
    source = f"the built-in {cap.key}" if cap.built_in else f"limits.{cap.key}"
    message = f"{planned} are planned {day}, and {source} allows {cap.at_most}"
    hint = "plan less, or spread it out; what waits longer than `grace` is missed"
    related: tuple[Related, ...] = ()
    if not cap.built_in:
        related = (campaign.related(("limits", *cap.key.split(".")), "the limit"),)
    return campaign.warning(CODE, campaign.head(prospect.path), message, hint, related=related)
