"""Check `duplicate-device`: one phone, account or group twice in one list; probably another one was meant."""

from collections.abc import Callable, Iterator

from runner.checks.members import account_groups, username_groups
from runner.checks.view import CampaignView
from runner.checks.written import Item, items_of, mapping
from runner.diagnostics import Diagnostic
from runner.targets import account

CODE = "duplicate-device"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for name, group in campaign.section("devices").items():
        yield from _repeated(campaign, _serials(group, name), campaign.serial_of, f"in `{name}`")
    for name, usernames in username_groups(campaign).items():
        yield from _repeated(campaign, usernames, account, f"in `{name}`")
    for name, accounts in account_groups(campaign).items():
        yield from _repeated(campaign, accounts, str, f"in `{name}`")
    for entry in campaign.entries:
        yield from _repeated(campaign, entry.devices, campaign.serial_of, f"in the devices of `{entry.name}`")


def _serials(group: object, name: str) -> tuple[Item, ...]:
    """The phones that a group names, whatever its form."""
    if isinstance(group, list):
        return items_of(group, ("devices", name))
    return items_of(mapping(group).get("serials"), ("devices", name, "serials"))


def _repeated(
    campaign: CampaignView, items: tuple[Item, ...], normal: Callable[[str], str], where: str
) -> Iterator[Diagnostic]:
    first: dict[str, Item] = {}
    for item in items:
        known = first.setdefault(normal(item.text), item)
        if known is not item:
            message = f"{item.text} stands twice {where}, and counts once"
            related = (campaign.related(known.path, "named here first"),)
            hint = "remove one, or write the one that is meant"
            yield campaign.warning(CODE, item.path, message, hint, related=related)
