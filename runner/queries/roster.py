"""Who is on the wall: the phones and accounts of campaigns, with what campaigns say of them and what comes next."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from runner.campaign.members import Group
from runner.campaign.resolve import ResolvedCampaign
from runner.planning.coming import Coming
from runner.planning.limits import Cap, effective_limits
from runner.planning.plannable_entry import PlannableEntry, PlannedLane, plannable_entries
from runner.queries.asked_times import following
from runner.targets import account
from runner.tasks import Occurrence, Task


@dataclass(frozen=True, slots=True)
class DayCap:
    """A limit of a calendar day that holds in a lane: of its device, or of an account and, if known, its app. `zone` is
    that of the day, None for the fleet's."""

    cap: Cap
    name: str
    app: str | None
    zone: ZoneInfo | None


@dataclass(slots=True)
class Member:
    """A lane of campaigns in force. `device` is None for an account whose phone nobody knows; `accounts` work there,
    `groups` are the device groups that name it or its accounts, `caps` the least limit of each kind of effect that its
    entries can make."""

    lane: str
    device: str | None
    accounts: dict[str, None] = field(default_factory=dict)
    groups: dict[str, None] = field(default_factory=dict)
    campaigns: dict[str, None] = field(default_factory=dict)
    caps: dict[tuple[str, str, str | None, str], DayCap] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ahead:
    """The first task of a lane at an occurrence that comes; `tasks` is how many it has there."""

    occurrence: Occurrence
    title: str
    due_utc: datetime
    tasks: int


class Roster:
    """The lanes of these campaigns, in declared order. It remembers what comes until that has come; any thread may
    ask."""

    def __init__(self, campaigns: Iterable[ResolvedCampaign]) -> None:
        self.campaigns = tuple(campaigns)
        self.members = _members(self.campaigns)
        self._plannables = plannable_entries(self.campaigns)
        self._lock = threading.Lock()
        self._asked_utc: datetime | None = None
        self._coming: dict[int, Coming | None] = {}
        self._ahead: dict[str, Ahead] | None = None

    def ahead(self, now: datetime) -> Mapping[str, Ahead]:
        """What comes next in each lane, by its name."""
        with self._lock:
            self._look(now)
            if self._ahead is None:
                self._ahead = _first_by_lane(filter(None, self._coming.values()))
            return self._ahead

    def next_start(self, now: datetime) -> Occurrence | None:
        """The occurrence that comes first; None if none does."""
        with self._lock:
            self._look(now)
            ones = [one.occurrence for one in self._coming.values() if one is not None]
        return min(ones, key=lambda one: one.instant_utc, default=None)

    def _look(self, now: datetime) -> None:
        """Bring what comes up to date."""
        if self._asked_utc is None or now < self._asked_utc:  # somebody may set a clock back
            self._coming = {}
        self._asked_utc = now
        over = [
            number
            for number in range(len(self._plannables))
            if number not in self._coming or _has_come(self._coming[number], now)
        ]
        for number in over:
            self._coming[number] = following(self._plannables[number], now)
        if over:
            self._ahead = None


def _has_come(one: Coming | None, now: datetime) -> bool:
    return one is not None and one.occurrence.instant_utc < now


def _first_by_lane(ones: Iterable[Coming]) -> dict[str, Ahead]:
    found: dict[str, Ahead] = {}
    for one in sorted(ones, key=lambda one: one.occurrence.instant_utc):
        for lane in one.plannable.lanes:
            known = found.get(lane.name)
            # No task is due before its lane's share of the spread is over: most need not be made.
            if known is None or one.occurrence.instant_utc + lane.share < known.due_utc:
                first = _first_task(one, lane)
                if known is None or first.due_utc < known.due_utc:
                    ahead = Ahead(one.occurrence, first.title, first.due_utc, len(one.plannable.targets))
                    found[lane.name] = ahead
    return found


def _first_task(one: Coming, lane: PlannedLane) -> Task:
    """The task of an occurrence that is due first in a lane."""
    plannable = one.plannable
    targets = plannable.targets if plannable.jitter_s else plannable.targets[:1]
    return replace(plannable, lanes=(lane,), targets=targets).tasks(one.occurrence)[0]


def _members(campaigns: Sequence[ResolvedCampaign]) -> dict[str, Member]:
    found: dict[str, Member] = {}
    for campaign in campaigns:
        for serial in campaign.phones:
            _member(found, serial, serial).campaigns.setdefault(campaign.name)
        for one in campaign.accounts:
            if one.device:
                _member(found, one.device, one.device).accounts.setdefault(one.handle)
    for plannable in plannable_entries(campaigns):
        for lane in plannable.lanes:
            member = _member(found, lane.name, lane.device)
            member.campaigns.setdefault(plannable.campaign.name)
            if lane.username:
                member.accounts.setdefault(account(lane.username))
            _add_caps(member, plannable, lane)
    for campaign in campaigns:
        for group, lane_name in _groups(campaign):
            if lane_name in found:
                found[lane_name].groups.setdefault(group)
    return found


def _member(found: dict[str, Member], lane: str, device: str | None) -> Member:
    return found.setdefault(lane, Member(lane, device))


def _groups(campaign: ResolvedCampaign) -> Iterator[tuple[str, str]]:
    """The names of a campaign's device groups, each with the lanes of its members."""
    phone_of = {one.name: one.device for one in campaign.accounts}
    phone_of |= {one.handle: one.device for one in campaign.accounts}
    for name, written in campaign.document.data.get("devices", {}).items():
        group = Group.read(written)
        yield from ((name, serial) for serial in group.serials)
        for one in (*group.accounts, *map(account, group.usernames)):
            yield name, phone_of.get(one) or one


def _add_caps(member: Member, plannable: PlannableEntry, lane: PlannedLane) -> None:
    limits = effective_limits(plannable.campaign.limits, plannable.own_zone)
    names = {"device": lane.device, "account": account(lane.username) if lane.username else None}
    for kind in plannable.entry.script.effects(plannable.entry.config):
        for cap in limits.caps.get(kind, ()):
            name = names[cap.scope]
            if name is None or cap.span != "day":
                continue
            app = lane.app if cap.scope == "account" else None
            place = (cap.scope, name, app, kind)
            known = member.caps.get(place)
            if known is None or cap.at_most < known.cap.at_most:
                member.caps[place] = DayCap(cap, name, app, None if cap.built_in else plannable.own_zone)
