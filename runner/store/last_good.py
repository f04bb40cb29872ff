"""The last good text of a campaign, ready for planning, when its file is wrong or cannot be read."""

from pathlib import Path

from runner.campaign.accounts_file import FILE as ACCOUNTS
from runner.campaign.accounts_file import read_accounts_file
from runner.campaign.app_file import read_app_file
from runner.campaign.devices_file import FILE as DEVICES
from runner.campaign.devices_file import read_devices_file
from runner.campaign.flow_file import read_flow_file
from runner.campaign.loader import load_text
from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.store.asked.ledger import AskedLedger
from runner.store.campaign_rows import PROFILE, CampaignRow
from runner.store.sightings import fitting


def restore(row: CampaignRow) -> ResolvedCampaign | None:
    """A campaign as the ledger keeps it, with its flows, app profiles, shared accounts and phones as they were then;
    None if this version of the runner does not understand it any longer."""
    folder = Path(row.path).parent
    flows, apps, accounts, devices = {}, {}, None, None
    for name, text in row.flows.items():
        if name == ACCOUNTS:
            accounts = read_accounts_file(text, str(folder / ACCOUNTS))
        elif name == DEVICES:
            devices = read_devices_file(text, str(folder / DEVICES))
        elif name.startswith(PROFILE):
            apps[name.removeprefix(PROFILE)] = read_app_file(text, str(folder / f"{name}.yaml"))
        else:
            flows[name] = read_flow_file(text, str(folder / "flows" / f"{name}.yaml"))
    loaded = load_text(row.text, row.path, flows, apps, accounts, devices)
    used = {written["script"] for written in (loaded.document.data or {}).get("scripts", {}).values()}
    if loaded.has_errors or not used <= loaded.scripts.keys():
        return None
    return resolve_campaign(loaded, row.commit)


def resolved_in_force(ledger: AskedLedger) -> dict[str, ResolvedCampaign]:
    """The campaigns in force by name, from the texts that the ledger keeps."""
    rows = [row for row in ledger.campaigns.all() if row.withdrawn_utc is None]
    restored = {row.name: restore(row) for row in rows}
    found = [campaign for campaign in restored.values() if campaign is not None]
    return {campaign.name: campaign for campaign in fitting(ledger, found)}
