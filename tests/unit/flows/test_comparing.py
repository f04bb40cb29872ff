"""Captions and lists of tiles, as screens show them."""

import pytest

from runner.flows.comparing import listed, prepended, same, shows_caption, unchanged


def tiles(*views, room=False):
    return listed(views, room=room)


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
    assert shows_caption(shown, caption)


@pytest.mark.parametrize(
    ("shown", "caption"),
    [
        ("Old drop! #autumn", "New drop! #autumn"),
        ("New …more", "New drop! #autumn"),
        ("", "New drop!"),
        ("New drop! #autumn and what came after", "New drop! #autumn"),
    ],
)
def test_another_caption_is_not(shown, caption):
    assert not shows_caption(shown, caption)


def verdict(now, before):
    return prepended(now, before), unchanged(now, before)


NEW, OLD, NEITHER = (True, False), (False, True), (False, False)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        # there was room for one more: the number of tiles tells
        (tiles("12", "7", room=True), tiles("0", "12", "7", room=True), NEW),
        (tiles("12", "7", room=True), tiles("0", "12", "7"), NEW),
        (tiles(room=True), tiles("0", room=True), NEW),
        (tiles("0", "0", room=True), tiles("0", "0", room=True), OLD),
        (tiles("12", "7", room=True), tiles("14", "8", room=True), OLD),
        (tiles(room=True), tiles(room=True), OLD),
        (tiles("12", "7", room=True), tiles("7", room=True), NEITHER),
        # the screen was full: the last tile makes room for the new one
        (tiles("12", "7", "3"), tiles("0", "12", "7"), NEW),
        (tiles("12", "7", "3"), tiles("12", "7", "3"), OLD),
        (tiles("12", "7", "3", "9"), tiles("0", "12", "8", "3"), NEW),
        (tiles("12", "7", "3", "9"), tiles("13", "7", "3", "9"), OLD),
        (tiles("0", "0", "0"), tiles("0", "0", "0"), NEITHER),
        (tiles("12", "7", "3"), tiles("45", "46", "47"), NEW),
    ],
)
def test_a_new_first_tile(before, now, expected):
    assert verdict(now, before) == expected
