"""Check `duplicate-target`: one user or post is named twice, and one task for it would be made."""

from collections.abc import Iterator

from runner.checks.view import CampaignView
from runner.checks.written import ConfigUse, Item
from runner.diagnostics import Diagnostic

CODE = "duplicate-target"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for config in campaign.configs:
        yield from _repetitions(campaign, config)


def _repetitions(campaign: CampaignView, config: ConfigUse) -> Iterator[Diagnostic]:
    first: dict[str, Item] = {}
    for item in config.targets:
        target = config.script.normal_target(item.text)
        if target not in first:
            first[target] = item
            continue
        related = (campaign.related(campaign.span(first[target]), "named here first"),)
        message = f"{item.text} is named twice"
        yield campaign.problem(
            CODE, campaign.span(item), message, "remove one", related=related, config=config
        )
