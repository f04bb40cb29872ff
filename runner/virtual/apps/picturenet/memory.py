"""What was done to the app, and what a rehearsal asked of it: all that outlives a restart of the phone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

UPLOADING, POSTED = "uploading", "posted"
FOLLOWING, REQUESTED = "following", "requested"
REEL, PHOTO, ALBUM, STORY = "reel", "photo", "album", "story"

Entry = dict[str, str]


@dataclass(slots=True)
class Media:
    """A file that was handed to the app."""

    sha256: str
    size: int
    mime: str


@dataclass(slots=True)
class Post:
    """A publication, from the tap that publishes on.

    `kind` is reel, photo, album or story, `state` uploading or posted, `sound` the name of a sound that was
    chosen for it, or empty; `audience` is empty for everybody, or close_friends.
    """

    id: str
    kind: str
    caption: str
    media: list[Media]
    at: str
    state: str = UPLOADING
    sound: str = ""
    audience: str = ""


@dataclass(slots=True)
class Draft:
    """What was kept instead of published."""

    caption: str
    media: list[Media]
    at: str


@dataclass(slots=True)
class About:
    """What the account tells of itself; `avatar` is the hash of a picture, empty for the first one."""

    full_name: str
    bio: str = ""
    avatar: str = ""


@dataclass(slots=True)
class Settings:
    """How a rehearsal wants the app to behave."""

    upload_seconds: float = 1.5
    fail_next_upload: bool = False
    ignore_next_post: bool = False
    ask_before_share: str = ""
    share_says_next: bool = False
    after_share: str = "reels"
    earlier_posts: int = 4
    withheld: str = ""
    follow_result: str = "normal"
    block_next_action: bool = False
    comments_off: bool = False
    confirm_rename: bool = False
    grid_seconds: float = 0.0
    old_tabs: bool = False
    profile_tab: str = "Grid view"
    asks_permissions: bool = False
    interruption: str = ""
    awaited: dict[str, str] = field(default_factory=dict)
    """Interrupting screens by the page that brings them up when it is opened next."""


@dataclass(slots=True)
class Memory:
    """Times are ISO 8601 in UTC.

    Lists grow in the order in which things were done; `relations`, `liked`, `saved`, `pinned`, `deleted`, `about` and
    `cannot_post` (the rows of failed uploads that nobody has discarded) are the present state. `elsewhere` is what the
    account posted by another hand or from another phone. `permissions` tells what Android was asked for and did
    not grant: limited, denied, or denied for good.
    """

    account: str
    about: About
    posts: list[Post] = field(default_factory=list)
    elsewhere: list[Post] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    failed_uploads: list[Entry] = field(default_factory=list)
    cannot_post: list[str] = field(default_factory=list)
    follows: list[Entry] = field(default_factory=list)
    unfollows: list[Entry] = field(default_factory=list)
    likes: list[Entry] = field(default_factory=list)
    unlikes: list[Entry] = field(default_factory=list)
    saves: list[Entry] = field(default_factory=list)
    unsaves: list[Entry] = field(default_factory=list)
    comments: list[Entry] = field(default_factory=list)
    reposts: list[Entry] = field(default_factory=list)
    sends: list[Entry] = field(default_factory=list)
    profile_changes: list[Entry] = field(default_factory=list)
    searches: list[Entry] = field(default_factory=list)
    opened_links: list[Entry] = field(default_factory=list)
    posts_seen: list[str] = field(default_factory=list)
    answers: list[Entry] = field(default_factory=list)
    relations: dict[str, str] = field(default_factory=dict)
    liked: list[str] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)
    pinned: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    permissions: dict[str, str] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(data: Mapping[str, Any]) -> Memory:
    """The memory that `as_json` wrote."""
    values = dict(data)
    for name in ("posts", "elsewhere"):
        values[name] = [Post(**{**post, "media": _media(post)}) for post in data[name]]
    values["drafts"] = [Draft(**{**draft, "media": _media(draft)}) for draft in data["drafts"]]
    values["about"] = About(**data["about"])
    values["settings"] = Settings(**data["settings"])
    return Memory(**values)


def _media(entry: Mapping[str, Any]) -> list[Media]:
    return [Media(**media) for media in entry["media"]]
