"""The accounts that campaigns declare: where each is, what it has made today, and whether its phone waits."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from runner.campaign.accounts_file import DeclaredAccount
from runner.campaign.resolve import ResolvedCampaign
from runner.planning.limits import Cap, effective_limits, midnight
from runner.store.ledger import Ledger
from runner.store.phone_rows import by_device


@dataclass(frozen=True, slots=True)
class MadeToday:
    """How many effects of a kind an account has made on this calendar day, of how many that are allowed."""

    made: int
    at_most: int


@dataclass(frozen=True, slots=True)
class AccountState:
    """A declared account; `campaigns` are those that declare it, `today` has the kinds of effects that it has made, and
    `hold` says why its phone waits for a person, if it does."""

    declared: DeclaredAccount
    campaigns: tuple[str, ...]
    today: Mapping[str, MadeToday]
    hold: str | None


def accounts_of(campaigns: Iterable[ResolvedCampaign]) -> dict[DeclaredAccount, list[ResolvedCampaign]]:
    """The accounts that campaigns declare, each once, with those campaigns; by app, then by name.

    An account that several campaigns declare on different phones is there once for each phone: nobody can tell which
    of them is right.
    """
    found: dict[tuple[str, str | None], tuple[DeclaredAccount, list[ResolvedCampaign]]] = {}
    for campaign in campaigns:
        for one in campaign.accounts:
            found.setdefault((one.identity, one.device), (one, []))[1].append(campaign)
    return dict(sorted(found.values(), key=lambda item: (item[0].identity, item[0].device or "")))


def account_states(
    ledger: Ledger | None, campaigns: Iterable[ResolvedCampaign], now: datetime, fleet_zone: tzinfo
) -> Iterator[AccountState]:
    """The accounts of campaigns as they are now; without a ledger nothing has been made."""
    held = by_device(ledger.holds.current()) if ledger else {}
    holds = {device: hold.reason for device, hold in held.items()}
    for one, users in accounts_of(campaigns).items():
        today = dict(_today(ledger, one, users, now, fleet_zone)) if ledger else {}
        names = tuple(dict.fromkeys(campaign.name for campaign in users))
        yield AccountState(one, names, today, holds.get(one.device or ""))


def _today(
    ledger: Ledger, one: DeclaredAccount, users: list[ResolvedCampaign], now: datetime, fleet_zone: tzinfo
) -> Iterator[tuple[str, MadeToday]]:
    """By kind, what the account has made, against the least of its campaigns' limits."""
    made = ledger.effects.usage(device=None, account=one.handle, app=one.app, now=now).account
    for kind, instants in sorted(made.items()):
        caps = [(cap, campaign) for campaign in users for cap in _caps_of_a_day(campaign, kind)]
        if not caps:
            continue
        cap, campaign = min(caps, key=lambda item: item[0].at_most)
        opening = midnight(now, fleet_zone if cap.built_in else campaign.zone, days=0)
        if count := sum(opening <= instant <= now for instant in instants):
            yield kind, MadeToday(count, cap.at_most)


def _caps_of_a_day(campaign: ResolvedCampaign, kind: str) -> Iterator[Cap]:
    caps = effective_limits(campaign.limits, campaign.zone).caps.get(kind, ())
    return (cap for cap in caps if cap.scope == "account" and cap.span == "day")
