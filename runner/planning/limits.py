"""How much may be done, and when: caps by kind of effect, the least gap between effects, working hours.

Only counts and instants come in, so the same function serves a plan and the moment before an effect. Limits that a
campaign names are on its own clocks; built-in ones span campaigns, and are on the fleet's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from runner.campaign.quantities import Duration, Hours
from runner.clock import format_instant
from runner.planning.plural import plural
from runner.planning.walltime import open_hours, resolve
from runner.reasons import ReasonKind
from runner.tasks import Task

Scope = Literal["device", "account"]
Span = Literal["day", "hour"]


@dataclass(frozen=True, slots=True)
class CautiousCap:
    """The built-in caps of one kind of effect, the same for each device and for each account."""

    per_day: int
    per_hour: int


CAUTIOUS = {
    "post": CautiousCap(per_day=5, per_hour=3),
    "follow": CautiousCap(per_day=40, per_hour=12),
    "unfollow": CautiousCap(per_day=40, per_hour=12),
    "like": CautiousCap(per_day=100, per_hour=30),
    "favourite": CautiousCap(per_day=100, per_hour=30),
    "comment": CautiousCap(per_day=20, per_hour=6),
    "profile": CautiousCap(per_day=3, per_hour=2),
}
"""The caps where a campaign names none; `docs/limits.md` shows the same table."""

DEFAULT_MIN_GAP = Duration.parse("90s")
"""Between two effects on one phone, where a campaign names nothing else."""

LOOK_BACK = timedelta(hours=48)
"""How far back usage must reach: further than the longest calendar day, which the change of a clock makes longer than
24 hours."""

# Not `datetime.max`: it could not be moved to another zone.
NEVER_UTC = datetime(9000, 1, 1, tzinfo=UTC)
"""The instant at which a cap of 0 would allow an effect."""

WORKING_HOURS, MIN_GAP = "limits.working_hours", "limits.min_gap"
"""The names of the limits that are no caps."""

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many effects of a kind, for one device or account, in a calendar day or any 60 minutes."""

    scope: Scope
    span: Span
    kind: str
    at_most: int
    built_in: bool

    @property
    def key(self) -> str:
        """Where a campaign file sets it: `per_device.per_day.post`."""
        return f"per_{self.scope}.per_{self.span}.{self.kind}"


@dataclass(frozen=True, slots=True)
class EffectiveLimits:
    """A campaign's limits, the built-in caps filled in; `caps` by kind of effect.

    `zone` is the zone of working hours and of the days of caps that the campaign names; None if it names no zone, then
    the fleet's holds for them too.
    """

    caps: Mapping[str, tuple[Cap, ...]]
    min_gap: timedelta
    working_hours: Hours | None = None
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """When effects were made, by kind: on one device, and by one account on any device.

    Every effect that may have happened counts (committing, committed, uncertain), of all campaigns. Instants reach back
    at least LOOK_BACK; the device's latest effect is among them, however old, for the least gap.
    """

    device: Mapping[str, Sequence[datetime]] = field(default_factory=dict)
    account: Mapping[str, Sequence[datetime]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Nothing forbids the effect now."""


@dataclass(frozen=True, slots=True)
class NotBefore:
    """A limit forbids the effect until `instant_utc`, unless more is done meanwhile.

    `limit` names the limit: `limits.per_device.per_day.post`, `built-in ...`, `limits.working_hours`.
    """

    instant_utc: datetime
    reason: str
    limit: str = ""

    @property
    def kind(self) -> ReasonKind:
        return ReasonKind.WORKING_HOURS if self.limit == WORKING_HOURS else ReasonKind.LIMIT


LimitAnswer = Allowed | NotBefore

_ALLOWED = Allowed()


def effective_limits(limits: Mapping[str, Any], zone: ZoneInfo | None = None) -> EffectiveLimits:
    """The limits that a campaign's `limits:` name, on the clocks of its zone, and the built-in caps for the rest."""
    hours = limits.get("working_hours")
    return EffectiveLimits(
        {kind: tuple(_caps(limits, kind)) for kind in CAUTIOUS},
        Duration.parse(limits["min_gap"]).delta if "min_gap" in limits else DEFAULT_MIN_GAP.delta,
        Hours.parse(hours) if hours else None,
        zone,
    )


class CampaignLimits:
    """A campaign's limits as they hold for its tasks: on the clocks of the task's phone or account.

    `limits` are as written; `timezone_of` gives the zone of an entry's tasks by their doer, None if none is named.
    Any thread may ask.
    """

    def __init__(self, limits: Mapping[str, Any], timezone_of: Callable[[str, str], str | None]) -> None:
        self._in_zone = lru_cache(maxsize=None)(
            lambda name: effective_limits(limits, name and ZoneInfo(name))
        )
        self._zone_of = lru_cache(maxsize=4096)(timezone_of)

    def of(self, task: Task) -> EffectiveLimits:
        return self._in_zone(self._zone_of(task.entry, task.doer))


def limit_answer(
    limits: EffectiveLimits,
    usage: Usage,
    kind: str,
    device: str | None,
    account: str | None,
    now: datetime,
    fleet_zone: tzinfo,
) -> LimitAnswer:
    """Whether an effect of this kind may be made now; of several refusals, the one that lasts longest.

    A scope that is not known (no device, no account) has no caps.
    """
    names: Mapping[Scope, str | None] = {"device": device, "account": account}
    asked = _Question(limits.working_hours, now, limits.zone or fleet_zone, fleet_zone)
    refusals = [*asked.hours_refusals(), *asked.gap_refusals(limits.min_gap, usage, device)]
    for cap in limits.caps.get(kind, ()):
        name = names[cap.scope]
        if name is not None:
            made = (usage.device if cap.scope == "device" else usage.account).get(kind, ())
            refusals += asked.cap_refusals(cap, made, name)
    return max(refusals, key=lambda refusal: refusal.instant_utc, default=_ALLOWED)


def next_working_instant(hours: Hours | None, instant_utc: datetime, zone: tzinfo) -> datetime:
    """The first instant from this one on that lies in the working hours; the instant itself if there are none."""
    if hours is None:
        return instant_utc
    today = instant_utc.astimezone(zone).date()
    # Yesterday's hours may pass midnight. The days after tomorrow are for hours that a change of the
    # clocks swallows (`opens < closes` is false then).
    for days in range(-1, 4):
        opens, closes = open_hours(hours.opens, hours.closes, today + days * _DAY, zone)
        if instant_utc < closes and opens < closes:
            return max(instant_utc, opens)
    raise AssertionError(f"the working hours {hours} never open")


def _caps(limits: Mapping[str, Any], kind: str) -> Iterator[Cap]:
    for scope in get_args(Scope):
        for span in get_args(Span):
            at_most = limits.get(f"per_{scope}", {}).get(f"per_{span}", {}).get(kind)
            built_in: int = getattr(CAUTIOUS[kind], f"per_{span}")
            yield Cap(scope, span, kind, built_in if at_most is None else at_most, at_most is None)


@dataclass(frozen=True, slots=True)
class _Question:
    """One instant, and the working hours to which refused effects are put off, on the campaign's clocks."""

    hours: Hours | None
    now: datetime
    zone: tzinfo
    fleet_zone: tzinfo

    def hours_refusals(self) -> Iterator[NotBefore]:
        again = next_working_instant(self.hours, self.now, self.zone)
        if again != self.now:
            reason = f"outside of the working hours {self.hours} in {self.zone}"
            yield self._refuse(again, reason, WORKING_HOURS, self.zone)

    def gap_refusals(self, min_gap: timedelta, usage: Usage, device: str | None) -> Iterator[NotBefore]:
        if device is None or not min_gap:
            return
        # An effect dated ahead was made before the clock stepped back: it would forbid everything until then.
        past = (instant for made in usage.device.values() for instant in made if instant <= self.now)
        latest = max(past, default=None)
        if latest is not None and self.now < latest + min_gap:
            reason = f"the last effect on {device} was at {format_instant(latest, self.zone)}"
            yield self._refuse(latest + min_gap, reason, MIN_GAP, self.zone)

    def cap_refusals(self, cap: Cap, made: Sequence[datetime], name: str) -> Iterator[NotBefore]:
        source = f"built-in {cap.key}" if cap.built_in else f"limits.{cap.key}"
        whose = f"{'on' if cap.scope == 'device' else 'by'} {name}"
        if cap.at_most == 0:
            yield NotBefore(NEVER_UTC, f"no {cap.kind}s {whose} are allowed ({source} is 0)", source)
            return
        if len(made) < cap.at_most:
            return
        zone = self.fleet_zone if cap.built_in else self.zone
        opening = self._opening(cap.span, zone)
        counted = sorted(instant for instant in made if instant >= opening)
        if len(counted) < cap.at_most:
            return
        if cap.span == "day":
            again, when = midnight(self.now, zone, days=1), f"today in {zone}"
        else:
            # So many effects back: once that one is an hour old, one fewer than the cap is left.
            again, when = counted[-cap.at_most] + _HOUR, "in the last 60 minutes"
        made_of = f"{len(counted)} of {plural(cap.at_most, cap.kind)} {whose} {when}"
        if len(counted) > cap.at_most:
            made_of = f"{plural(len(counted), cap.kind)} {whose} {when}, and {cap.at_most} allowed"
        yield self._refuse(again, made_of, source, zone)

    def _refuse(self, again: datetime, reason: str, limit: str, zone: tzinfo) -> NotBefore:
        """Nothing before `again`, or before the working hours that open after it; worded on the clocks of `zone`."""
        again = next_working_instant(self.hours, again, self.zone)
        return NotBefore(again, f"{reason}; next at {format_instant(again, zone)} ({limit})", limit)

    def _opening(self, span: Span, zone: tzinfo) -> datetime:
        """The first instant that counts: midnight, or the first one within the last 60 minutes."""
        if span == "day":
            return midnight(self.now, zone, days=0)
        # An effect exactly an hour old no longer counts, or the instant told above would be too early.
        return self.now - _HOUR + timedelta.resolution


def midnight(now: datetime, zone: tzinfo, *, days: int) -> datetime:
    """The instant at which today begins, or a later day."""
    return _beginning(now.astimezone(zone).date() + timedelta(days=days), zone)


@lru_cache(maxsize=64)
def _beginning(day: date, zone: tzinfo) -> datetime:
    return resolve(datetime.combine(day, time()), zone).instant_utc
