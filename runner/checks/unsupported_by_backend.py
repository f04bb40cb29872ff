"""Check `unsupported-by-backend`: a setting that the campaign's backend cannot carry out."""

from collections.abc import Iterator
from typing import Any

from runner.campaign.nearest import enumeration
from runner.checks.view import CampaignView, ConfigUse
from runner.diagnostics import Diagnostic

CODE = "unsupported-by-backend"

_DEVICE_POST: dict[str, tuple[Any, ...]] = {
    "content_type": (0,),
    "post_way": ("share",),
    "add_sound": ("-1", -1),
    "add_product_link": (0,),
}
"""What the backend `device` can do of `post`, where it cannot do everything."""


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    if campaign.backend != "device":
        return
    for config in campaign.configs:
        if config.script == "post":
            yield from _settings(campaign, config)
            yield from _material(campaign, config)


def _settings(campaign: CampaignView, config: ConfigUse) -> Iterator[Diagnostic]:
    for key, supported in _DEVICE_POST.items():
        value = config.value(key)
        if value not in supported:
            message = f"the backend `device` cannot do `{key}: {value}`"
            hint = f"it can do {enumeration(dict.fromkeys(map(str, supported)))}"
            yield campaign.problem(CODE, (*config.path, key), message, hint, config=config)


def _material(campaign: CampaignView, config: ConfigUse) -> Iterator[Diagnostic]:
    if config.value("material_list") or config.value("material_source") == "localFolder":
        return
    if config.has_unknown_keys:
        return
    yield campaign.problem(
        CODE,
        campaign.head(config),
        "there is nothing to post: the backend `device` has no material library",
        "name files in `material_list`, or a folder with `material_source: localFolder` and `material_path`",
        config=config,
    )
