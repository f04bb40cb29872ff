"""Finds what a pause names: a campaign, or a phone that campaigns declare or tasks were made for."""

from runner.campaign.nearest import legal_names
from runner.errors import UsageError
from runner.store.last_good import resolved_in_force
from runner.store.ledger import Ledger
from runner.store.request_rows import PauseScope
from runner.store.rows import TaskFilter


def scope_of(ledger: Ledger, name: str) -> PauseScope:
    """Whether a name is that of a campaign or of a device. Raises UsageError, with the nearest name, if of neither."""
    resolved = resolved_in_force(ledger)
    campaigns = {row.name for row in ledger.campaigns.all()}
    campaigns |= {file.campaign for file in ledger.campaigns.invalid_files() if file.campaign}
    if name in campaigns or ledger.tasks.page(TaskFilter(campaign=name), 0, 1)[0]:
        return PauseScope.CAMPAIGN
    devices = {serial for resolved in resolved.values() for serial in resolved.phones}
    if name in devices or ledger.tasks.page(TaskFilter(device=name), 0, 1)[0]:
        return PauseScope.DEVICE
    raise UsageError(
        f"{name} is neither a campaign nor a phone that the ledger knows",
        hint=legal_names(name, sorted(campaigns | devices)),
    )
