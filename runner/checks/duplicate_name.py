"""Check `duplicate-name`: two files claim one campaign name, and their histories would be mixed up."""

from collections.abc import Iterator
from typing import NamedTuple

from runner.checks.compact_campaign import CompactCampaign
from runner.checks.outlook import Outlook
from runner.checks.written import Item
from runner.diagnostics import Diagnostic

CODE = "duplicate-name"


class _Claim(NamedTuple):
    """A campaign claims that a name is its own, or was."""

    campaign: CompactCampaign
    item: Item
    is_former: bool


def check(outlook: Outlook) -> Iterator[tuple[CompactCampaign, Diagnostic]]:
    first: dict[str, _Claim] = {}
    # Present names first, so that the claim to a former one is the wrong one.
    for claim in sorted(_claims(outlook), key=lambda claim: claim.is_former):
        other = first.setdefault(claim.item.text, claim)
        if other is not claim:
            yield claim.campaign, _problem(claim, other)


def _claims(outlook: Outlook) -> Iterator[_Claim]:
    for campaign in outlook.campaigns:
        if campaign.name:
            yield _Claim(campaign, campaign.name, is_former=False)
        for item in campaign.former_names:
            yield _Claim(campaign, item, is_former=True)


def _problem(claim: _Claim, other: _Claim) -> Diagnostic:
    campaign, name = claim.campaign.view, claim.item.text
    related = "the campaign of that name"
    if not claim.is_former:
        message, hint = f"another campaign is called `{name}` too", "give each campaign a name of its own"
    elif other.campaign is claim.campaign:
        message, hint = f"`{name}` is a name of this campaign already", "remove it"
    else:
        message, hint = f"`{name}` belongs to another campaign", "a history can be carried over to one only"
        related = "it was called so" if other.is_former else related
    place = other.campaign.view.related(other.item.path, related)
    return campaign.problem(CODE, claim.item.path, message, hint, related=(place,))
