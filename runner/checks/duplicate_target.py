"""Check `duplicate-target`: one user named twice, where each is to be followed once."""

import re
from collections.abc import Iterator

from runner.checks.view import CampaignView, ConfigUse, Item
from runner.diagnostics import Diagnostic

CODE = "duplicate-target"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for config in campaign.configs:
        if config.script == "follow":
            yield from _repetitions(campaign, config)


def _repetitions(campaign: CampaignView, config: ConfigUse) -> Iterator[Diagnostic]:
    first: dict[str, Item] = {}
    for item in config.texts("target_users") or config.texts("target_user"):
        for user in filter(None, map(str.strip, re.split(r"[,\n]", item.text))):
            account = user.lstrip("@").lower()
            if account not in first:
                first[account] = item
                continue
            related = (campaign.related(first[account].path, "named here first"),)
            message = f"{user} is named twice"
            yield campaign.problem(CODE, item.path, message, "remove one", related=related, config=config)
