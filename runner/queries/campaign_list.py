"""Every campaign file at a glance: in force, invalid, or withdrawn."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path

from runner.campaign.resolve import ResolvedCampaign
from runner.planning.coming import next_occurrence
from runner.queries.campaign_days import DayCounts, days_of
from runner.store.campaign_rows import CampaignRow, InvalidFile
from runner.store.ledger import Ledger
from runner.store.request_rows import PauseRow, PauseScope
from runner.tasks import Occurrence

DAYS = 14
"""How many days the success of a campaign in the list reaches back."""

MOST_LISTED = 200
"""How many campaigns are told at once."""


class Standing(StrEnum):
    """How a campaign stands. What needs a person comes first."""

    INVALID = "invalid"
    IN_FORCE = "in force"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class CampaignItem:
    """One campaign, or a file that is wrong and belongs to none (`name` is None).

    Of an invalid file an earlier text may be in force: then `is_in_force`, `commit`, `entries` and `coming` are those
    of that text. `since_utc` is since when it stands as it does.
    """

    name: str | None
    path: str
    standing: Standing
    is_in_force: bool
    since_utc: datetime
    commit: str | None = None
    problem: str | None = None
    reason: str | None = None
    entries: int = 0
    coming: Occurrence | None = None
    pause: PauseRow | None = None
    days: tuple[DayCounts, ...] = ()

    @property
    def title(self) -> str:
        return self.name or Path(self.path).name


@dataclass(frozen=True, slots=True)
class CampaignList:
    """At most MOST_LISTED campaigns; `total` is how many there are that match, `counts` how many stand how."""

    items: tuple[CampaignItem, ...]
    total: int
    counts: Mapping[Standing, int]


def campaign_list(
    ledger: Ledger,
    in_force: Mapping[str, ResolvedCampaign],
    now: datetime,
    zone: tzinfo,
    *,
    wanted: str = "",
    offset: int = 0,
) -> CampaignList:
    """The campaigns whose name or path contains `wanted`, from `offset` on, those with a wrong file first."""
    found = list(_standing(ledger))
    counts = {one: sum(item.standing is one for item in found) for one in Standing}
    chosen = [item for item in found if wanted.casefold() in f"{item.name or ''} {item.path}".casefold()]
    chosen.sort(key=lambda item: (list(Standing).index(item.standing), item.title))
    shown = chosen[offset : offset + MOST_LISTED]
    days = days_of(ledger, {item.name for item in shown if item.name}, now, zone, DAYS)
    return CampaignList(tuple(_filled(shown, ledger, in_force, now, days)), len(chosen), counts)


def standing_of(row: CampaignRow | None, invalid: InvalidFile | None) -> Standing:
    if invalid is not None:
        return Standing.INVALID
    return Standing.IN_FORCE if row is not None and row.withdrawn_utc is None else Standing.WITHDRAWN


def pause_on(pauses: Sequence[PauseRow], campaign: str) -> PauseRow | None:
    """The pause of this campaign alone, if there is one."""
    return next((one for one in pauses if (one.scope, one.subject) == (PauseScope.CAMPAIGN, campaign)), None)


def _standing(ledger: Ledger) -> Iterator[CampaignItem]:
    invalid = ledger.campaigns.invalid_files()
    of_campaign = {file.campaign: file for file in reversed(invalid) if file.campaign}
    rows = {row.name: row for row in ledger.campaigns.all()}
    for file in invalid:
        if file.campaign not in rows:
            yield _of_wrong_file(file)
    for row in rows.values():
        yield _of_row(row, of_campaign.get(row.name))


def _of_wrong_file(file: InvalidFile) -> CampaignItem:
    return CampaignItem(
        file.campaign, file.path, Standing.INVALID, False, file.since_utc, file.commit, file.problem
    )


def _of_row(row: CampaignRow, wrong: InvalidFile | None) -> CampaignItem:
    return CampaignItem(
        row.name,
        wrong.path if wrong else row.path,
        standing_of(row, wrong),
        row.withdrawn_utc is None,
        wrong.since_utc if wrong else row.withdrawn_utc or row.since_utc,
        row.commit,
        wrong.problem if wrong else None,
        row.withdrawn_reason,
    )


def _filled(
    items: Sequence[CampaignItem],
    ledger: Ledger,
    in_force: Mapping[str, ResolvedCampaign],
    now: datetime,
    days: Mapping[str, tuple[DayCounts, ...]],
) -> Iterator[CampaignItem]:
    pauses = ledger.pauses.current()
    for item in items:
        resolved = in_force.get(item.name or "") if item.is_in_force else None
        yield CampaignItem(
            item.name,
            item.path,
            item.standing,
            item.is_in_force,
            item.since_utc,
            item.commit,
            item.problem,
            item.reason,
            len(resolved.entries) if resolved else 0,
            next_occurrence([resolved], now) if resolved else None,
            pause_on(pauses, item.name) if item.name else None,
            days.get(item.name or "", ()),
        )
