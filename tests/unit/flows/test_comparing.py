"""Captions, as screens show them."""

import pytest

from runner.flows.comparing import is_other_caption, same, shows_caption


def test_texts_are_the_same_after_normalising():
    assert same("\u200eFollow ", "Follow") and not same("Follow", "Following")


@pytest.mark.parametrize(
    ("shown", "caption"),
    [
        ("New drop! #autumn", "New drop! #autumn"),
        ("Fresh drop for all of you.. #autumn", "Fresh drop for all of you 🎉 #autumn"),
        ("A long caption about the autumn\n…more", "A long caption about the autumn and what came after it"),
        ("A long caption about the autumn... more", "A long caption about the autumn and what came after it"),
        ("Tell me more", "Tell me more"),
        ("", ""),
        ("..", "🎉"),
    ],
)
def test_a_caption_is_recognised(shown, caption):
    assert shows_caption(shown, caption) and not is_other_caption(shown, caption)


LONG = "A caption that goes on about the autumn and the harbour for more than sixty letters, and then on"


@pytest.mark.parametrize(
    ("shown", "caption"),
    [
        ("Old drop! #autumn", "New drop! #autumn"),
        ("New drop! #autumn and what came after", "New drop! #autumn"),
        ("..", "New drop!"),
        ("First", ""),
        ("", "New drop!"),
        ("Autumn launch, second part ... more", "Autumn launch, first part, with all that belongs to it"),
    ],
)
def test_another_caption_is_another(shown, caption):
    assert not shows_caption(shown, caption) and is_other_caption(shown, caption)


@pytest.mark.parametrize(
    ("shown", "caption"),
    [
        ("New …more", "New drop! #autumn"),
        ("Autumn launch in our studio", "Autumn launch in our studio #second"),
        ("Autumn launch in our studio....", "Autumn launch in our studio #second"),
    ],
)
def test_a_beginning_that_may_be_a_caption_of_its_own_is_neither(shown, caption):
    """Somebody else's post may be called what ours begins with."""
    assert not shows_caption(shown, caption) and not is_other_caption(shown, caption)


def test_a_long_beginning_is_enough_where_the_screen_does_not_say_that_it_cut():
    assert shows_caption(LONG[:-10], LONG)
