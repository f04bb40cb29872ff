"""What there is to post, and who has had it, for plans."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from runner.backend_registry import declared
from runner.backends.material import glance
from runner.campaign.resolve import ResolvedCampaign
from runner.planning.material import Material
from runner.planning.plannable_entry import plannable_entries
from runner.planning.source import Window

if TYPE_CHECKING:
    from runner.store.ledger import Ledger  # slow to import, and a plan may have none


def material_of(
    campaigns: Iterable[ResolvedCampaign], window: Window, ledger: "Ledger | None", now: datetime
) -> Material:
    """What the posts of a plan depend on: the files as they are now, and what the ledger, if there is one, remembers.

    Raises LedgerError.
    """
    posting = [
        plannable
        for plannable in plannable_entries(campaigns)
        if plannable.order and declared(plannable.campaign.backend).reads_files_here
    ]
    files = {plannable.name: glance(plannable.entry.config) for plannable in posting}
    if ledger is None or not posting:
        return Material(files)
    owners = {plannable.owner(lane) for plannable in posting for lane in plannable.lanes}
    prints = {file.fingerprint for found in files.values() for file in found if file.fingerprint}
    reach = max((plannable.reach for plannable in posting), default=timedelta())
    recorded = ledger.file_uses.recorded(min(window.from_utc, now) - reach, window.until_utc)
    return Material(files, ledger.file_uses.of(owners, prints), recorded, now)
