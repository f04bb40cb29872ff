"""What campaigns would do in the days ahead, phone by phone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, TypeVar, cast

from runner.checks.compact_campaign import CompactCampaign
from runner.checks.prospects import Prospect
from runner.planning.limits import Scope
from runner.planning.plannable_entry import PlannedLane

T = TypeVar("T")


class Stay(NamedTuple):
    """An occurrence on one lane: from when until when the lane is expected to be busy with it."""

    start_s: float
    prospect: int
    end_s: float


@dataclass(frozen=True, slots=True)
class PlannedLanes:
    """Phones or accounts that do the same in the days ahead, and what they do, in order."""

    names: tuple[str, ...]
    scope: Scope
    prospects: tuple[int, ...]
    stays: Sequence[Stay]

    @property
    def shown(self) -> str:
        """The name of the first, and how many more there are."""
        more = len(self.names) - 1
        return f"{self.names[0]} and {more} more" if more else self.names[0]


_Key = tuple[Scope, str]


def _scopes(lane: PlannedLane) -> list[_Key]:
    """What a lane's work counts for: its phone, and its account, where it is known."""
    scopes: list[_Key] = [("device", lane.name)] if lane.device else []
    if lane.username:
        scopes.append(("account", lane.doer))
    return scopes


class Outlook:
    """What several campaigns would do."""

    def __init__(self) -> None:
        self.campaigns: list[CompactCampaign] = []
        self.prospects: list[Prospect] = []
        self._made: dict[Callable[[Outlook], Any], Any] = {}
        self._stays: dict[tuple[int, float], list[Stay]] = {}

    def add(self, campaign: CompactCampaign, prospects: Iterable[Prospect]) -> None:
        """Take in a campaign that has been checked by itself."""
        self.campaigns.append(campaign)
        self.prospects += prospects

    def once(self, make: Callable[["Outlook"], T]) -> T:
        """What a function makes of it, for the first of several checks that ask. Ask only when all is taken in."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(T, self._made[make])

    @cached_property
    def lanes(self) -> list[PlannedLanes]:
        """Every phone and account of the campaigns that has something to do. Those that do the same are one item:
        fleets have hundreds of them."""
        visits: dict[_Key, list[tuple[int, float]]] = {}
        for number, prospect in enumerate(self.prospects):
            for lane in prospect.lanes:
                visit = number, lane.share.total_seconds()
                for key in _scopes(lane):
                    visits.setdefault(key, []).append(visit)
        alike: dict[tuple[Scope, tuple[tuple[int, float], ...]], list[str]] = {}
        for (scope, name), visited in visits.items():
            alike.setdefault((scope, tuple(visited)), []).append(name)
        return [
            PlannedLanes(tuple(names), scope, tuple(number for number, _ in visited), self.stays(visited))
            for (scope, visited), names in alike.items()
        ]

    def stays(self, visited: Iterable[tuple[int, float]]) -> Sequence[Stay]:
        """The occurrences of prospects, by their numbers, each so many seconds later than its instant; in order."""
        found = []
        for visit in visited:
            if visit not in self._stays:
                self._stays[visit] = self._shifted(*visit)
            found.append(self._stays[visit])
        return found[0] if len(found) == 1 else sorted(chain.from_iterable(found))

    def _shifted(self, number: int, share_s: float) -> list[Stay]:
        prospect = self.prospects[number]
        until_s = share_s + prospect.busy_s
        return [Stay(at_s + share_s, number, at_s + until_s) for at_s in prospect.ticks]
