"""Check `bad-url`: something else where the address of a post or of a server belongs, or a post of another app."""

import re
from collections.abc import Iterator

from runner.campaign import rewriting
from runner.checks.apps import users, written_apps
from runner.checks.view import CampaignView
from runner.checks.written import ConfigUse, Item
from runner.diagnostics import Diagnostic, Severity
from runner.targets import Address, app_of, kind_of_address, post

CODE = "bad-url"

_POST_FORMS = (
    "the forms are https://www.tiktok.com/@user/video/ID, https://vm.tiktok.com/CODE/, "
    "https://www.instagram.com/p/CODE/ and https://www.instagram.com/reel/CODE/"
)
_UNKNOWN = f"it goes out as it is; {_POST_FORMS}"
_WEB = re.compile(r"https?://[^\s/?#@:]+(?::[0-9]{1,5})?(?:[/?#]\S*)?")


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for config in campaign.configs:
        if config.script.normal_target is post:
            for item in config.targets:
                yield from _post(campaign, config, item)
                yield from _of_another_app(campaign, config, item)
    for config in campaign.configs_of("post"):
        for item in config.texts("sound_name"):
            if "://" in item.text and not _WEB.fullmatch(item.text):
                message = f"`{item.text}` is neither a sound's name nor its address"
                hint = "an address starts with https://"
                yield campaign.problem(CODE, item.path, message, hint, config=config)
    for config in campaign.configs_of("account_warmup"):
        for item in config.texts("chatgpt_settings", "base_url"):
            if not _WEB.fullmatch(item.text):
                message, hint = f"`{item.text}` is not the address of a server", "it starts with https://"
                yield campaign.problem(CODE, item.path, message, hint, config=config)


def _post(campaign: CampaignView, config: ConfigUse, item: Item) -> Iterator[Diagnostic]:
    span = campaign.span(item)
    match kind_of_address(item.text):
        case Address.UNKNOWN:
            message = f"`{item.text}` may not be the address of a post"
            severity = Severity.WARNING
            yield campaign.problem(CODE, span, message, _UNKNOWN, severity=severity, config=config)
        case Address.ACCOUNT:
            message = f"`{item.text}` is the address of an account, not of a post"
            yield campaign.problem(CODE, span, message, _POST_FORMS, config=config)
        case Address.OTHER:
            message, secure = f"`{item.text}` is not the address of a post", _secure(item.text)
            hint = f"write {secure}" if secure else _POST_FORMS
            fix = (
                rewriting.fix(campaign.document, item.path, secure) if secure and item.whole is None else None
            )
            yield campaign.problem(CODE, span, message, hint, config=config, fix=fix)


def _of_another_app(campaign: CampaignView, config: ConfigUse, item: Item) -> Iterator[Diagnostic]:
    written, app = campaign.once(written_apps), app_of(item.text)
    for entry in users(config):
        named = written.get(entry)
        if app and named and named != app and not config.script.flow:
            message = f"`{item.text}` belongs to the app `{app}`, and the entry `{entry}` is for `{named}`"
            hint = "remove the entry's `app`: the address tells it"
            yield campaign.problem(CODE, campaign.span(item), message, hint, config=config)


def _secure(text: str) -> str | None:
    """The address of a post that lacks nothing but `https://`."""
    tried = (f"https://{text}", text.replace("http://", "https://", 1))
    return next((address for address in tried if kind_of_address(address) is Address.POST), None)
