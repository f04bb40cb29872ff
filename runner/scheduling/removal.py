"""What becomes of tasks that wait, when a reload has taken what made them out of force."""

from collections.abc import Iterable

from runner.planning.source import Source
from runner.store.ledger import Ledger
from runner.store.rows import CampaignRow


def cancel_what_is_gone(ledger: Ledger, sources: Iterable[Source]) -> int:
    """Cancel what start times made and was not begun, of entries and campaigns that are not in force any more;
    returns how many tasks. The ledger is asked, and no reload, so it may be done at any time and again."""
    in_force = {
        name: source for source in sources for name in (*source.campaign.formerly, source.campaign.name)
    }
    rows = {row.name: row for row in ledger.campaigns.all()}
    cancelled = 0
    for campaign, entry in sorted(ledger.occurrences.open_entries()):
        if reason := _gone(campaign, entry, in_force.get(campaign), rows.get(campaign)):
            cancelled += len(ledger.tasks.cancel_unstarted(campaign, entry, reason))
    return cancelled


def _gone(campaign: str, entry: str, source: Source | None, row: CampaignRow | None) -> str | None:
    """Why an entry is not in force any more; None if it is, or if it never was."""
    if source is not None:
        if any(one.name == entry for one in source.campaign.entries):
            return None
        commit = f" (commit {source.commit})" if source.commit else ""
        return f"the entry {entry} was removed from the campaign {source.campaign.name}{commit}"
    if row is not None and row.withdrawn_utc is not None:
        return f"the campaign {campaign} was withdrawn: {row.withdrawn_reason}"
    return None
