"""What was done to the app, and what a rehearsal asked of it: all that outlives a restart of the phone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

UPLOADING, POSTED = "uploading", "posted"
FOLLOWING, REQUESTED = "following", "requested"


@dataclass(slots=True)
class Media:
    """A file that was handed to the app."""

    sha256: str
    size: int
    mime: str


@dataclass(slots=True)
class Post:
    """A publication, from the tap on Post on; `state` is uploading or posted. Only photos have a title."""

    id: str
    caption: str
    media: list[Media]
    at: str
    state: str = UPLOADING
    title: str = ""
    sound: str = ""


@dataclass(slots=True)
class Draft:
    """What was kept instead of published."""

    caption: str
    media: list[Media]
    at: str


@dataclass(slots=True)
class Settings:
    """How a rehearsal wants the app to behave."""

    ids_seed: int = 0
    language: str = "en"
    upload_seconds: float = 1.5
    launch_seconds: float = 0.0
    editor_seconds: float = 0.0
    caption_editor: str = "fixed"
    photo_sound: bool = True
    fail_next_upload: bool = False
    ignore_next_post: bool = False
    earlier_posts: int = 4
    withheld: str = ""
    follow_result: str = "normal"
    unfollow_style: str = "sheet"
    suggestions: bool = False
    results: dict[str, str] = field(default_factory=dict)
    next_cards: list[str] = field(default_factory=list)
    feed_kinds: dict[str, str] = field(default_factory=dict)
    gallery_entry: str = "thumbnail"
    own_tab: str = "Videos"
    grid_seconds: float = 0.0
    not_recommended: bool = False
    like_style: str = "counted"
    comments_off: bool = False
    send_label: bool = True
    after_post: str = "feed"
    text_noise: bool = False
    asks_permissions: bool = False
    google_permissions: bool = False
    capital_permissions: bool = False
    typed_number: str = ""
    interruption: str = ""
    interrupt_at: dict[str, list[str]] = field(default_factory=dict)
    further_interruptions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Memory:
    """Times are ISO 8601 in UTC.

    Lists grow in the order in which things were done; `relations`, `liked`, `favourites`, `pinned`, `deleted` and
    `views` are the present state, by ids of videos but the first. `elsewhere` is what the account posted by another
    hand or from another phone. `permissions` is what Android was told: granted, limited, denied, denied for good.
    """

    account: str
    posts: list[Post] = field(default_factory=list)
    elsewhere: list[Post] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    failed_uploads: list[dict[str, str]] = field(default_factory=list)
    follows: list[dict[str, str]] = field(default_factory=list)
    unfollows: list[dict[str, str]] = field(default_factory=list)
    likes: list[dict[str, str]] = field(default_factory=list)
    unlikes: list[dict[str, str]] = field(default_factory=list)
    favourited: list[dict[str, str]] = field(default_factory=list)
    unfavourited: list[dict[str, str]] = field(default_factory=list)
    comments: list[dict[str, str]] = field(default_factory=list)
    searches: list[dict[str, str]] = field(default_factory=list)
    opened_links: list[dict[str, str]] = field(default_factory=list)
    videos_seen: list[str] = field(default_factory=list)
    answers: list[dict[str, str]] = field(default_factory=list)
    relations: dict[str, str] = field(default_factory=dict)
    liked: list[str] = field(default_factory=list)
    favourites: list[str] = field(default_factory=list)
    pinned: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    views: dict[str, int] = field(default_factory=dict)
    permissions: dict[str, str] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(data: Mapping[str, Any]) -> Memory:
    """The memory that `as_json` wrote."""
    values = dict(data)
    for name in ("posts", "elsewhere"):
        values[name] = [Post(**{**post, "media": _media(post)}) for post in data.get(name, [])]
    values["drafts"] = [Draft(**{**draft, "media": _media(draft)}) for draft in data["drafts"]]
    values["settings"] = Settings(**data["settings"])
    return Memory(**values)


def _media(entry: Mapping[str, Any]) -> list[Media]:
    return [Media(**media) for media in entry["media"]]
