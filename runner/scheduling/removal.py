"""What becomes of tasks that wait, when a reload has taken what made them out of force."""

from collections.abc import Iterable

from runner.campaign.resolve import ResolvedCampaign
from runner.store.ledger import Ledger
from runner.store.rows import CampaignRow


def cancel_what_is_gone(ledger: Ledger, resolved: Iterable[ResolvedCampaign]) -> int:
    """Cancel what start times made and was not begun, of entries and campaigns that are not in force any more;
    returns how many tasks. The ledger is asked, and no reload, so it may be done at any time and again."""
    in_force = {name: resolved for resolved in resolved for name in (*resolved.formerly, resolved.name)}
    rows = {row.name: row for row in ledger.campaigns.all()}
    cancelled = 0
    for campaign, entry in sorted(ledger.occurrences.open_entries()):
        if reason := _gone(campaign, entry, in_force.get(campaign), rows.get(campaign)):
            cancelled += len(ledger.tasks.cancel_unstarted(campaign, entry, reason))
    return cancelled


def _gone(
    campaign: str, entry: str, resolved: ResolvedCampaign | None, row: CampaignRow | None
) -> str | None:
    """Why an entry is not in force any more; None if it is, or if it never was."""
    if resolved is not None:
        if any(one.name == entry for one in resolved.entries):
            return None
        commit = f" (commit {campaign.commit})" if resolved.commit else ""
        return f"the entry {entry} was removed from the campaign {campaign.name}{commit}"
    if row is not None and row.withdrawn_utc is not None:
        return f"the campaign {campaign} was withdrawn: {row.withdrawn_reason}"
    return None
