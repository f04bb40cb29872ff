"""Text from outside, as it is shown."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.reports.shown import json_shown, shortened, visible, visible_but_colors, width

STEERING = "\x1b\x07\x9b\x85\x7f\r\n\u202e\u2028\u200b\ufeff\udcff"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\r\nb", r"a\x0d\nb"),
        ("\x9b2J", r"\x9b2J"),
        ("gpj.\u202eexe", r"gpj.\u202eexe"),
        ("caf\udce9", r"caf\xe9"),  # a name in Latin-1, as Python reads it
        ("\ud83d", r"\ud83d"),
        ("a\tb", "a\tb"),
        ("Åsa 日本 👩\u200d🚀 🎉", "Åsa 日本 👩\u200d🚀 🎉"),
        ("C:\\x1b", "C:\\x1b"),
    ],
)
def test_what_steers_is_escaped_and_the_rest_stays(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_steers(text: str) -> None:
    assert not set(STEERING) & set(visible(text + STEERING))


def test_colors_that_were_made_here_stay() -> None:
    assert visible_but_colors("\x1b[1;31mred\x1b[0m \x1b]0;title\x07\x1b[2J") == (
        "\x1b[1;31mred\x1b[0m \\x1b]0;title\\x07\\x1b[2J"
    )


@given(
    st.recursive(st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner)), st.booleans()
)
def test_json_loses_nothing(value: object, ascii_only: bool) -> None:
    value = {"text": STEERING + "🎉é", "value": value}
    text = json_shown(json.dumps(value, indent=2, ensure_ascii=False), ascii_only=ascii_only)
    assert json.loads(text) == value
    assert not set(STEERING.replace("\n", "")) & set(text)
    assert text.isascii() or not ascii_only


def test_a_name_that_fits_is_whole() -> None:
    assert shortened(["R58M123ABC", "R58M123ABD"], 10) == {
        "R58M123ABC": "R58M123ABC",
        "R58M123ABD": "R58M123ABD",
    }


@given(st.sets(st.text("ab日", min_size=1, max_size=40), max_size=12), st.integers(6, 24))
def test_no_two_names_are_cut_alike(names: set[str], columns: int) -> None:
    cut = shortened(sorted(names), columns)
    assert set(cut) == names
    assert len(set(cut.values())) == len(names)
    assert all(width(name) <= columns for name in cut.values())
