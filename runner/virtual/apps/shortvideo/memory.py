"""What was done to the app, and what a rehearsal asked of it: all that outlives a restart of the phone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
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
    """A publication of `account`, from the tap on Post on; `state` is uploading or posted.

    Only photos have a title.
    """

    id: str
    caption: str
    media: list[Media]
    at: str
    state: str = UPLOADING
    title: str = ""
    sound: str = ""
    account: str = ""


@dataclass(slots=True)
class Draft:
    """What was kept instead of published."""

    caption: str
    media: list[Media]
    at: str
    account: str = ""


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
class Standing:
    """How things are for an account: as in `Memory`, for one that the app does not show now."""

    relations: dict[str, str] = field(default_factory=dict)
    liked: list[str] = field(default_factory=list)
    favourites: list[str] = field(default_factory=list)
    pinned: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    views: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Memory:
    """Times are ISO 8601 in UTC.

    `account` is the one that the app shows; `others` are those that it can switch to. Lists grow in the order in
    which things were done, by whichever account `as` (in posts and drafts: `account`) names; `relations`, `liked`,
    `favourites`, `pinned`, `deleted` and `views` are the present state of the account that is shown, by ids of
    videos but the first. `elsewhere` is what an account posted by another hand or from another phone. `permissions`
    is what Android was told: granted, limited, denied, denied for good.
    """

    account: str
    others: dict[str, Standing] = field(default_factory=dict)
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

    @property
    def accounts(self) -> list[str]:
        """All that are on the phone, the one that is shown first."""
        return [self.account, *self.others]

    def standing(self, account: str) -> "Memory | Standing":
        """How things are for one of the accounts."""
        return self if account == self.account else self.others[account]

    def switch_account(self, account: str) -> None:
        """Show one of the others."""
        entering = self.others.pop(account)
        names = [part.name for part in fields(Standing)]
        self.others[self.account] = Standing(**{name: getattr(self, name) for name in names})
        self.account = account
        for name in names:
            setattr(self, name, getattr(entering, name))

    def rename_account(self, account: str) -> None:
        """Call the account that is shown by another name, in all that it did."""
        done = (self.follows, self.unfollows, self.likes, self.unlikes, self.favourited, self.unfavourited)
        for entry in (entry for entries in (*done, self.comments, self.failed_uploads) for entry in entries):
            if entry["as"] == self.account:
                entry["as"] = account
        for post in (*self.posts, *self.elsewhere):
            post.account = account if post.account == self.account else post.account
        for draft in self.drafts:
            draft.account = account if draft.account == self.account else draft.account
        self.account = account

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(data: Mapping[str, Any]) -> Memory:
    """The memory that `as_json` wrote."""
    values = dict(data)
    for name in ("posts", "elsewhere"):
        values[name] = [Post(**{**post, "media": _media(post)}) for post in data.get(name, [])]
    values["drafts"] = [Draft(**{**draft, "media": _media(draft)}) for draft in data["drafts"]]
    values["others"] = {name: Standing(**standing) for name, standing in data.get("others", {}).items()}
    values["settings"] = Settings(**data["settings"])
    return Memory(**values)


def _media(entry: Mapping[str, Any]) -> list[Media]:
    return [Media(**media) for media in entry["media"]]
