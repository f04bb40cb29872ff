"""The network's web addresses."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from runner.virtual.apps.picturenet.memory import PHOTO, REEL
from runner.virtual.apps.picturenet.world import HANDLE

_HOSTS = frozenset({"www.instagram.com", "instagram.com", "m.instagram.com"})
_CODE = re.compile(r"[A-Za-z0-9_-]{3,40}")
_RESERVED = frozenset({"explore", "accounts", "p", "reel", "reels", "stories", "direct"})


@dataclass(frozen=True, slots=True)
class Link:
    """An account, a post with its kind, or a sound: the other parts are empty."""

    handle: str = ""
    post_id: str = ""
    kind: str = ""
    sound: str = ""


def parse_link(url: str) -> Link | None:
    """What an address names: https://www.instagram.com/NAME/, /p/ID, /reel/ID, /reels/audio/NAME; else None."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or parts.netloc.lower() not in _HOSTS:
        return None
    match parts.path.strip("/").split("/"):
        case ["p" | "reel" | "reels" as kind, code] if _CODE.fullmatch(code):
            return Link(post_id=code, kind=PHOTO if kind == "p" else REEL)
        case ["reels", "audio", name] if name:
            return Link(sound=unquote(name))
        case [name] if name not in _RESERVED and HANDLE.fullmatch(name.lower()):
            return Link(handle=name.lower())
        case _:
            return None
