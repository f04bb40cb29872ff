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


def judge(script: str, variables: Evidence, shown: set[str] | None = None) -> str:
    """What the flow itself says."""

    def known(template: str) -> str | None:
        for name in names_in(template):
            value = variables[name]
            if value is None:
                return None
            template = template.replace(f"${{{name}}}", value)
        return template

    verification = load_flow("tiktok", script).verification
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


def test_each_row_of_the_proof_of_a_follow() -> None:
    for (word, button), (page, shown) in product(BUTTONS.items(), PAGES.items()):
        expected = concluded("The proof of a follow", [{word}, {page}])
        assert judge("follow", {"evidence.button": button}, shown) == expected, (word, page)
