"""Check `bad-username`: a name that no account can have."""

import re
from collections.abc import Iterator

from runner.checks.members import username_groups
from runner.checks.view import CampaignView
from runner.checks.written import ConfigUse, Item, item_of, mapping
from runner.diagnostics import Diagnostic
from runner.targets import account

CODE = "bad-username"

_LONGEST = 30
_USERNAME = re.compile(rf"@?[A-Za-z0-9._]{{0,{_LONGEST - 1}}}[A-Za-z0-9_]")
_URL = re.compile(r"https?://[^/]+/@?([A-Za-z0-9._]+)/?(\?.*)?")


ACCOUNT_HINT = "say what it is called in the app: add `username: ...`"
"""What to do about an account that is declared under another name than its own."""


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for config in campaign.configs:
        if config.script.normal_target is account:
            for item in config.targets:
                yield from _problem(campaign, item, config)
    for usernames in username_groups(campaign).values():
        for item in usernames:
            yield from _problem(campaign, item)
    for name, values in campaign.section("accounts").items():
        if named := item_of(mapping(values), ("accounts", name), "username"):
            yield from _problem(campaign, named)
        elif "username" not in mapping(values) and not is_username(name):
            message = f"`{name}` is no username"
            yield campaign.problem(CODE, campaign.head(("accounts", name)), message, ACCOUNT_HINT)


def _problem(campaign: CampaignView, item: Item, config: ConfigUse | None = None) -> Iterator[Diagnostic]:
    if not is_username(item.text):
        yield campaign.problem(CODE, campaign.span(item), *_words(item.text), config=config)


def is_username(text: str) -> bool:
    """Whether an account can have this name."""
    return _USERNAME.fullmatch(text) is not None


def _words(text: str) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    message = f"`{text}` is no username"
    if url := _URL.fullmatch(text):
        return message, f"write the name alone: @{url[1]}"
    name = text.removeprefix("@")
    if not name:
        return message, "write the name after the @"
    if len(name) > _LONGEST:
        return f"{message}: it has {len(name)} characters", f"a username has at most {_LONGEST}"
    if name.endswith("."):
        return f"{message}: it ends with a dot", f"did you mean {text.rstrip('.')}?"
    return message, "a username has letters without accents, digits, dots and underscores only"
