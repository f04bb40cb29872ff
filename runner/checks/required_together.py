"""Check `required-together`: a setting that needs another one beside it."""

from collections.abc import Iterator

from runner.checks.view import CampaignView, ConfigUse
from runner.diagnostics import Diagnostic

CODE = "required-together"

_POST = (
    ("material_source", "localFolder", "material_path", "name the folder that the material is in"),
    ("post_way", "useSound", "sound_name", "name the sound, or write its URL"),
    ("add_sound", "custom", "custom_sound_keyword", "write the words to search a sound with"),
)
"""Settings of `post`: with this key at this value, that key is needed."""


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for config in campaign.configs:
        if config.script == "follow":
            yield from _targets(campaign, config)
        elif config.script == "post":
            yield from _partners(campaign, config)


def _targets(campaign: CampaignView, config: ConfigUse) -> Iterator[Diagnostic]:
    if config.has_unknown_keys:
        return
    if not config.value("target_users") and not config.value("target_user"):
        message, hint = "`follow` needs someone to follow", 'add `target_users: ["@someone"]` to its config'
        yield campaign.problem(CODE, campaign.head(config), message, hint, config=config)


def _partners(campaign: CampaignView, config: ConfigUse) -> Iterator[Diagnostic]:
    for key, value, partner, hint in _POST:
        ignored = key == "material_source" and config.value("material_list")
        if config.value(key) == value and not config.value(partner) and not ignored:
            message = f"`{key}: {value}` needs `{partner}`"
            yield campaign.problem(CODE, (*config.path, key), message, hint, config=config)
