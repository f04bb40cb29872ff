"""Which names of a campaign stand for accounts."""

from collections.abc import Iterator, Mapping

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


def _groups(campaign: CampaignView, key: str) -> Iterator[tuple[str, tuple[Item, ...]]]:
    for name, group in campaign.section("devices").items():
        if key in mapping(group):
            yield name, tuple(items_of(group[key], ("devices", name, key)))
