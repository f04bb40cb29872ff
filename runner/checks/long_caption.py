"""Check `long-caption`: a caption is longer than the app takes."""

from collections.abc import Iterator

from runner.checks.apps import apps_of
from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic, Severity
from runner.planning.spintax import longest
from runner.targets import INSTAGRAM

CODE = "long-caption"

_TIKTOK = 4000
"""The characters to which TikTok's field for the caption counts (`0/4000`); its publishing interface takes as many for
a post of photos."""
_INSTAGRAM = 2200
"""The characters that Instagram's publishing interface and its app take for a caption."""

_HINT = "shorten it"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for config in campaign.configs:
        for item in config.captions:
            if _length(item.text) <= _INSTAGRAM:  # then no choice of its alternatives is longer
                continue
            length = _length(longest(item.text))
            is_instagram = "placement" in config.values or INSTAGRAM in apps_of(campaign, config)
            most, app = (_INSTAGRAM, "Instagram") if is_instagram else (_TIKTOK, "TikTok")
            if length > most:
                message = f"the caption may have {length} characters, and {app} takes {most}"
                yield campaign.problem(CODE, item.path, message, _HINT, config=config)
            elif length > _INSTAGRAM and campaign.backend and not campaign.backend.apps:
                message = f"the caption may have {length} characters, and Instagram takes {_INSTAGRAM}"
                hint = "shorten it, if it goes to Instagram"
                yield campaign.problem(
                    CODE, item.path, message, hint, severity=Severity.WARNING, config=config
                )


def _length(text: str) -> int:
    """Characters as phones count them: most emoji are two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "replace")) // 2
