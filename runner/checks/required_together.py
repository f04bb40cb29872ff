"""Check `required-together`: a setting that needs another one beside it."""

from collections.abc import Iterator

from runner.checks.view import CampaignView
from runner.checks.written import ConfigUse, Entry
from runner.diagnostics import Diagnostic

CODE = "required-together"

_TARGETS = {
    "follow": (("target_users", "target_user"), "someone to follow", '`target_users: ["@someone"]`'),
    "unfollow": (("target_users", "target_user"), "someone to unfollow", '`target_users: ["@someone"]`'),
    "comment": (
        ("target_post_urls", "target_post_url"),
        "a post to comment on",
        '`target_post_urls: ["https://www.tiktok.com/@user/video/ID"]`',
    ),
}
"""Script -> the keys of which one is needed, what they say, and how to write it."""

_POST = (
    ("material_source", "localFolder", "material_path", "name the folder that the material is in"),
    ("post_way", "useSound", "sound_name", "name the sound, or write its URL"),
    ("add_sound", "custom", "custom_sound_keyword", "write the words to search a sound with"),
)
"""Settings of `post`: with this key at this value, that key is needed."""


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for config in campaign.configs:
        match config.script.name:
            case "follow" | "unfollow" | "comment":
                yield from _targets(campaign, config)
            case "post":
                yield from _partners(campaign, config)
            case "account_warmup":
                yield from _comments(campaign, config)
    for entry in campaign.entries:
        yield from _accounts(campaign, entry)


def _targets(campaign: CampaignView, config: ConfigUse) -> Iterator[Diagnostic]:
    keys, what, example = _TARGETS[config.script.name]
    if config.has_unknown_keys or any(config.value(key) for key in keys):
        return
    message, hint = f"`{config.script.name}` needs {what}", f"add {example} to its config"
    yield campaign.problem(CODE, campaign.head(config.path), message, hint, config=config)


def _partners(campaign: CampaignView, config: ConfigUse) -> Iterator[Diagnostic]:
    for key, value, partner, hint in _POST:
        if config.values.get(key) != value or config.value(partner):
            continue
        if key == "material_source" and config.value("material_list"):
            continue
        message = f"`{key}: {value}` needs `{partner}`"
        yield campaign.problem(CODE, (*config.path, key), message, hint, config=config)


def _comments(campaign: CampaignView, config: ConfigUse) -> Iterator[Diagnostic]:
    if config.values.get("generate_by_chatgpt") is True:
        settings = config.values.get("chatgpt_settings", {})
        if isinstance(settings, dict) and not settings.get("api_key"):
            message = "`generate_by_chatgpt: true` needs `chatgpt_settings.api_key`"
            hint = 'add `chatgpt_settings: {api_key: "${env:OPENAI_API_KEY}"}`'
            path = (*config.path, "generate_by_chatgpt")
            yield campaign.problem(CODE, path, message, hint, config=config)
    elif config.values.get("comment_probable") and not config.value("comment"):
        message = f"`comment_probable: {config.values['comment_probable']}` needs `comment`"
        hint = "write the comments in `comment`, one a line"
        yield campaign.problem(CODE, (*config.path, "comment_probable"), message, hint, config=config)


def _accounts(campaign: CampaignView, entry: Entry) -> Iterator[Diagnostic]:
    """`multi_account` switches through the accounts of a phone; who names accounts has chosen them."""
    if campaign.backend == "device" or entry.values.get("multi_account") is not True:
        return
    for item in entry.devices:
        if item.text in campaign.accounts:
            message = f"`multi_account: true` needs phones, and the group `{item.text}` has accounts"
            hint = "name a group of phones, or remove `multi_account`"
            yield campaign.problem(CODE, (*entry.path, "multi_account"), message, hint)
            return
