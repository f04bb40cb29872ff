"""What the occurrences of an entry have in common, and the tasks of each: nothing else makes tasks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from runner.campaign.accounts_file import DeclaredAccount
from runner.campaign.quantities import Duration
from runner.campaign.resolve import ResolvedCampaign, ResolvedEntry
from runner.planning.rotation import Order, order_of, owner_of
from runner.planning.rules import Rule, needs_zone, parse
from runner.planning.timing import jitter, shares
from runner.targets import DEFAULT_APP, app_of
from runner.tasks import (
    Occurrence,
    RetryRule,
    SeenFile,
    Task,
    TaskOptions,
    lane_name,
    lane_shown,
    task_key,
    with_target,
)

_LEAST_TIMEOUT_S = 600.0
_TIMEOUT_MARGIN_S = 300.0

_UTC = ZoneInfo("UTC")
_NONE = timedelta()

due_instant = attrgetter("due_utc")
"""The key by which tasks are sorted."""


class PlannedLane(NamedTuple):
    """A device, an account on its device, or, where none is known, an account as it is written. `share` is how much
    later than others it starts, `place` its place among the lanes of its entry; `declared` is the account, if its
    campaign declares it."""

    device: str | None
    username: str | None
    share: timedelta
    place: int = 0
    declared: DeclaredAccount | None = None

    @property
    def name(self) -> str:
        """The queue in which its tasks wait: a phone, whatever account works there."""
        return lane_name(self.device, self.username)

    @property
    def doer(self) -> str:
        """What stands for it in task keys: an account stays the same on whatever phone it is."""
        return self.declared.identity if self.declared else self.name

    @property
    def app(self) -> str | None:
        """The app of its account, if its campaign declares it."""
        return self.declared.app if self.declared else None

    @property
    def language(self) -> str | None:
        """The language in which the app is shown to its account, if its campaign says so."""
        return self.declared.language if self.declared else None

    @property
    def shown(self) -> str:
        """What people read: the device, and the account as which it works there."""
        return lane_shown(self.device, self.username)


@dataclass(frozen=True, slots=True)
class PlannableEntry:
    """An entry, or the part of it whose devices and accounts are in one time zone, ready to be planned.

    `own_zone` is that zone, None if neither their group nor the campaign names one; `reach` is how much later than its
    occurrence a task can be due; `expected` is how long a task is expected to take; `targets` has one item for each
    task of a lane.
    """

    campaign: ResolvedCampaign
    entry: ResolvedEntry
    rules: tuple[Rule, ...]
    lanes: tuple[PlannedLane, ...]
    targets: tuple[str | None, ...]
    expected: timedelta
    timeout_s: float
    jitter_s: int
    reach: timedelta
    own_zone: ZoneInfo | None

    @classmethod
    def of(cls, campaign: ResolvedCampaign, entry: ResolvedEntry) -> "PlannableEntry":
        """All of an entry, on the campaign's clocks: for a run by hand, which comes at one instant for all."""
        return cls._of(campaign, entry, list(_lanes(entry)), campaign.timezone, _rules(entry))

    @classmethod
    def in_zones(cls, campaign: ResolvedCampaign, entry: ResolvedEntry) -> Iterator["PlannableEntry"]:
        """The entry as start times see it: in each zone that its groups name they come by that zone's clocks."""
        parts: dict[str | None, list[PlannedLane]] = {}
        for lane in _lanes(entry):
            zone = entry.zones.get(lane.doer, campaign.timezone)
            parts.setdefault(zone, []).append(lane)
        rules = _rules(entry)
        # An entry for which no phone is found comes too, and is skipped: nothing disappears without a record.
        if not parts and (campaign.timezone or not any(map(needs_zone, rules))):
            parts[campaign.timezone] = []
        assert None not in parts or not any(map(needs_zone, rules)), "a wall-clock time needs a zone"
        for zone, lanes in parts.items():
            yield cls._of(campaign, entry, lanes, zone, rules)

    @classmethod
    def _of(
        cls,
        campaign: ResolvedCampaign,
        entry: ResolvedEntry,
        lanes: Sequence[PlannedLane],
        zone: str | None,
        rules: tuple[Rule, ...],
    ) -> "PlannableEntry":
        expected_s = entry.script.expected_s(entry.config)
        own_timeout_s = max(_LEAST_TIMEOUT_S, expected_s + _TIMEOUT_MARGIN_S)
        lanes = _spread(lanes, entry.spread)
        jitter_s = int(entry.jitter.seconds) if entry.jitter else 0
        return cls(
            campaign=campaign,
            entry=entry,
            rules=rules,
            lanes=lanes,
            # A target written twice would give one key to two tasks.
            targets=tuple(dict.fromkeys(entry.script.targets(entry.config))),
            expected=timedelta(seconds=expected_s),
            timeout_s=entry.timeout.seconds if entry.timeout else own_timeout_s,
            jitter_s=jitter_s,
            reach=timedelta(seconds=jitter_s)
            + (lanes[-1].share if lanes else _NONE),  # shares grow with the lanes
            own_zone=ZoneInfo(zone) if zone else None,
        )

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its start times. UTC if none is named: then each of them is an instant and needs no clocks."""
        return self.own_zone or _UTC

    @property
    def is_elsewhere(self) -> bool:
        """Whether its zone is another than the campaign's."""
        return self.zone.key != self.campaign.zone.key

    @property
    def why_nobody(self) -> str:
        """Why it has no lanes, as a clause; empty if it has some."""
        if self.lanes or not self.entry.matches:
            return ""
        found = [f"{one.serial} {one.misfit}" for one in self.entry.candidates if one.misfit]
        told = ", ".join(found[:3]) + (f", and {len(found) - 3} more do not fit" if len(found) > 3 else "")
        return f"no phone {' or '.join(map(str, self.entry.matches))}" + (f": {told}" if told else "")

    @property
    def name(self) -> tuple[str, str]:
        """The names of its campaign and its entry."""
        return self.campaign.name, self.entry.name

    @property
    def order(self) -> Order | None:
        """How its tasks share out the files that it posts; None if it posts none."""
        return order_of(self.entry.script.name, self.entry.config, self.entry.order)

    def owner(self, lane: PlannedLane) -> str:
        """Who gets the files that it posts on a lane; see `planning/rotation.py`."""
        app = _app_for(self.entry, lane.app, None)
        return owner_of(app, lane.device, lane.username, self.entry.config)

    @property
    def apps(self) -> set[str]:
        """The apps in which its tasks are done."""
        of_accounts = {lane.app for lane in self.lanes}
        return {
            _app_for(self.entry, of_account, target) for of_account in of_accounts for target in self.targets
        }

    @property
    def campaign_names(self) -> tuple[str, ...]:
        """The names that its campaign has and had."""
        return (self.campaign.name, *self.campaign.formerly)

    def occurrence(self, nominal: str, rule: str, instant_utc: datetime) -> Occurrence:
        return Occurrence(*self.name, nominal, rule, instant_utc)

    def tasks(self, occurrence: Occurrence) -> list[Task]:
        """The tasks of an occurrence by due instant, then as declared: devices, targets."""
        made = list(self._tasks(occurrence))
        # Without jitter they are in order already: shares grow with the lanes.
        if self.jitter_s:
            made.sort(key=due_instant)
        return made

    def busy(self, occurrence: Occurrence, lane: PlannedLane) -> tuple[datetime, datetime]:
        """From when until when an occurrence is expected to keep one of its lanes busy."""
        start = occurrence.instant_utc + lane.share
        if not self.jitter_s:
            return start, start + len(self.targets) * self.expected
        ends = start
        keys = (task_key(*self.name, occurrence.nominal, lane.doer, target) for target in self.targets)
        delays = sorted(jitter(key, self.jitter_s) for key in keys)
        for delay in delays:
            ends = max(ends, start + delay) + self.expected
        return start + delays[0], ends

    def _tasks(self, occurrence: Occurrence) -> Iterator[Task]:
        (campaign, entry), nominal, jitter_s = self.name, occurrence.nominal, self.jitter_s
        script, backend, commit = self.entry.script.name, self.campaign.backend, self.campaign.commit
        config, timeout_s = self.entry.config, self.timeout_s
        options = {
            (app, language): {target: _options(self.entry, app, language, target) for target in self.targets}
            for app, language in {(lane.app, lane.language) for lane in self.lanes}
        }
        retry, grace_s = (
            RetryRule(self.entry.retry.max, self.entry.retry.delay.seconds),
            self.entry.grace.seconds,
        )
        for lane in self.lanes:
            device, username, share_utc = lane.device, lane.username, occurrence.instant_utc + lane.share
            of_lane = task_key(campaign, entry, nominal, lane.doer, None)
            asked = options[lane.app, lane.language]
            # Counted from the lane's place in the whole entry, not in its zone's part: files are given
            # out by the ordinal, and must not be given out again in each zone.
            for ordinal, target in enumerate(self.targets, lane.place * len(self.targets)):
                key = with_target(of_lane, target)
                # By position, in the order of the fields: with names it takes a tenth longer, and plans are long.
                yield Task(
                    key,
                    campaign,
                    entry,
                    script,
                    backend,
                    device,
                    username,
                    target,
                    nominal,
                    ordinal,
                    share_utc + jitter(key, jitter_s) if jitter_s else share_utc,
                    timeout_s,
                    config,
                    commit,
                    asked[target],
                    retry,
                    grace_s,
                )


def plannable_entries(campaigns: Iterable[ResolvedCampaign]) -> list[PlannableEntry]:
    """The entries of campaigns in declared order, each zone of an entry by itself, ready to be planned."""
    return [
        work
        for campaign in campaigns
        for entry in campaign.entries
        for work in PlannableEntry.in_zones(campaign, entry)
    ]


def _rules(entry: ResolvedEntry) -> tuple[Rule, ...]:
    return tuple(dict.fromkeys(parse(start_time.value) for start_time in entry.start_times))


def _lanes(entry: ResolvedEntry) -> Iterator[PlannedLane]:
    doers = chain(
        ((device, None, None) for device in entry.devices),
        ((one.device, one.handle, one) for one in entry.accounts),
        ((None, username, None) for username in entry.usernames),
    )
    for place, (device, username, declared) in enumerate(doers):
        yield PlannedLane(device, username, _NONE, place, declared)


def _spread(lanes: Sequence[PlannedLane], spread: Duration | None) -> tuple[PlannedLane, ...]:
    if spread is None:
        return tuple(lanes)
    later = zip(lanes, shares(spread, len(lanes)), strict=True)
    return tuple(
        PlannedLane(one.device, one.username, share, one.place, one.declared) for one, share in later
    )


def _options(
    entry: ResolvedEntry, of_account: str | None, language: str | None, target: str | None
) -> TaskOptions:
    app = _app_for(entry, of_account, target)
    return TaskOptions(
        entry.multi_account,
        entry.min_interval,
        entry.max_interval,
        app=app,
        language=language,
        order=order_of(entry.script.name, entry.config, entry.order),
        named=tuple(named_files(entry)),
    )


def named_files(entry: ResolvedEntry) -> Iterator[SeenFile]:
    """The files that the config of a user's own flow names; nobody has looked at them yet."""
    for key in entry.script.paths if entry.script.flow else ():
        value = entry.config.get(key) or ()
        yield from (SeenFile(path, "") for path in ([value] if isinstance(value, str) else value))


def _app_for(entry: ResolvedEntry, of_account: str | None, target: str | None) -> str:
    """The app in which a task is done: what the entry says, else that of its account, else what its target belongs
    to."""
    return entry.script.app or entry.app or of_account or app_of(target) or DEFAULT_APP
