"""Everybody else on the network: accounts and posts, made by formula, the same on every phone and every run.

A name decides what an account is: `missing...` does not exist, `private...` has to accept a follower,
`fan...` already follows the phone's own account. A post whose id begins with `gone` is not there.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from runner.virtual.apps.picturenet.memory import ALBUM, PHOTO, REEL

HANDLE = re.compile(r"[a-z0-9_.]{2,30}")
SPONSORED, AD_FORM = "sponsored", "ad_form"
FEED, REELS = "feed", "reels"

_OPENINGS = ("Low tide at", "Sketches from", "A bench beside", "First frost in", "Everything we packed for")
_PLACES = ("the demo pier", "the sample orchard", "a made-up square", "the test bakery", "an invented valley")
_TAGS = ("#demo", "#example", "#slow", "#workshop", "#placeholder")
_SAYINGS = ("So calm", "What a frame", "Which lens is this?", "Keeping this one", "Those shadows!")


@dataclass(frozen=True, slots=True)
class User:
    """An account of somebody else; counts are plain numbers."""

    handle: str
    name: str
    posts: int
    followers: int
    following: int
    private: bool
    follows_back: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A post as screens show it, own ones included.

    `kind` is reel, photo or album; `pictures` counts those of an album; `promotion` is empty, sponsored or ad_form;
    `image` is the seed of its picture.
    """

    id: str
    author: str
    kind: str
    caption: str
    likes: int
    comments: int
    image: str
    age: str
    pictures: int = 1
    promotion: str = ""
    sound: str = ""

    @property
    def sound_name(self) -> str:
        return self.sound or f"{self.author} · Original audio"


def find_user(handle: str) -> User | None:
    """The account with this handle (lower case), or None if the network has none."""
    if not HANDLE.fullmatch(handle) or handle.startswith("missing"):
        return None
    return User(
        handle=handle,
        name=full_name(handle),
        posts=_number(f"{handle}/posts", 3, 400),
        followers=_number(f"{handle}/followers", 40, 900_000),
        following=_number(f"{handle}/following", 12, 1_900),
        private=handle.startswith("private"),
        follows_back=handle.startswith("fan"),
    )


def full_name(handle: str) -> str:
    """What an account calls itself at first."""
    return handle.replace("_", " ").replace(".", " ").title()


def shown_card(place: str, position: int) -> Card:
    """The card at a position of the feed or of the reels, counted from 0."""
    author = f"demo_user_{_number(f'{place}/{position}', 1, 60):02d}"
    kinds = (REEL,) if place == REELS else (PHOTO, REEL, ALBUM, REEL)
    promotions = {4: SPONSORED, 7: AD_FORM if place == REELS else ""}
    return _make(
        author,
        _code(f"{place}/{position}"),
        kinds[position % len(kinds)],
        promotions.get(position % 9, ""),
    )


def user_card(handle: str, position: int) -> Card:
    """A post on an account's page, newest first, counted from 0."""
    kind = (REEL, PHOTO, REEL, ALBUM)[_number(f"{handle}/{position}/kind", 0, 3)]
    return _make(handle, _code(f"{handle}/{position}"), kind)


def linked_card(post_id: str, kind: str) -> Card | None:
    """The post that an address names; every id exists, except those that begin with `gone`. One that begins with `reel`
    is a reel, whatever the address says: addresses with `/p/` lead to reels too."""
    if post_id.lower().startswith("gone"):
        return None
    kind = REEL if post_id.lower().startswith("reel") else kind
    return _make(f"demo_user_{_number(f'{post_id}/by', 1, 60):02d}", post_id, kind)


def comments_on(post_id: str) -> list[tuple[str, str]]:
    """A few comments that others left, as author and words."""
    return [
        (f"demo_user_{_number(f'{post_id}/by/{n}', 1, 60):02d}", _pick(_SAYINGS, f"{post_id}/says/{n}"))
        for n in range(3)
    ]


def suggested(handle: str) -> list[str]:
    """Accounts that are proposed beside this one."""
    return [f"demo_user_{_number(f'{handle}/suggests/{n}', 61, 99)}" for n in range(2)]


def find_users(query: str) -> list[User]:
    """The account that was asked for, if there is one, and some whose names resemble it."""
    wanted = re.sub(r"[^a-z0-9_.]+", "_", query.strip().lstrip("@").lower()).strip("_")
    if len(wanted) < 2:
        return []
    names = [f"{wanted[:24]}_daily", wanted, f"real_{wanted}"[:30], f"{wanted[:24]}.fan"]
    return [user for user in map(find_user, names) if user is not None]


def compact(count: int) -> str:
    """A count as the app writes it: 8,028, then 12.3K, then 1.2M."""
    if count < 10_000:
        return f"{count:,}"
    if count < 1_000_000:
        return f"{count / 1000:.1f}K".replace(".0K", "K")
    return f"{count / 1_000_000:.1f}M".replace(".0M", "M")


def _make(author: str, post_id: str, kind: str, promotion: str = "") -> Card:
    seed = f"{author}/{post_id}"
    likes = _number(f"{seed}/likes", 3, 480_000)
    return Card(
        id=post_id,
        author=author,
        kind=kind,
        caption=f"{_pick(_OPENINGS, seed)} {_pick(_PLACES, seed + '/place')} {_pick(_TAGS, seed + '/tag')}",
        likes=likes,
        comments=likes // 60,
        image=f"post/{post_id}",
        age=f"{_number(f'{seed}/age', 2, 6)} days ago",
        pictures=_number(f"{seed}/pictures", 2, 9) if kind == ALBUM else 1,
        promotion=promotion,
    )


def _code(seed: str) -> str:
    """An id as addresses carry it: letters and digits, - and _."""
    digest = hashlib.sha256(f"code/{seed}".encode()).digest()
    return "D" + base64.urlsafe_b64encode(digest[:9]).decode()[:10]


def make_code(seed: str) -> str:
    """The id of a new post of the phone's own account."""
    return _code(f"own/{seed}")


def _pick(words: Sequence[str], seed: str) -> str:
    return words[_number(seed, 0, len(words) - 1)]


@lru_cache(4096)  # an app makes its screens anew all the time
def _number(seed: str, low: int, high: int) -> int:
    return low + int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % (high - low + 1)
