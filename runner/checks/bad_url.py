"""Check `bad-url`: something else where the address of a post or of a server belongs."""

import re
from collections.abc import Iterator

from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic

CODE = "bad-url"

_POST = re.compile(
    r"https://(?:"
    r"(?:www\.)?tiktok\.com/@[A-Za-z0-9._]+/video/[0-9]+"
    r"|vm\.tiktok\.com/[A-Za-z0-9]+"
    r"|(?:www\.)?instagram\.com/(?:p|reel)/[A-Za-z0-9_-]+"
    r")/?(?:[?#]\S*)?"
)
_POST_FORMS = (
    "the forms are https://www.tiktok.com/@user/video/ID, https://vm.tiktok.com/CODE/, "
    "https://www.instagram.com/p/CODE/ and https://www.instagram.com/reel/CODE/"
)
_WEB = re.compile(r"https?://[^\s/?#@:]+(?::[0-9]{1,5})?(?:[/?#]\S*)?")


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for config in campaign.configs_of("comment"):
        for item in config.targets("target_post_urls", "target_post_url"):
            if not _POST.fullmatch(item.text):
                message, hint = f"`{item.text}` is not the address of a post", _hint(item.text)
                yield campaign.problem(CODE, campaign.span(item), message, hint, config=config)
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


def _hint(text: str) -> str:
    for secure in (f"https://{text}", text.replace("http://", "https://", 1)):
        if _POST.fullmatch(secure):
            return f"write {secure}"
    return _POST_FORMS
