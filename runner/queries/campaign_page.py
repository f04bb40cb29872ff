"""All about one campaign: how it stands, its entries and when they come, its texts, and what people did to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from runner.campaign.masking import masked_text
from runner.campaign.resolve import ResolvedCampaign
from runner.planning.coming import Coming, coming
from runner.planning.plannable_entry import plannable_entries
from runner.planning.source import Window
from runner.queries.campaign_list import Standing, pause_on, standing_of
from runner.store.campaign_rows import CampaignRow, CampaignVersion, InvalidFile, VersionRow
from runner.store.ledger import Ledger
from runner.store.request_rows import ActionRow, PauseRow, PauseScope

MOST_NEXT = 3
MOST_VERSIONS, MOST_ACTIONS = 30, 20


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry in force, in one zone: its work, its start times as written, how many phones or accounts and tasks an
    occurrence has, and the next ones."""

    name: str
    script: str
    zone: str
    rules: tuple[str, ...]
    lanes: int
    tasks: int
    next: tuple[Coming, ...]


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """`row` is what the ledger knows of the campaign, None if its file was never right; `invalid` is its file if that
    is wrong now. `resolved` is the text in force, `text` the same masked: both None if none is in force.

    `pause` is the campaign's own, `pauses` are others that keep its tasks from starting. `versions` come newest first.
    """

    name: str
    standing: Standing
    row: CampaignRow | None
    invalid: InvalidFile | None
    resolved: ResolvedCampaign | None
    text: str | None
    entries: tuple[EntryLine, ...]
    pause: PauseRow | None
    pauses: tuple[PauseRow, ...]
    versions: tuple[VersionRow, ...]
    actions: tuple[ActionRow, ...]

    @property
    def path(self) -> str:
        """The file to look at: the one that is wrong, else the one whose text is, or was, in force."""
        if self.invalid is not None:
            return self.invalid.path
        assert self.row is not None
        return self.row.path


def campaign_page(
    ledger: Ledger, in_force: Sequence[ResolvedCampaign], name: str, now: datetime
) -> CampaignPage | None:
    """None if neither the ledger nor a wrong file knows such a campaign."""
    row = ledger.campaigns.get(name)
    invalid = next((one for one in ledger.campaigns.invalid_files() if one.campaign == name), None)
    if row is None and invalid is None:
        return None
    is_in_force = row is not None and row.withdrawn_utc is None
    resolved = next((one for one in in_force if one.name == name), None) if is_in_force else None
    pauses = ledger.pauses.current()
    return CampaignPage(
        name=name,
        standing=standing_of(row, invalid),
        row=row,
        invalid=invalid,
        resolved=resolved,
        text=masked_text(row.text) if row is not None and is_in_force else None,
        entries=tuple(_entries(resolved, now)) if resolved else (),
        pause=pause_on(pauses, name),
        pauses=tuple(_others(pauses, resolved)),
        versions=tuple(ledger.campaigns.versions(name, MOST_VERSIONS)),
        actions=tuple(ledger.actions.of(name, MOST_ACTIONS)),
    )


def version_of(ledger: Ledger, name: str, version_id: int) -> CampaignVersion | None:
    """A text of this campaign, masked; None if it has no such version."""
    found = ledger.campaigns.version(version_id)
    if found is None or found.name != name:
        return None
    return CampaignVersion(found.id, found.name, found.path, masked_text(found.text), found.commit)


def _entries(campaign: ResolvedCampaign, now: datetime) -> Iterator[EntryLine]:
    ahead = Window.after(now)
    for plannable in plannable_entries([campaign]):
        yield EntryLine(
            plannable.entry.name,
            plannable.entry.script.name,
            str(plannable.zone),
            tuple(rule.written for rule in plannable.rules),
            len(plannable.lanes),
            len(plannable.lanes) * len(plannable.targets),
            tuple(islice(coming(plannable, ahead), MOST_NEXT)),
        )


def _others(pauses: Sequence[PauseRow], campaign: ResolvedCampaign | None) -> Iterator[PauseRow]:
    phones = set(campaign.phones) if campaign else set()
    for pause in pauses:
        is_of_phone = pause.scope is PauseScope.DEVICE and pause.subject in phones
        if pause.scope is PauseScope.ALL or is_of_phone:
            yield pause
