"""The apps in which the entries of a campaign do their work, for the checks: planning decides it task by task."""

from collections.abc import Iterator, Mapping

from runner.checks.members import accounts_named, accounts_on
from runner.checks.view import CampaignView
from runner.checks.written import ConfigUse, WrittenEntry
from runner.targets import DEFAULT_APP, app_of

Apps = tuple[str, ...]


def apps_of(campaign: CampaignView, config: ConfigUse) -> Apps:
    """The apps in which the entries that use a config do their work, each once."""
    by_entry = campaign.once(_apps_by_entry)
    return tuple(dict.fromkeys(app for name in users(config) for app in by_entry.get(name, ())))


def apps_of_entry(campaign: CampaignView, entry: WrittenEntry) -> Apps:
    """The apps in which an entry does its work; several if its targets belong to several."""
    return campaign.once(_apps_by_entry)[entry.name]


def users(config: ConfigUse) -> tuple[str, ...]:
    """The names of the entries that use a config."""
    return config.entries or (str(config.path[1]),)


def written_apps(campaign: CampaignView) -> Mapping[str, str]:
    """The apps that entries name, by entry."""
    named = ((entry.name, entry.values.get("app")) for entry in campaign.entries)
    return {name: app for name, app in named if isinstance(app, str)}


def _apps_by_entry(campaign: CampaignView) -> Mapping[str, Apps]:
    of_targets: dict[str, Apps] = {}
    for config in campaign.configs:
        apps = tuple(dict.fromkeys(_apps_of_targets(config)))
        of_targets |= dict.fromkeys(users(config), apps)
    written = campaign.once(written_apps)
    found = {}
    for entry in campaign.entries:
        script = campaign.scripts.get(entry.script.text) if entry.script else None
        named = (script and script.app) or written.get(entry.name)
        of_accounts, all_are = _apps_of_accounts(campaign, entry)
        others = () if all_are else of_targets.get(entry.name) or (DEFAULT_APP,)
        found[entry.name] = (named,) if named else tuple(dict.fromkeys((*of_accounts, *others)))
    return found


def _apps_of_accounts(campaign: CampaignView, entry: WrittenEntry) -> tuple[Apps, bool]:
    """The apps of an entry's accounts, and whether every one of its tasks has a declared account."""
    if not campaign.accounts:
        return (), False
    found = [list(accounts_named(campaign, item)) for item in entry.devices]
    if entry.values.get("multi_account") is True:
        found = [
            one or list(accounts_on(campaign, item)) for one, item in zip(found, entry.devices, strict=True)
        ]
    return tuple(one.app for accounts in found for one in accounts), bool(found) and all(found)


def _apps_of_targets(config: ConfigUse) -> Iterator[str]:
    for item in config.targets:
        yield app_of(item.text) or DEFAULT_APP
