"""What phones have said of themselves last, for campaigns that choose phones by it."""

from collections.abc import Iterable

from runner.campaign.match import Sighting, Sightings
from runner.campaign.narrowing import asks_phones, narrowed
from runner.campaign.resolve import ResolvedCampaign
from runner.store.asked.file import whole
from runner.store.asked.ledger import AskedLedger
from runner.store.phone_rows import READY


def sightings(ledger: AskedLedger) -> dict[str, Sighting]:
    """The last answers of the phones that the ledger knows."""
    phones = whole(ledger).phones
    states = phones.latest()
    found = {}
    for row in phones.all():
        if row.seen_utc is not None:
            state = states.get(row.serial)
            where = "connected" if state and state.state == READY else "away"
            asked = f"{where}, asked {row.seen_utc:%Y-%m-%d %H:%MZ}"
            found[row.serial] = Sighting(row.facts.model, row.facts.apps, asked)
    return found


def fitting(
    ledger: AskedLedger, campaigns: Iterable[ResolvedCampaign], more: Sightings | None = None
) -> list[ResolvedCampaign]:
    """The campaigns on the phones that fit by what the ledger knows, and by what phones have just said (`more`). In a
    rehearsal every candidate fits: its phones are made up, and have the models and apps of none of them."""
    given = list(campaigns)
    if ledger.is_rehearsal or not asks_phones(given):
        return given
    seen = {**sightings(ledger), **(more or {})}
    return [narrowed(campaign, seen) for campaign in given]
