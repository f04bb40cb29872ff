"""Check `duplicate-target`: one user or post named twice, where each is meant once."""

import re
from collections.abc import Iterator

from runner.checks.view import CampaignView
from runner.checks.written import ConfigUse, Item
from runner.diagnostics import Diagnostic

CODE = "duplicate-target"

_KEYS = {
    "follow": ("target_users", "target_user"),
    "unfollow": ("target_users", "target_user"),
    "comment": ("target_post_urls", "target_post_url"),
}
_SHARE_MARKS = re.compile(r"/?(?:[?#].*)?$")


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for config in campaign.configs_of(*_KEYS):
        yield from _repetitions(campaign, config)


def _repetitions(campaign: CampaignView, config: ConfigUse) -> Iterator[Diagnostic]:
    first: dict[str, Item] = {}
    for item in config.targets(*_KEYS[config.script.name]):
        target = _identity(item.text)
        if target not in first:
            first[target] = item
            continue
        related = (campaign.related(campaign.span(first[target]), "named here first"),)
        message = f"{item.text} is named twice"
        yield campaign.problem(
            CODE, campaign.span(item), message, "remove one", related=related, config=config
        )


def _identity(text: str) -> str:
    """What two ways to write one target have in common."""
    if "://" in text:
        return _SHARE_MARKS.sub("", text).replace("://www.", "://", 1)
    return text.removeprefix("@").lower()
