"""Everybody else on the network: accounts and videos, made by formula, the same on every phone and every run.

A name decides what an account is: `missing...` does not exist, `private...` has to accept a follower,
`fan...` already follows the phone's own account.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

HANDLE = re.compile(r"[a-z0-9_.]{2,24}")

_OPENINGS = (
    "Morning light over",
    "Ten quiet seconds at",
    "How we paint",
    "A slow walk to",
    "What is left of",
)
_PLACES = (
    "the demo harbour",
    "the sample market",
    "a made-up garden",
    "the test kitchen",
    "an invented island",
)
_TAGS = ("#demo", "#example", "#calm", "#studio", "#placeholder")
_SAYINGS = ("This is lovely", "More of these please", "Where is this?", "Saved for later", "The colours!")


KINDS = ("video", "photo", "live", "ad", "sponsored", "ad_unlabelled", "survey", "stories", "people", "place")
"""What a card of the feed may be; only posts of people are made, the first two."""


@dataclass(frozen=True, slots=True)
class User:
    """An account of somebody else; counts are plain numbers."""

    handle: str
    name: str
    following: int
    followers: int
    likes: int
    private: bool
    follows_back: bool


@dataclass(frozen=True, slots=True)
class Video:
    """A card: a video, or one of the other KINDS; `image` is the seed of its picture.

    `title` is what stands above the caption of a photo post, `tune` the sound if it is not the author's own.
    """

    id: str
    author: str
    caption: str
    likes: int
    comments: int
    favourites: int
    shares: int
    views: int
    image: str
    kind: str = "video"
    title: str = ""
    tune: str = ""

    @property
    def sound(self) -> str:
        return self.tune or f"original sound - {self.author} by {self.author}"


def find_user(handle: str) -> User | None:
    """The account with this handle (lower case, without @), or None if the network has none."""
    if not HANDLE.fullmatch(handle) or handle.startswith("missing"):
        return None
    return User(
        handle=handle,
        name=handle.replace("_", " ").replace(".", " ").title(),
        following=_number(f"{handle}/following", 12, 900),
        followers=_number(f"{handle}/followers", 90, 2_400_000),
        likes=_number(f"{handle}/likes", 400, 31_000_000),
        private=handle.startswith("private"),
        follows_back=handle.startswith("fan"),
    )


def feed_video(position: int, kind: str = "") -> Video:
    """The card at a position of the For You feed, counted from 0; of the kind that it has there if none is given."""
    author = f"demo_user_{_number(f'feed/{position}', 1, 60):02d}"
    kinds = {3: "photo", 6: "live", 9: "ad"}
    return make_video(author, _video_id(f"feed/{position}"), kind or kinds.get(position % 11, "video"))


def user_video(handle: str, position: int) -> Video:
    """A video on somebody's profile, newest first, counted from 0."""
    return make_video(handle, _video_id(f"{handle}/{position}"))


def make_video(author: str, video_id: str, kind: str = "video") -> Video:
    """The video with this id; every id exists."""
    seed = f"{author}/{video_id}"
    views = _number(f"{seed}/views", 800, 4_000_000)
    return Video(
        id=video_id,
        author=author,
        caption=_caption(seed),
        likes=views // 9,
        comments=views // 310,
        favourites=views // 120,
        shares=views // 200,
        views=views,
        image=f"video/{video_id}",
        kind=kind,
    )


def seen_by(post_id: str) -> int:
    """How many views a post of the phone's own account has after a while."""
    return _number(f"{post_id}/seen", 12, 2_400)


def comments_on(video_id: str) -> list[tuple[str, str]]:
    """A few comments that others left, as author and words."""
    return [
        (f"demo_user_{_number(f'{video_id}/by/{n}', 1, 60):02d}", _pick(_SAYINGS, f"{video_id}/says/{n}"))
        for n in range(3)
    ]


def compact(count: int) -> str:
    """A count as the app writes it: 8,028, then 12.3K, then 1.2M."""
    if count < 10_000:
        return f"{count:,}"
    if count < 1_000_000:
        return f"{count / 1000:.1f}K".replace(".0K", "K")
    return f"{count / 1_000_000:.1f}M".replace(".0M", "M")


def _caption(seed: str) -> str:
    opening, place = _pick(_OPENINGS, seed + "/opening"), _pick(_PLACES, seed + "/place")
    return f"{opening} {place} {_pick(_TAGS, seed + '/tag')}"


def _video_id(seed: str) -> str:
    return str(7_000_000_000_000_000_000 + _number(seed, 0, 10**17))


def _pick(words: tuple[str, ...], seed: str) -> str:
    return words[_number(seed, 0, len(words) - 1)]


@lru_cache(4096)  # an app makes its screens anew all the time
def _number(seed: str, low: int, high: int) -> int:
    return low + int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % (high - low + 1)
