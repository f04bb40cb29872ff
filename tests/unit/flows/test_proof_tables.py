"""What the flows take for proof: every row of the tables in docs/flows.md, over all evidence that there can be."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from runner.flows.loading import load_flow
from runner.flows.templates import names_in
from runner.flows.tiles import listed

FLOWS = (Path(__file__).parents[3] / "docs" / "flows.md").read_text(encoding="utf-8")

Evidence = dict[str, str | None]
Row = list[set[str]]

FULL = listed(["0"] * 9, room=False)
"""A grid that fills the screen with tiles that tell nothing."""

TILES: dict[str, list[tuple[str | None, str | None]]] = {
    "new": [
        (listed(["5", "9"], room=True), listed(["0", "5", "9"], room=True)),
        (listed(["1.2K", "340", "12"], room=False), listed(["0", "1.3K", "340"], room=False)),
        (listed([], room=True), listed(["0"], room=True)),
    ],
    "as before": [
        (listed(["5", "9"], room=True), listed(["6", "9"], room=True)),
        (listed(["1.2K", "340", "12"], room=False), listed(["1.2K", "341", "12"], room=False)),
    ],
    "unclear": [
        (FULL, FULL),
        (listed(["1.2K"] * 9, room=False), listed(["1.2K"] * 9, room=False)),
        (listed(["5", "9"], room=True), listed(["9"], room=True)),
        (listed(["5", "9"], room=True), listed(["0", "5"], room=True)),
        (None, FULL),
        (FULL, None),
        (None, None),
    ],
}
"""Lists of tiles before and now, by what they tell."""


def table(heading: str) -> Iterator[tuple[Row, str]]:
    """The rows of the table under a heading: what stands in the columns of evidence, and the conclusion."""
    section = FLOWS.split(f"### {heading}\n")[1].split("\n### ")[0].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    for line in lines:
        *evidence, conclusion, _why = [cell.strip() for cell in line.strip("|").split("|")]
        yield [set(cell.split(" or ")) for cell in evidence], conclusion


def concluded(heading: str, seen: list[set[str]]) -> str:
    """What the table says of evidence: its first row that fits."""
    fits = (
        conclusion
        for row, conclusion in table(heading)
        if all(cell == {"any"} or cell & words for cell, words in zip(row, seen, strict=True))
    )
    return next(fits)


APPS = pytest.mark.parametrize("app", ["tiktok", "instagram"])
"""For tables that hold for the flows of both apps."""


def judge(script: str, variables: Evidence, shown: set[str] | None = None, app: str = "tiktok") -> str:
    """What the flow itself says."""

    def known(template: str) -> str | None:
        for name in names_in(template):
            value = variables[name]
            if value is None:
                return None
            template = template.replace(f"${{{name}}}", value)
        return template

    verification = load_flow(app, script).verification
    assert verification is not None
    proof = verification.proof
    happened = proof.happened.holds(lambda name: name in (shown or set()), known)
    refuted = proof.not_happened.holds(lambda name: name in (shown or set()), known)
    assert not (happened and refuted)
    return "happened" if happened else "not happened" if refuted else "uncertain"


# posts

CAPTIONS = ("First", "Mine", "Theirs", "", None)


def seen_of(caption: str, text: str | None, before: str | None) -> set[str]:
    """What may be said of a caption on the screen."""
    if text is None:
        return {"not read"}
    words = {"ours" if text == caption else "another"}
    return words | ({"newest before"} if text == before else set())


@pytest.mark.parametrize("caption", ["Mine", ""])
@pytest.mark.parametrize("told", sorted(TILES))
def test_each_row_of_the_proof_of_a_post(caption: str, told: str) -> None:
    for tiles, before, beneath, now, second in product(TILES[told], CAPTIONS, CAPTIONS, CAPTIONS, CAPTIONS):
        variables: Evidence = {
            "evidence.caption": caption,
            "evidence.newest": before,
            "evidence.second": beneath,
            "newest_now": now,
            "second_now": second,
            "evidence.tiles": tiles[0],
            "tiles_now": tiles[1],
        }
        under = {"no caption"} if second == "" else seen_of(caption, second, before)
        seen = [
            seen_of(caption, before, None),
            seen_of(caption, beneath, None),
            seen_of(caption, now, before),
            under,
            {told},
        ]
        expected = concluded("The proof of a post", seen)
        assert judge("post", variables) == expected, variables


@pytest.mark.parametrize("conclusion", ["happened", "not happened", "uncertain"])
def test_the_table_of_the_proof_of_a_post_decides(conclusion: str) -> None:
    assert conclusion in [said for _, said in table("The proof of a post")]


# follows

BUTTONS = {"Follow": "Follow", "Follow back": "Follow back", "not read": None}
PAGES: dict[str, set[str]] = {
    "followed": {"user_profile", "followed"},
    "to follow": {"user_profile", "follow_button"},
    "another page": {"follow_button"},
    "no such user": {"user_missing"},
}


@APPS
def test_each_row_of_the_proof_of_a_follow(app: str) -> None:
    for (word, button), (page, shown) in product(BUTTONS.items(), PAGES.items()):
        expected = concluded("The proof of a follow", [{word}, {page}])
        assert judge("follow", {"evidence.button": button}, shown, app) == expected, (word, page)


# the end of followings

FOLLOWED = {"Following": "Following", "Friends": "Friends", "Requested": "Requested", "not read": None}


@APPS
def test_each_row_of_the_proof_of_an_unfollow(app: str) -> None:
    for (word, button), (page, shown) in product(FOLLOWED.items(), PAGES.items()):
        expected = concluded("The proof of an unfollow", [{word}, {page}])
        assert judge("unfollow", {"evidence.button": button}, shown, app) == expected, (word, page)


# likes

AUTHORS = {"as before": "demo", "another": "somebody", "not read": None}
HEARTS: dict[str, set[str]] = {
    "liked": {"video_page", "post_page", "liked"},
    "to like": {"video_page", "post_page", "like_button"},
    "another page": {"liked"},
    "not there": {"video_page", "post_page"},
}


@APPS
def test_each_row_of_the_proof_of_a_like(app: str) -> None:
    before = {"to like": "Like video. 3 likes", "not read": None}
    for (was, button), (whose, author), (now, shown) in product(
        before.items(), AUTHORS.items(), HEARTS.items()
    ):
        expected = concluded("The proof of a like", [{was}, {whose}, {now}])
        variables: Evidence = {
            "evidence.button": button,
            "evidence.author": "demo",
            "author_now": author,
        }
        assert judge("like", variables, shown, app) == expected, (was, whose, now)


# comments

COUNTS: dict[str, str | None] = {
    "3 comments": "3 comments",
    "4 comments": "4 comments",
    "none": "none",
    "": None,
}
SHEETS: dict[str, set[str]] = {
    "ours": {"comment_sheet", "own_comment", "same_comment"},
    "the same words": {"comment_sheet", "same_comment"},
    "neither": {"comment_sheet"},
    "another page": set(),
}


@APPS
def test_each_row_of_the_proof_of_a_comment(app: str) -> None:
    cases = product(("yes", "no"), COUNTS.values(), AUTHORS.items(), SHEETS.items(), COUNTS.values())
    for alike, before, (whose, author), (rows, shown), now in cases:
        told = {"told"} if before is not None else {"rounded"}
        change = {"as before"} if before is not None and now == before else {"another"}
        expected = concluded("The proof of a comment", [{alike}, told, {whose}, {rows}, change])
        variables: Evidence = {
            "evidence.alike": alike,
            "evidence.before": before,
            "evidence.author": "demo",
            "author_now": author,
            "now": now,
        }
        assert judge("comment", variables, shown, app) == expected, (alike, before, whose, rows, now)


# posts on Instagram

COUNTED: dict[str, list[tuple[str | None, str | None]]] = {
    "more": [("4", "5"), ("999", "1,001"), ("0", "1")],
    "as before": [("4", "4"), ("1,204", "1,204")],
    "unclear": [("4", "3"), (None, "5"), ("4", None), (None, None), ("12.3K", "12.4K")],
}
"""The counts of posts before and now, by what they tell."""

ON_INSTAGRAM = "The proof of a post on Instagram"


@pytest.mark.parametrize("caption", ["Mine", ""])
@pytest.mark.parametrize("told", COUNTED)
def test_each_row_of_the_proof_of_a_post_on_instagram(caption: str, told: str) -> None:
    found_texts = {
        "ours": [caption, f"studio {caption}"],
        "another": ["Theirs", "studio Theirs"],
        "not read": [None],
    }
    newest_now = {"as before": "studio First", "another": "studio Second", "not read": None}
    cases = product(COUNTED[told], found_texts.items(), newest_now.items())
    for (before, now), (whose, texts), (change, newest) in cases:
        for found in texts:
            variables: Evidence = {
                "evidence.placement": "reel",
                "evidence.account": "studio",
                "evidence.caption": caption,
                "evidence.posts": before,
                "evidence.newest": "studio First",
                "evidence.ring": "",
                "posts_now": now,
                "newest_now": newest,
                "found": found,
                "ring_now": "",
            }
            expected = concluded(ON_INSTAGRAM, [{told}, {whose}, {change}])
            assert judge("post", variables, app="instagram") == expected, variables


def test_each_row_of_the_proof_of_a_story() -> None:
    rings = {"no story": "Your profile. No story", "a story": "Your profile. Unseen story", "not read": None}
    for (was, before), (now, ring) in product(rings.items(), rings.items()):
        variables: Evidence = {
            "evidence.placement": "story",
            "evidence.account": "studio",
            "evidence.caption": "",
            "evidence.posts": "4",
            "evidence.newest": None,
            "evidence.ring": before,
            "posts_now": "4",
            "newest_now": None,
            "found": None,
            "ring_now": ring,
        }
        shown = {"own_story_unseen"} if now == "a story" else set()
        expected = concluded("The proof of a story", [{was}, {now}])
        assert judge("post", variables, shown, app="instagram") == expected, (was, now)


# changes of the own page

SAYS = {"as wished": "Wished", "as before": "Former", "another": "Third", "not read": None}


def test_each_row_of_the_proof_of_a_change_of_the_own_page() -> None:
    for (name, name_now), (bio, bio_now), account in product(SAYS.items(), SAYS.items(), ["brand", "studio"]):
        variables: Evidence = {
            "evidence.account": "studio",
            "evidence.username": "brand",
            "evidence.nickname": "Wished",
            "evidence.bio": "Wished",
            "evidence.name_before": "Former",
            "evidence.bio_before": "Former",
            "account_now": account,
            "name_now": name_now,
            "bio_now": bio_now,
        }
        texts = {name, bio, "as wished" if account == "brand" else "as before"}
        all_of_them = texts.pop() if len(texts) == 1 else "mixed"
        expected = concluded("The proof of a change of the own page", [{all_of_them}])
        assert judge("profile", variables, app="instagram") == expected, variables
