"""How near to their limits devices and accounts came: the most that each made on one day, against its cap."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.limits import CAUTIOUS, Cap, Scope, effective_limits
from runner.planning.source import Window
from runner.store.last_good import resolved_in_force
from runner.store.ledger import Ledger
from runner.store.summaries import EffectTotal, TaskGroup
from runner.targets import account

MOST_USES = 200


@dataclass(frozen=True, slots=True)
class LimitUse:
    """The day on which a device or an account made the most effects of a kind, and what its cap allows on a day.

    The cap is the least of the campaigns in force that use it, None if its kind has none; `cap_key` is its name there,
    `is_built_in` whether no campaign names it. Effects that may have happened count.
    """

    scope: Scope
    name: str
    kind: str
    made: int
    day: date
    at_most: int | None
    cap_key: str
    is_built_in: bool

    @property
    def part(self) -> float:
        """How much of the cap was used, 1 for all of it."""
        return self.made / self.at_most if self.at_most else float(bool(self.made and self.at_most == 0))


def limit_uses(
    ledger: Ledger, groups: Sequence[TaskGroup], days: Sequence[tuple[date, Window]]
) -> Iterator[LimitUse]:
    """What the devices and accounts of these tasks used, the nearest to their caps first. Days are those that are
    given, on whatever clocks."""
    yield from sorted(
        (use for use, _ in uses_by_day(ledger, groups, days)),
        key=lambda use: -use.part,
    )[:MOST_USES]


def uses_by_day(
    ledger: Ledger, groups: Sequence[TaskGroup], days: Sequence[tuple[date, Window]]
) -> Iterator[tuple[LimitUse, Counter[date]]]:
    """The same by device, account and kind, each with how many effects were made on each day."""
    lanes = sorted({group.lane for group in groups})
    accounts = sorted({account(group.username) for group in groups if group.username})
    made: dict[tuple[Scope, str, str], Counter[date]] = {}
    for day, window in days:
        for one in ledger.summaries.made(lanes, accounts, window.from_utc, window.until_utc):
            for scope, name in _names(one):
                made.setdefault((scope, name, one.kind), Counter())[day] += one.effects
    campaigns = list(resolved_in_force(ledger).values())
    for (scope, name, kind), by_day in sorted(made.items()):
        yield _use(scope, name, kind, by_day, campaigns), by_day


def _names(made: EffectTotal) -> Iterator[tuple[Scope, str]]:
    if made.device is not None:
        yield "device", made.device
    if made.account is not None:
        yield "account", f"{made.app}:{made.account}" if made.app else made.account


def _use(
    scope: Scope, name: str, kind: str, by_day: Counter[date], campaigns: Iterable[ResolvedCampaign]
) -> LimitUse:
    ((day, most),) = by_day.most_common(1)
    caps = list(_caps(scope, name, kind, campaigns))
    cap = min(caps, key=lambda one: one.at_most, default=None)
    return LimitUse(
        scope,
        name,
        kind,
        most,
        day,
        cap.at_most if cap else None,
        cap.key if cap else "",
        cap.built_in if cap else False,
    )


def _caps(scope: Scope, name: str, kind: str, campaigns: Iterable[ResolvedCampaign]) -> Iterator[Cap]:
    """The caps of a day, of the campaigns that use a device or an account; the built-in one if none does."""
    if kind not in CAUTIOUS:
        return
    users = [campaign for campaign in campaigns if _uses(campaign, scope, name)]
    for campaign_limits in [campaign.limits for campaign in users] or [{}]:
        for cap in effective_limits(campaign_limits).caps[kind]:
            if cap.scope == scope and cap.span == "day":
                yield cap


def _uses(campaign: ResolvedCampaign, scope: Scope, name: str) -> bool:
    if scope == "device":
        return name in campaign.phones
    declared = {one.identity for one in campaign.accounts} | {one.handle for one in campaign.accounts}
    return name in declared or name.rpartition(":")[2] in declared
