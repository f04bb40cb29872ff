"""How much may be done: caps by kind of effect and the least gap between effects, held against what was done.

Only counts and instants come in, so the same function serves a plan and the moment before an effect.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal, get_args

from runner.campaign.models import Limits
from runner.planning.walltime import resolve

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
    "comment": CautiousCap(per_day=20, per_hour=6),
}
"""What holds where a campaign names no limit; `docs/limits.md` shows the same table."""

LOOK_BACK = timedelta(hours=48)
"""How far back usage must reach; the longest calendar day is shorter."""

NEVER_UTC = datetime(9000, 1, 1, tzinfo=UTC)
"""The instant at which a cap of 0 would allow an effect."""

_HOUR, _YEAR = timedelta(hours=1), timedelta(days=365)
_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": _HOUR,
    "d": timedelta(days=1),
}


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
    """A campaign's limits, the built-in caps filled in."""

    caps: tuple[Cap, ...]
    min_gap: timedelta


@dataclass(frozen=True, slots=True)
class Usage:
    """When effects were made, by kind: on one device, and by one account on whatever device.

    Whatever may have happened counts (committing, committed, uncertain), of all campaigns. Instants reach
    back LOOK_BACK at least; the device's latest effect is among them, however old.
    """

    device: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    account: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Nothing forbids the effect now."""


@dataclass(frozen=True, slots=True)
class NotBefore:
    """A limit forbids the effect until `instant_utc`, unless more is done meanwhile."""

    instant_utc: datetime
    reason: str


Verdict = Allowed | NotBefore


def effective_limits(limits: Limits) -> EffectiveLimits:
    """What a campaign names, and for the rest the built-in caps."""
    return EffectiveLimits(tuple(_caps(limits)), _duration(limits.min_gap))


def verdict(
    limits: EffectiveLimits,
    usage: Usage,
    kind: str,
    device: str | None,
    account: str | None,
    now: datetime,
    zone: tzinfo,
) -> Verdict:
    """Whether an effect of this kind may be made now; of several refusals, the one that lasts longest.

    Calendar days are those of `zone`. A scope that is not known (no device, no account) has no caps.
    """
    names: Mapping[Scope, str | None] = {"device": device, "account": account}
    refusals = list(_gap_refusals(limits.min_gap, usage, device, now, zone))
    for cap in limits.caps:
        name = names[cap.scope]
        if cap.kind == kind and name is not None:
            made = (usage.device if cap.scope == "device" else usage.account).get(kind, ())
            refusals += _cap_refusals(cap, made, name, now, zone)
    return max(refusals, key=lambda refusal: refusal.instant_utc, default=Allowed())


def _caps(limits: Limits) -> Iterator[Cap]:
    for scope in get_args(Scope):
        windows = getattr(limits, f"per_{scope}")
        for span in get_args(Span):
            named = getattr(windows, f"per_{span}").model_dump()
            for kind, cautious in CAUTIOUS.items():
                at_most, built_in = named.get(kind), False
                if at_most is None:
                    at_most, built_in = getattr(cautious, f"per_{span}"), True
                yield Cap(scope, span, kind, at_most, built_in)


def _cap_refusals(
    cap: Cap, made: tuple[datetime, ...], name: str, now: datetime, zone: tzinfo
) -> Iterator[NotBefore]:
    source = f"built-in {cap.key}" if cap.built_in else f"limits.{cap.key}"
    whose = f"{cap.kind}s {'on' if cap.scope == 'device' else 'by'} {name}"
    if cap.at_most == 0:
        yield NotBefore(NEVER_UTC, f"no {whose} are allowed ({source} is 0)")
        return
    counted = sorted(instant for instant in made if instant >= _opening(cap.span, now, zone))
    if len(counted) < cap.at_most:
        return
    if cap.span == "day":
        again, when = _midnight(now, zone, days=1), "today"
    else:
        again, when = counted[-cap.at_most] + _HOUR, "in the last 60 minutes"
    reason = f"{len(counted)} of {cap.at_most} {whose} {when}; next at {_local(again, zone)} ({source})"
    yield NotBefore(again, reason)


def _gap_refusals(
    min_gap: timedelta, usage: Usage, device: str | None, now: datetime, zone: tzinfo
) -> Iterator[NotBefore]:
    latest = max((instant for made in usage.device.values() for instant in made), default=None)
    if device is None or latest is None or now >= latest + min_gap:
        return
    again = latest + min_gap
    reason = f"the last effect on {device} was at {_local(latest, zone)}; next at {_local(again, zone)}"
    yield NotBefore(again, f"{reason} (limits.min_gap)")


def _opening(span: Span, now: datetime, zone: tzinfo) -> datetime:
    """The first instant that counts: midnight, or the first one inside of the last 60 minutes."""
    if span == "day":
        return _midnight(now, zone, days=0)
    return now - _HOUR + timedelta.resolution


def _midnight(now: datetime, zone: tzinfo, *, days: int) -> datetime:
    """The instant at which today begins, or a later day."""
    day = now.astimezone(zone).date() + timedelta(days=days)
    return resolve(datetime.combine(day, time()), zone).instant_utc


def _local(instant: datetime, zone: tzinfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _duration(text: str) -> timedelta:
    """`90s` as a timedelta; what is longer than a year forbids as much as a year does."""
    number = text.rstrip("dhms")
    return min(int(number) * _UNITS[text[len(number) :]], _YEAR)
