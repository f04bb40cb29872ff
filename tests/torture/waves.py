"""What the torture asks for, and what the phones remember: the two must be equal."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

MEDIA = Path(__file__).parents[2] / "campaigns" / "media"
VIDEO = MEDIA / "demo.mp4"
IMAGES = (MEDIA / "colour-1.png", MEDIA / "colour-2.png")
PACKAGES = {"tiktok": "com.zhiliaoapp.musically", "instagram": "com.instagram.android"}
APP = PACKAGES["tiktok"]
FAR = 10_000

WAVES = "campaign LIKE 'wave-%'"
"""The condition for tasks of waves in a ledger."""

WATCHING = {"task_duration": 6, "min_duration": 1, "max_duration": 1, "like_probable": 100}
"""A warm-up: nobody knows beforehand how many cards it likes, but none of them twice."""

NAMED = re.compile(r"demo_\d+_\d")
"""How the users and posts of waves are called: others stand in feeds, and what is done to them is no deed of a wave."""

Deed = tuple[str, str, str, str]
"""Serial, app, kind of effect, and target: `("T1", "tiktok", "follow", "demo_0_1")`."""

Entries = dict[str, dict[str, Any]]


def limits() -> dict[str, Any]:
    """Limits that never hold back: built-in ones are lifted only by naming others."""
    kinds = ("post", "follow", "unfollow", "like", "comment", "profile")
    caps = {span: dict.fromkeys(kinds, FAR) for span in ("per_day", "per_hour")}
    return {"per_device": caps, "per_account": caps, "min_gap": "0s"}


class Wave:
    """One campaign in one app: on each phone six deeds or more, at whole seconds from `first` on."""

    OFFSETS_S = {"greet": 0, "publish": 1, "pair": 2, "spread-out": 3, "watch": 4, "late": 5}
    """Entry -> how much later it starts than the first one."""

    def __init__(self, number: int, serials: Iterable[str], first: datetime) -> None:
        self.name = f"wave-{number}"
        # What is in doubt is proved when there is no try left, too.
        self._retries = 5 if number % 2 == 0 else 0
        self.instants: dict[str, datetime] = {}
        self._serials = list(serials)
        self._app, entries = KINDS[number % len(KINDS)]
        self._entries = entries([f"demo_{number}_{index}" for index in range(5)], f"Wave {number}")
        self.start(self._entries, first)

    @property
    def package(self) -> str:
        """The app that it works in."""
        return PACKAGES[self._app]

    @property
    def tasks(self) -> int:
        return len(self._serials) * (len(self._on_each_phone()) + ("watch" in self._entries))

    @property
    def deeds(self) -> "Counter[Deed]":
        """What the phones must have done when everything is over, each deed once."""
        done = self._on_each_phone()
        return Counter((serial, self._app, kind, target) for serial in self._serials for kind, target in done)

    @property
    def followed(self) -> list[str]:
        """Who must be followed before it begins."""
        return [user for kind, user in self._on_each_phone() if kind == "unfollow"]

    def start(self, entries: Iterable[str], first: datetime) -> None:
        """Let these entries start from a moment on."""
        second = first.astimezone(UTC).replace(microsecond=0)
        self.instants |= {name: second + timedelta(seconds=self.OFFSETS_S[name]) for name in entries}

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
            "scripts": {name: self._timed(name) for name in self._entries},
        }
        partial = folder / f".{self.name}.partial"
        partial.write_text(json.dumps(campaign, indent=1), encoding="utf-8")  # JSON is YAML
        partial.replace(folder / f"{self.name}.yaml")

    def _timed(self, name: str) -> dict[str, Any]:
        when = {"devices": "shelf", "start_times": [self.instants[name].isoformat()]}
        return {"app": self._app, **self._entries[name], **when}

    def _on_each_phone(self) -> list[tuple[str, str]]:
        return [deed for entry in self._entries.values() for deed in deeds_of(entry)]


def follows_and_a_video(users: list[str], words: str) -> Entries:
    """Five follows, and a post of a video that is shared to the app."""
    return _follows_and(post(words, VIDEO), users)


def follows_and_images(users: list[str], words: str) -> Entries:
    """Five follows, and a post of images that are chosen in the app's gallery. Waves share these images: in the order
    `next` the images of a post that failed would go to a later wave, and nobody could retry that post."""
    images = post(words, *IMAGES, content_type=1, image_count=len(IMAGES))
    return _follows_and(images | {"order": "same"}, users)


def reactions_to_videos(users: list[str], words: str) -> Entries:
    """On TikTok two likes, a comment, the ends of two followings, a follow, and a warm-up."""
    return _reactions("https://www.tiktok.com/@{name}/video/{number}", users, words)


def reactions_to_pictures(users: list[str], words: str) -> Entries:
    """On Instagram the same, but instead of the follow another text about the account."""
    about = {"script": "profile", "config": {"bios": words}}
    return _reactions("https://www.instagram.com/p/{name}", users, words) | {"late": about}


KINDS: list[tuple[str, Callable[[list[str], str], Entries]]] = [
    ("tiktok", follows_and_a_video),
    ("instagram", follows_and_a_video),
    ("tiktok", reactions_to_videos),
    ("tiktok", follows_and_images),
    ("instagram", reactions_to_pictures),
]
"""What waves do, by their number; as many as are odd, so that each comes with retries and without."""


def _follows_and(publishing: dict[str, Any], users: list[str]) -> Entries:
    one, two, three, four, five = users
    return {
        "greet": follow(one),
        "publish": publishing,
        "pair": follow(two, three),
        "spread-out": follow(four) | {"spread": "3s"},
        "late": follow(five),
    }


def _reactions(address: str, users: list[str], words: str) -> Entries:
    one, two, three, four, five = users

    def on_post(script: str, name: str, **config: Any) -> dict[str, Any]:
        link = address.format(name=name, number=f"73{crc32(name.encode()):017}")
        return {"script": script, "config": {"target_post_urls": [link], **config}}

    return {
        "greet": on_post("like", one),
        "publish": on_post("comment", two, comment_content=words),
        "pair": {"script": "unfollow", "config": {"target_users": [f"@{three}", f"@{four}"]}},
        "spread-out": on_post("like", four) | {"spread": "3s"},
        "late": follow(five),
        "watch": {"script": "account_warmup", "config": WATCHING},
    }


def follow(*users: str) -> dict[str, Any]:
    return {"script": "follow", "config": {"target_users": [f"@{user}" for user in users]}}


def post(caption: str, *files: Path, **config: Any) -> dict[str, Any]:
    wanted = {"captions": f"{{{caption} today|{caption} now}}", "material_list": list(map(str, files))}
    return {"script": "post", "config": wanted | config}


def deeds_of(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Kinds and targets of what an entry does to each phone; of a warm-up nobody knows."""
    script, config = entry["script"], entry["config"]
    match script:
        case "follow" | "unfollow":
            return [(script, user.lstrip("@")) for user in config["target_users"]]
        case "like" | "comment":
            return [(script, NAMED.search(link)[0]) for link in config["target_post_urls"]]
        case "post":
            words = config["captions"].strip("{").partition(" today|")[0]
            return [("post", f"{words}, {len(config['material_list'])} files")]
        case "profile":
            return [("profile", config["bios"])]
    return []


def remembered(memories: Mapping[str, Any]) -> "Counter[Deed]":
    """What was done to the phones by their own memories; captions are without the variant that was chosen."""
    return Counter(
        (serial, app, kind, target)
        for serial, memory in memories.items()
        for app, package in PACKAGES.items()
        for kind, target in _done_in(memory["apps"][package])
    )


def liked_twice(memories: Mapping[str, Any]) -> list[str]:
    """The cards of feeds that a warm-up has liked twice, which takes the like back."""
    found = []
    for serial, memory in memories.items():
        for package in PACKAGES.values():
            app = memory["apps"][package]
            fed = Counter(
                entry.get("video") or entry["post"]
                for entry in app["likes"] + app["unlikes"]
                if not NAMED.fullmatch(_subject(entry))
            )
            found += [f"{serial}: {card}" for card, times in fed.items() if times > 1]
    return found


def _done_in(memory: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for kind, done in (("follow", "follows"), ("unfollow", "unfollows")):
        yield from ((kind, entry["user"]) for entry in memory[done])
    for kind, done in (("like", "likes"), ("unlike", "unlikes"), ("comment", "comments")):
        subjects = map(_subject, memory[done])
        yield from ((kind, subject) for subject in subjects if NAMED.fullmatch(subject))
    for one in memory["posts"]:
        yield "post", f"{one['caption'].rpartition(' ')[0]}, {len(one['media'])} files"
    yield from (("profile", change["value"]) for change in memory.get("profile_changes", []))


def _subject(entry: Mapping[str, Any]) -> str:
    """What was liked or commented on: one app's videos go by their authors, the other's posts by their ids."""
    return str(entry.get("post") or entry["author"])
