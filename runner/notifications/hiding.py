"""Hides the secrets of an address: apprise's URLs hold tokens and passwords anywhere, in the place of the host too."""

import re
from collections.abc import Iterable
from urllib.parse import unquote

from runner.campaign.masking import MASK

_BETWEEN = re.compile(r"[/?&=@:#,;\s]+")
_HOST = re.compile(
    r"[a-z0-9-]{1,30}(\.[a-z0-9-]{1,30})*\.[a-z]{2,12}|localhost|\d{1,3}(\.\d{1,3}){3}|\d{1,5}"
)
"""What is surely no secret: a name of a machine, or an address."""

_LEAST = 3
"""Shorter parts hide nothing, and would make holes in any sentence."""


def secrets_in(url: str) -> tuple[str, ...]:
    """The parts of an address that may be secret, the longest first."""
    rest = url.partition("://")[2]
    parts = {part for text in (rest, unquote(rest)) for part in _BETWEEN.split(text)}
    secret = {part for part in parts if len(part) >= _LEAST and not _HOST.fullmatch(part)}
    return tuple(sorted(secret, key=len, reverse=True))


def hidden(text: str, secrets: Iterable[str]) -> str:
    """A text in which no secret is left."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def masked_url(url: str) -> str:
    """What may be shown of an address: its scheme alone tells what kind of service it is."""
    return f"{url.partition('://')[0]}://{MASK}"
