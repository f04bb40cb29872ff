"""What the post flow takes for proof, and where it says that nobody knows."""

import pytest

from runner.flows.shelf import load_flow

FULL = " | ".join(["0"] * 9)
"""A grid that fills the screen with tiles that tell nothing."""


def fill(variables: dict[str, str], template: str) -> str:
    return variables[template.removeprefix("${").removesuffix("}")]


def judge(caption: str, newest: tuple[str, str], tiles: tuple[str, str]) -> str:
    """The verdict on the newest caption and the tiles, each before the tap and now."""
    variables = {
        "evidence.caption": caption,
        "evidence.newest": newest[0],
        "newest_now": newest[1],
        "evidence.tiles": tiles[0],
        "tiles_now": tiles[1],
    }
    verification = load_flow("post").verification
    assert verification is not None
    proof = verification.proof
    happened = proof.happened.holds(lambda name: False, lambda text: fill(variables, text))
    refuted = proof.not_happened.holds(lambda name: False, lambda text: fill(variables, text))
    assert not (happened and refuted)
    return "happened" if happened else "not happened" if refuted else "unknown"


@pytest.mark.parametrize(
    ("caption", "newest", "tiles", "verdict"),
    [
        ("Second", ("First", "Second"), (FULL, FULL), "happened"),
        ("Second", ("First", "First"), (FULL, FULL), "not happened"),
        ("First", ("First", "First"), (FULL, FULL), "unknown"),
        ("First", ("First", "First"), ("5 | 9 | (room)", "0 | 5 | 9 | (room)"), "happened"),
        ("First", ("First", "First"), ("5 | 9 | (room)", "5 | 9 | (room)"), "not happened"),
        ("Mine", ("First", "Somebody else's"), ("5 | (room)", "0 | 5 | (room)"), "unknown"),
        ("", ("First", ""), ("5 | (room)", "0 | 5 | (room)"), "happened"),
        ("", ("First", "First"), (FULL, FULL), "not happened"),
    ],
)
def test_a_new_caption_or_a_new_tile_is_proof(
    caption: str, newest: tuple[str, str], tiles: tuple[str, str], verdict: str
) -> None:
    assert judge(caption, newest, tiles) == verdict
