"""Check `suspicious-probability`: a fraction stands where a percentage is meant."""

from collections.abc import Iterator

from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic

CODE = "suspicious-probability"

_KEYS = ("like_probable", "floow_probable", "collect_probable", "comment_probable")


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for config in campaign.configs_of("account_warmup"):
        for key in _KEYS:
            value = config.values.get(key)
            if isinstance(value, float) and 0 < value < 1:
                message = f"`{key}: {value}` is {value} of 100 videos: probabilities are percentages"
                hint = f"did you mean {value * 100:g}?"
                yield campaign.warning(CODE, (*config.path, key), message, hint, config=config)
