"""Which names of a campaign stand for accounts."""

from collections.abc import Iterator, Mapping

from runner.campaign.accounts_file import DeclaredAccount
from runner.campaign.members import called, on_phone
from runner.checks.view import CampaignView
from runner.checks.written import Item, items_of, mapping


def username_groups(campaign: CampaignView) -> Mapping[str, tuple[Item, ...]]:
    """The groups of accounts by their names in the app: their usernames."""
    return dict(_groups(campaign, "usernames"))


def account_groups(campaign: CampaignView) -> Mapping[str, tuple[Item, ...]]:
    """The groups of declared accounts: their names in the campaign."""
    return dict(_groups(campaign, "accounts"))


def names_accounts(campaign: CampaignView, item: Item) -> bool:
    """Whether a name in the devices of an entry stands for accounts."""
    group = campaign.section("devices").get(item.text)
    if group is None:
        return item.text in campaign.accounts
    return bool({"usernames", "accounts"} & mapping(group).keys())


def accounts_named(campaign: CampaignView, item: Item) -> Iterator[DeclaredAccount]:
    """The declared accounts for which a name in the devices of an entry stands."""
    groups = campaign.section("devices")
    if item.text not in groups:
        yield from filter(None, [campaign.accounts.get(item.text)])
        return
    for member in campaign.once(account_groups).get(item.text, ()):
        yield from filter(None, [campaign.accounts.get(member.text)])
    for member in campaign.once(username_groups).get(item.text, ()):
        found = called(member.text, campaign.accounts, None)
        yield from found if len(found) == 1 else ()  # of several apps another check tells


def accounts_on(campaign: CampaignView, item: Item) -> Iterator[DeclaredAccount]:
    """The declared accounts on the phones for which a name in the devices of an entry stands."""
    for serial in campaign.phones_named(item):
        yield from on_phone(serial, campaign.accounts, None)


def _groups(campaign: CampaignView, key: str) -> Iterator[tuple[str, tuple[Item, ...]]]:
    for name, group in campaign.section("devices").items():
        if key in mapping(group):
            yield name, items_of(group[key], ("devices", name, key))
