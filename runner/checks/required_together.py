"""Check `required-together`: a setting needs another one beside it."""

from collections.abc import Iterator

from runner.campaign.nearest import enumeration
from runner.checks.members import names_accounts
from runner.checks.view import CampaignView
from runner.checks.written import ConfigUse, WrittenEntry
from runner.diagnostics import Diagnostic
from runner.scripts.profile import VALUES

CODE = "required-together"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for config in campaign.configs:
        yield from _targets(campaign, config)
        yield from _partners(campaign, config)
        if config.script.name == "account_warmup":
            yield from _comments(campaign, config)
        if config.script.name == "profile":
            yield from _changes(campaign, config)
    for entry in campaign.entries:
        yield from _accounts(campaign, entry)


def _targets(campaign: CampaignView, config: ConfigUse) -> Iterator[Diagnostic]:
    keys, needed = config.script.target_keys, config.script.target_needed
    # An unknown key may be the missing one, misspelt: then that is the problem to tell.
    if not keys or not needed or config.has_unknown_keys or any(config.value(key) for key in keys):
        return
    what, example = needed
    message, hint = f"`{config.script.name}` needs {what}", f"add {example} to its config"
    yield campaign.problem(CODE, campaign.head(config.path), message, hint, config=config)


def _partners(campaign: CampaignView, config: ConfigUse) -> Iterator[Diagnostic]:
    for key, value, partner, hint, unless in config.script.needs:
        if config.values.get(key) != value or config.value(partner) or (unless and config.value(unless)):
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


def _changes(campaign: CampaignView, config: ConfigUse) -> Iterator[Diagnostic]:
    if config.has_unknown_keys or any(config.value(key) for key in VALUES):
        return
    message = "`profile` needs something to change"
    hint = f"add one of {enumeration(VALUES)} to its config"
    yield campaign.problem(CODE, campaign.head(config.path), message, hint, config=config)


def _accounts(campaign: CampaignView, entry: WrittenEntry) -> Iterator[Diagnostic]:
    """`multi_account` switches through the accounts of a phone; an entry that names accounts has chosen them."""
    is_done = campaign.backend is None or "multi_account" in campaign.backend.entry_keys
    if not is_done or entry.values.get("multi_account") is not True:
        return
    for item in entry.devices:
        if names_accounts(campaign, item):
            message = f"`multi_account: true` needs phones, and `{item.text}` names accounts"
            hint = "name a group of phones, or remove `multi_account`"
            yield campaign.problem(CODE, (*entry.path, "multi_account"), message, hint)
            return
