"""What the torture asks for, and what the phones remember: the two must be equal."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

ROOT = Path(__file__).parents[2]
VIDEO = ROOT / "campaigns" / "media" / "demo.mp4"
APP = "com.zhiliaoapp.musically"
FAR = 10_000

WAVES = "campaign LIKE 'wave-%'"
"""The condition for tasks of waves in a ledger."""

WATCHING = {"task_duration": 6, "min_duration": 1, "max_duration": 1, "like_probable": 100}
"""A warm-up: nobody knows beforehand how many cards it likes, but none of them twice."""

FED = "demo_user_"
"""How the authors of the feed are called: what a warm-up does to them is no deed of a wave."""

Deed = tuple[str, str, str]
"""Serial, kind of effect, and target: `("T1", "follow", "demo_0_1")`."""


def limits() -> dict[str, Any]:
    """Limits that never hold back: built-in ones are lifted only by naming others."""
    kinds = ("post", "follow", "unfollow", "like", "comment")
    caps = {span: dict.fromkeys(kinds, FAR) for span in ("per_day", "per_hour")}
    return {"per_device": caps, "per_account": caps, "min_gap": "0s"}


class Wave:
    """One campaign: on each phone six deeds, at whole seconds from `first` on.

    Two of three waves are five follows and a post, each third one two likes, a comment, the ends of two followings,
    a follow, and a warm-up that likes whatever the feed shows.
    """

    OFFSETS_S = {"greet": 0, "publish": 1, "pair": 2, "spread-out": 3, "late": 5}
    WATCHING_S = 4
    """Entry -> how much later it starts than the first one."""

    def __init__(self, number: int, serials: Iterable[str], first: datetime) -> None:
        self.name = f"wave-{number}"
        self._retries = (
            5 if number % 2 == 0 else 0
        )  # what is in doubt is proved when there is no try left, too
        self.instants: dict[str, datetime] = {}
        self._serials = list(serials)
        self._users = [f"demo_{number}_{index}" for index in range(5)]
        self._caption = f"Wave {number}"
        self._reacts = number % 3 == 2
        self._offsets_s = self.OFFSETS_S | ({"watch": self.WATCHING_S} if self._reacts else {})
        self.start(self._offsets_s, first)

    @property
    def tasks(self) -> int:
        return (7 if self._reacts else 6) * len(self._serials)

    @property
    def deeds(self) -> "Counter[Deed]":
        """What the phones must have done when everything is over, each deed once."""
        if self._reacts:
            return Counter(
                (serial, kind, user) for serial in self._serials for kind, user in self._reactions()
            )
        follows = ((serial, "follow", user) for serial in self._serials for user in self._users)
        posts = ((serial, "post", self._caption) for serial in self._serials)
        return Counter([*follows, *posts])

    @property
    def followed(self) -> list[str]:
        """Who must be followed before it begins."""
        return [user for kind, user in self._reactions() if kind == "unfollow"] if self._reacts else []

    def start(self, entries: Iterable[str], first: datetime) -> None:
        """Let these entries start from a moment on."""
        second = first.astimezone(UTC).replace(microsecond=0)
        self.instants |= {name: second + timedelta(seconds=self._offsets_s[name]) for name in entries}

    def write(self, folder: Path) -> None:
        """Write the campaign into a folder that is watched, at once and whole."""
        campaign = {
            "version": 1,
            "name": self.name,
            "timezone": "Europe/Stockholm",
            "defaults": {
                "on_missed": "run_all",
                "grace": "12h",
                "retry": {"max": self._retries, "delay": "1s"},
            },
            "limits": limits(),
            "devices": {"shelf": self._serials},
            "scripts": self._entries(),
        }
        partial = folder / f".{self.name}.partial"
        partial.write_text(json.dumps(campaign, indent=1), encoding="utf-8")  # JSON is YAML
        partial.replace(folder / f"{self.name}.yaml")

    def _reactions(self) -> list[tuple[str, str]]:
        """Kinds of effects and users, in the order of the entries."""
        one, two, three, four, five = self._users
        kinds = ("like", "comment", "unfollow", "unfollow", "like", "follow")
        return list(zip(kinds, (one, two, three, four, four, five), strict=True))

    def _entries(self) -> dict[str, Any]:
        one, two, three, four, five = self._users
        if self._reacts:
            words = {"comment_content": self._caption}
            entries = {
                "greet": on_post("like", one),
                "publish": on_post("comment", two, **words),
                "pair": {"script": "unfollow", "config": {"target_users": [f"@{three}", f"@{four}"]}},
                "spread-out": on_post("like", four) | {"spread": "3s"},
                "late": follow(five),
                "watch": {"script": "account_warmup", "config": WATCHING},
            }
            return self._timed(entries)
        captions = f"{{{self._caption} today|{self._caption} now}}"
        entries = {
            "greet": follow(one),
            "publish": {"script": "post", "config": {"captions": captions, "material_list": [str(VIDEO)]}},
            "pair": follow(two, three),
            "spread-out": follow(four) | {"spread": "3s"},
            "late": follow(five),
        }
        return self._timed(entries)

    def _timed(self, entries: dict[str, Any]) -> dict[str, Any]:
        for name, entry in entries.items():
            entry |= {"devices": "shelf", "start_times": [self.instants[name].isoformat()]}
        return entries


def follow(*users: str) -> dict[str, Any]:
    return {"script": "follow", "config": {"target_users": [f"@{user}" for user in users]}}


def on_post(script: str, author: str, **config: Any) -> dict[str, Any]:
    """An entry about a video of an author, another one for each of them."""
    link = f"https://www.tiktok.com/@{author}/video/73{crc32(author.encode()):017}"
    return {"script": script, "config": {"target_post_urls": [link], **config}}


def remembered(memories: Mapping[str, Any]) -> "Counter[Deed]":
    """What was done to the phones by their own memories; captions are without the variant that was chosen."""
    deeds: Counter[Deed] = Counter()
    for serial, memory in memories.items():
        app = memory["apps"][APP]
        deeds.update((serial, "follow", follow["user"]) for follow in app["follows"])
        deeds.update((serial, "unfollow", unfollow["user"]) for unfollow in app["unfollows"])
        for kind, done in (("like", "likes"), ("unlike", "unlikes"), ("comment", "comments")):
            known = (entry["author"] for entry in app[done] if not entry["author"].startswith(FED))
            deeds.update((serial, kind, author) for author in known)
        deeds.update((serial, "post", post["caption"].rpartition(" ")[0]) for post in app["posts"])
    return deeds


def liked_twice(memories: Mapping[str, Any]) -> list[str]:
    """The cards of feeds that a warm-up has liked twice, which takes the like back."""
    found = []
    for serial, memory in memories.items():
        app = memory["apps"][APP]
        fed = Counter(
            entry["video"] for entry in app["likes"] + app["unlikes"] if entry["author"].startswith(FED)
        )
        found += [f"{serial}: {video}" for video, times in fed.items() if times > 1]
    return found
