"""The network's web addresses."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_SOUND = re.compile(r"[\w-]+-\d+")
_HOSTS = frozenset({"www.tiktok.com", "tiktok.com", "m.tiktok.com"})


@dataclass(frozen=True, slots=True)
class Link:
    """An account, one of its videos, or a sound by its name."""

    handle: str
    video_id: str = ""
    sound: str = ""


def parse_link(url: str) -> Link | None:
    """What an address names: https://www.tiktok.com/@name or .../@name/video/ID, or
    .../music/some-name-ID; None for everything else."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or parts.netloc.lower() not in _HOSTS:
        return None
    match parts.path.strip("/").split("/"):
        case [name] if name.startswith("@"):
            return Link(name[1:].lower())
        case [name, "video" | "photo", video_id] if name.startswith("@") and video_id.isdigit():
            return Link(name[1:].lower(), video_id)
        case ["music", slug] if _SOUND.fullmatch(slug):
            return Link("", sound=slug.rpartition("-")[0].replace("-", " "))
        case _:
            return None
