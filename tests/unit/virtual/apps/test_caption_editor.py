"""A caption field that takes the whole page once it has the focus."""

import pytest

POST = {"text": "Post", "className": "android.widget.Button"}


@pytest.fixture
def screen(app, hand):
    app.control("set_caption_editor", {"style": "unfolds"})
    hand.share()
    hand.tap(text="Next")
    return hand


def test_it_is_folded_until_it_has_the_focus(screen):
    assert screen.see(**POST).bounds[1] > 1120
    assert screen.see(text="Drafts") is not None and screen.see(description="Collapse") is None


def test_the_focus_moves_post_up_and_takes_drafts_away(app, screen):
    screen.tap(className="android.widget.EditText")
    assert screen.see(text="0/4000") is not None and screen.see(text="Drafts") is None
    screen.type("Twelve signs")
    assert screen.see(text="12/4000") is not None
    left, _, _, bottom = screen.see(**POST).bounds
    assert left > 504 and bottom < 240
    screen.tap(**POST)

    assert [post["caption"] for post in app.memory()["posts"]] == ["Twelve signs"]


@pytest.mark.parametrize("way", ["back", "collapse"])
def test_it_folds_again(app, screen, way):
    screen.type("kept")
    if way == "back":
        assert app.back()
    else:
        screen.tap(description="Collapse")

    assert screen.see(text="Drafts") is not None and screen.see(text="kept") is not None
    assert screen.see(**POST).bounds[1] > 1120
    assert app.back() and screen.see(text="Your Story") is not None


def test_a_fixed_one_stays_as_it_is(app, screen):
    app.control("set_caption_editor", {"style": "fixed"})
    screen.type("words")

    assert screen.see(text="Drafts") is not None and screen.see(description="Collapse") is None
