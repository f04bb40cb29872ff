from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.planning.spintax import choose, problems

KEYS = [f"demo/publish/run:1/VIRTUAL{number:02}" for number in range(600)]


def test_a_caption_without_braces_is_left_alone() -> None:
    assert choose("New drop | #autumn", "key") == "New drop | #autumn"


def test_one_alternative_is_chosen_and_the_same_one_for_the_same_key() -> None:
    captions = [choose("{New|Fresh} drop!", key) for key in KEYS]

    assert set(captions) == {"New drop!", "Fresh drop!"}
    assert captions == [choose("{New|Fresh} drop!", key) for key in KEYS]


def test_alternatives_are_chosen_about_equally_often() -> None:
    counts = Counter(choose("{a|b|c}", key) for key in KEYS)

    assert set(counts) == {"a", "b", "c"}
    assert min(counts.values()) > 150


def test_groups_choose_independently_and_nest() -> None:
    captions = {choose("{a|{b|c}d}{1|2}", key) for key in KEYS}

    assert captions == {f"{letter}{digit}" for letter in ("a", "bd", "cd") for digit in "12"}


def test_an_alternative_may_be_empty() -> None:
    assert {choose("Hi{!|}", key) for key in KEYS} == {"Hi!", "Hi"}


@pytest.mark.parametrize("text", ["a } b", "{a|b", "a {b {c|d", "}{"])
def test_braces_without_a_partner_are_text(text: str) -> None:
    assert choose(text, "key") == text


def test_deep_nesting_is_no_burden() -> None:
    assert choose("{" * 20_000 + "a" + "}" * 20_000, "key") == "a"


@given(st.text("ab{|}", max_size=40))
def test_sound_spintax_leaves_no_braces(text: str) -> None:
    if not problems(text):
        assert "{" not in choose(text, "key")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{New|Fresh} {a|{b|c}}", []),
        ("a } b", [(2, "this } closes no {")]),
        ("{a|b", [(0, "this { is never closed")]),
        ("{a|{b|c}", [(0, "this { is never closed")]),
        ("see {link}", [(4, "{link} offers no choice: separate alternatives by |")]),
        ("}{", [(0, "this } closes no {"), (1, "this { is never closed")]),
    ],
)
def test_problems_are_found_where_they_are(text: str, expected: list[tuple[int, str]]) -> None:
    assert problems(text) == expected
