"""Check `bad-spintax`: braces in a caption that do not make alternatives."""

from collections.abc import Iterator

from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic
from runner.planning.spintax import problems

CODE = "bad-spintax"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for config in campaign.configs:
        for item in config.captions:
            for offset, message in problems(item.text):
                span = campaign.document.span_within(item.path, item.text, offset)
                hint = "alternatives are written {one|two|three}"
                yield campaign.problem(CODE, span, message, hint, config=config)
