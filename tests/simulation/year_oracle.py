"""What ought to become of every occurrence of a year, worked out the slow way. It uses nothing of the runner, and asks
only zoneinfo, a quarter of an hour at a time, what the clocks of a zone show."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

FIRST = datetime(2025, 12, 20, tzinfo=UTC)
LAST = datetime(2027, 1, 10, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PROMPT_S = 10.0
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Rule:
    """A start time: as a file has it, its kind, and its parts."""

    yaml: str
    kind: str
    at: tuple[str, ...] = ()
    days: tuple[int, ...] = tuple(range(7))
    every_min: int = 0


@dataclass(frozen=True)
class Entry:
    """An entry of a campaign; lengths are in seconds."""

    name: str
    rules: tuple[Rule, ...]
    on_missed: str = "run_once"
    grace_s: int = 3600
    overlap: str = "queue"
    spread_s: int = 0
    jitter_s: int = 0
    devices: int = 1


@dataclass(frozen=True)
class Campaign:
    name: str
    zone: str
    entries: tuple[Entry, ...]
    active: tuple[date, date] | None = None
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moment:
    at: datetime
    nominal: str
    rule: Rule

    @property
    def precedence(self) -> tuple[bool, str]:
        return self.nominal.endswith("Z"), self.nominal


# When rules come


class Wall:
    """The clocks of one zone: how far from UTC they were, from which minute on."""

    def __init__(self, name: str) -> None:
        self.name, self.zone = name, ZoneInfo(name)
        self.starts: list[datetime] = []
        self.offsets: list[timedelta] = []
        instant = FIRST
        while instant < LAST:
            offset = instant.astimezone(self.zone).utcoffset()
            if not self.offsets or self.offsets[-1] != offset:
                self.starts.append(instant)
                self.offsets.append(offset)
            # A day without a change is passed over at once: no zone changes its clocks and back within a
            # day.
            is_quiet = (instant + DAY).astimezone(self.zone).utcoffset() == offset
            instant += DAY if is_quiet else 15 * MINUTE

    def first(self, shown: datetime) -> datetime:
        """The first instant at which the clocks show this time, or have jumped over it."""
        for number, (start, offset) in enumerate(zip(self.starts, self.offsets, strict=True)):
            end = self.starts[number + 1] if number + 1 < len(self.starts) else LAST
            at = max(start, shown.replace(tzinfo=UTC) - offset)
            if at < end:
                return at
        raise AssertionError(shown)


@cache
def wall(zone: str) -> Wall:
    return Wall(zone)


@cache
def moments(rule: Rule, zone: str, active: tuple[date, date] | None) -> tuple[Moment, ...]:
    """Every moment of a rule, in order."""
    found = []
    first, last = active or (FIRST.date(), LAST.date())
    days = [day for day in _days() if first <= day <= last]
    for at, nominal, day in _MOMENTS[rule.kind](rule, wall(zone), days):
        if first <= day <= last:
            found.append(Moment(at, nominal, rule))
    return tuple(sorted(found, key=lambda moment: moment.at))


Raw = Iterator[tuple[datetime, str, date]]


def _days() -> Iterator[date]:
    day = FIRST.date() + 3 * DAY
    while day < LAST.date() - 3 * DAY:
        yield day
        day += DAY


def _on_wall(shown: datetime, clocks: Wall) -> tuple[datetime, str, date]:
    return clocks.first(shown), f"{shown:%Y-%m-%dT%H:%M}[{clocks.name}]", shown.date()


def _daily(rule: Rule, clocks: Wall, days: list[date]) -> Raw:
    for day in days:
        if day.weekday() in rule.days:
            for text in rule.at:
                yield _on_wall(datetime.fromisoformat(f"{day}T{text}"), clocks)


def _once(rule: Rule, clocks: Wall, days: list[date]) -> Raw:
    yield _on_wall(datetime.fromisoformat(rule.at[0]), clocks)


def _instant(rule: Rule, clocks: Wall, days: list[date]) -> Raw:
    at = datetime.fromisoformat(rule.at[0]).astimezone(UTC)
    yield at, f"{at:%Y-%m-%dT%H:%M:%S}Z", at.astimezone(clocks.zone).date()


def _every(rule: Rule, clocks: Wall, days: list[date]) -> Raw:
    opens, closes = rule.at
    for day in days:
        if day.weekday() not in rule.days:
            continue
        last_day = day if opens < closes else day + DAY
        at = clocks.first(datetime.fromisoformat(f"{day}T{opens}"))
        end = clocks.first(datetime.fromisoformat(f"{last_day}T{closes}"))
        following = clocks.first(datetime.fromisoformat(f"{day + DAY}T{opens}"))
        is_followed = (day + DAY).weekday() in rule.days
        while at <= end and not (is_followed and at >= following):
            yield at, f"{at:%Y-%m-%dT%H:%M:%S}Z", day
            at += rule.every_min * MINUTE


def _cron(rule: Rule, clocks: Wall, days: list[date]) -> Raw:
    minute, hour, of_month, month, of_week = rule.at[0].split()
    minutes, hours = _numbers(minute, 0, 59), _numbers(hour, 0, 23)
    dates, months = _numbers(of_month, 1, 31), _numbers(month, 1, 12)
    weekdays = {number % 7 for number in _numbers(of_week, 0, 7)}
    # crontab(5): if both the day of the month and the day of the week are restricted, either is enough.
    either = of_month[0] != "*" and of_week[0] != "*"
    for day in days:
        on_date, on_weekday = day.day in dates, day.isoweekday() % 7 in weekdays
        if day.month in months and ((on_date or on_weekday) if either else (on_date and on_weekday)):
            for hh in hours:
                for mm in minutes:
                    yield _on_wall(datetime(day.year, day.month, day.day, hh, mm), clocks)  # noqa: DTZ001


def _numbers(text: str, least: int, most: int) -> list[int]:
    found: set[int] = set()
    for part in text.split(","):
        stretch, _, step = part.partition("/")
        first, _, last = stretch.partition("-")
        if stretch == "*":
            first, last = str(least), str(most)
        found |= set(range(int(first), int(last or first) + 1, int(step or 1)))
    return sorted(found)


_MOMENTS = {"daily": _daily, "once": _once, "instant": _instant, "every": _every, "cron": _cron}


# What becomes of them


@dataclass
class Expected:
    """What the ledger ought to say of an occurrence: its state, a pattern for its reason, and when it was decided.
    `tasks` has for each device when its task ought to be performed (between two instants, if it has jitter), or the
    state in which it ends instead."""

    state: str
    reason: str
    decided: datetime
    at: datetime
    tasks: dict[str, datetime | str | tuple[datetime, datetime]] = field(default_factory=dict)


@dataclass
class InForce:
    campaign: Campaign
    entry: Entry
    seen: dict[Rule, datetime]


Identity = tuple[str, str, str]
Group = tuple[InForce, list[Moment]]


class Oracle:
    """Goes through the same year as the daemon; `Year`, which makes things happen, tells it of each."""

    def __init__(self) -> None:
        self.expected: dict[Identity, Expected] = {}
        self.in_force: dict[tuple[str, str], InForce] = {}
        self.waiting: list[tuple[datetime, Identity, str, int]] = []
        self._aliases: dict[str, str] = {}

    def load(self, campaigns: list[Campaign], now: datetime) -> None:
        """These campaigns are in force from now on. Waiting tasks of entries that are gone are cancelled."""
        before, self.in_force = self.in_force, {}
        for campaign in campaigns:
            self._aliases |= dict.fromkeys(campaign.formerly, campaign.name)
            for entry in campaign.entries:
                was = [before[name, entry.name] for name in (campaign.name, *campaign.formerly)
                       if (name, entry.name) in before]  # fmt: skip
                known = was[0].seen if was else {}
                seen = {rule: known.get(rule, now) for rule in entry.rules}
                self.in_force[campaign.name, entry.name] = InForce(campaign, entry, seen)
        for due, identity, device, grace_s in list(self.waiting):
            if (self._alias(identity[0]), identity[1]) not in self.in_force:
                self.waiting.remove((due, identity, device, grace_s))
                self.expected[identity].tasks[device] = "cancelled"

    def coming(self, after: datetime, until: datetime) -> dict[datetime, list["Group"]]:
        """What comes in (after, until], by instant: the entries, and the moments of each."""
        found: dict[datetime, list[Group]] = defaultdict(list)
        for held in self.in_force.values():
            for at, group in self._groups(held, after, until, None).items():
                found[at].append((held, group))
        return found

    def live(self, now: datetime, groups: list["Group"]) -> None:
        """The clock has reached an instant, and the daemon looks."""
        for held, group in groups:
            self._decide(held, group, now, None, is_newest=True)
        self._perform(now)

    def gap(self, after: datetime, now: datetime, cause: str) -> None:
        """Nobody looked at the clock since `after`; `cause` is down or asleep."""
        for due, identity, device, grace_s in list(self.waiting):
            expires = due + timedelta(seconds=grace_s)
            if after < expires and due + timedelta(seconds=max(grace_s, PROMPT_S)) < now:
                self.waiting.remove((due, identity, device, grace_s))
                self.expected[identity].tasks[device] = "missed"
        for held in self.in_force.values():
            groups = self._groups(held, after, now, cause)
            newest = max(groups, default=None)
            for at in sorted(groups):
                self._decide(held, groups[at], now, cause, is_newest=at == newest)
        self._perform(now)

    def _groups(
        self, held: InForce, after: datetime, until: datetime, cause: str | None
    ) -> dict[datetime, list[Moment]]:
        groups: dict[datetime, list[Moment]] = defaultdict(list)
        for rule in held.entry.rules:
            start = after if cause is None else max(after, held.seen[rule])
            for moment in _between(held, rule, start, until):
                groups[moment.at].append(moment)
        return {at: sorted(group, key=lambda moment: moment.precedence) for at, group in groups.items()}

    def _decide(
        self, held: InForce, group: list[Moment], now: datetime, cause: str | None, *, is_newest: bool
    ) -> None:
        names = list(dict.fromkeys(moment.nominal for moment in group))
        known = [name for name in names if self._known(held, name)]
        if not known:
            self._decide_new(held, group[0], now, cause, is_newest=is_newest)
        into = (known or names)[0]
        for name in names:
            if name not in known and name != into:
                identity = (held.campaign.name, held.entry.name, name)
                reason = f"merged into {re.escape(into)}, which comes at the same instant"
                self.expected[identity] = Expected("merged", reason, now, group[0].at)

    def _decide_new(
        self, held: InForce, moment: Moment, now: datetime, cause: str | None, *, is_newest: bool
    ) -> None:
        entry, identity = held.entry, (held.campaign.name, held.entry.name, moment.nominal)
        late_s = (now - moment.at).total_seconds()
        shares = [entry.spread_s * number // entry.devices for number in range(entry.devices)]
        state, reason = "started", ""
        if cause == "down" or (cause == "asleep" and late_s > PROMPT_S):
            told = {"down": "the daemon was down from", "asleep": "the machine slept, or its clock"}[cause]
            reason = f".* late: {told} .*"
            if entry.on_missed == "skip":
                state, reason = "missed", rf"{told} .* \(on_missed: skip\)"
            elif late_s > entry.grace_s + shares[-1] + entry.jitter_s:
                state, reason = "missed", f"{told} .* late, past its grace of .*"
            elif entry.on_missed == "run_once" and not is_newest:
                state, reason = "missed", rf"{told} .* \(on_missed: run_once\)"
        if state == "started" and entry.overlap == "skip" and self._is_open(held):
            state, reason = "skipped", r".* was still running \(overlap: skip\)"
        self.expected[identity] = Expected(state, reason, now, moment.at)
        if state == "started":
            for number, share in enumerate(shares):
                due = moment.at + timedelta(seconds=share)
                self._make_task(identity, f"{entry.name}-{number}", due, entry, now)

    def _make_task(self, identity: Identity, device: str, due: datetime, entry: Entry, now: datetime) -> None:
        tasks, latest = self.expected[identity].tasks, due + timedelta(seconds=entry.jitter_s)
        if entry.jitter_s:
            tasks[device] = (max(due, now), max(latest, now))
        elif due + timedelta(seconds=max(entry.grace_s, PROMPT_S)) < now:
            tasks[device] = "missed"
        else:
            self.waiting.append((due, identity, device, entry.grace_s))
            tasks[device] = "pending"

    def _perform(self, now: datetime) -> None:
        for item in [item for item in self.waiting if item[0] <= now]:
            self.waiting.remove(item)
            self.expected[item[1]].tasks[item[2]] = now

    def _is_open(self, held: InForce) -> bool:
        name = (held.campaign.name, held.entry.name)
        return any((self._alias(one[0]), one[1]) == name for _, one, _, _ in self.waiting)

    def _known(self, held: InForce, nominal: str) -> bool:
        names = (held.campaign.name, *held.campaign.formerly)
        return any((name, held.entry.name, nominal) in self.expected for name in names)

    def _alias(self, name: str) -> str:
        return self._aliases.get(name, name)


def _between(held: InForce, rule: Rule, after: datetime, until: datetime) -> tuple[Moment, ...]:
    all_of_it = moments(rule, held.campaign.zone, held.campaign.active)
    first = bisect_right(all_of_it, after, key=lambda moment: moment.at)
    last = bisect_right(all_of_it, until, key=lambda moment: moment.at)
    return all_of_it[first:last]
