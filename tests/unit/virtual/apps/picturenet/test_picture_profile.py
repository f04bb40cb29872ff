"""The profile of Instagram on the screens of the picture network: where it stops, what it declines, what it taps."""

from collections.abc import Iterator

import pytest
from picture_hand import PACKAGE

from runner.flows.app_view import AppView
from runner.flows.profile import load_profile
from runner.phone.screen import Screen, parse
from runner.virtual.apps.picturenet.kinds import KINDS
from runner.virtual.apps.picturenet.notices import NOTICES
from runner.virtual.apps.picturenet.places import PLACES
from runner.virtual.apps.picturenet.stops import STOPS
from runner.virtual.hierarchy import dump

BY_THE_FLOW = {"account_review"}
"""Screens of the account's holder that the flows know: they go back, and say so."""

NEVER = ("row_feed_button_share", "direct_share_button", "upload_snackbar_button", "save_draft_button")
"""What sends to somebody, or keeps a draft in place of a post."""

VARIABLES = {
    **dict.fromkeys(("caption", "comment", "sound", "sound_link", "target"), "words"),
    "user": "demo_passer_by",
    "account": "studio_virtual01",
    "handle": "studio_virtual01",
    "file_count": "2",
}


@pytest.fixture
def view() -> AppView:
    return AppView(load_profile("instagram"), PACKAGE, VARIABLES)


def shown(app) -> Screen:
    return parse(dump(app.windows(), 720, 1600))


def pages(app, hand) -> Iterator[str]:
    """Every ordinary page, one after the other; what is yielded is shown."""
    for tab in ("feed_tab", "clips_tab", "search_tab", "profile_tab"):
        hand.press(tab)
        for swipes in range(9):
            yield f"{tab} after {swipes} swipes"
            hand.swipe_up()
    hand.press("button_container")
    yield "edit profile"
    app.kill()
    for place in PLACES:
        if place != "send":
            app.control("open_screen", {"screen": place})
            yield place
    app.kill()
    hand.hand_over()
    yield "reel editor"
    hand.press("clips_right_action_button")
    yield "share screen"
    hand.press("caption_input_text_view")
    yield "caption editor"


def test_every_screen_of_the_holder_is_a_stop(app, view):
    for name in sorted(set(STOPS) - BY_THE_FLOW):
        app.control("show", {"screen": name})
        assert view.stop_of(shown(app)) is not None, name
        app.control("clear", {})


def test_every_notice_is_declined_and_none_is_a_stop(app, view):
    for name in sorted(NOTICES):
        app.control("show", {"screen": name})
        screen = shown(app)
        assert view.stop_of(screen) is None, name
        assert view.dialog_of(screen) is not None, name
        app.control("clear", {})
    assert set(KINDS) == {*STOPS, *NOTICES}


def test_no_ordinary_page_is_taken_for_a_stop_or_a_dialog(app, hand, view):
    for page in pages(app, hand):
        screen = shown(app)
        assert (view.stop_of(screen), view.dialog_of(screen)) == (None, None), page


def test_no_element_is_a_button_that_sends_or_reposts(app, hand, view):
    names = sorted(set(view.profile.elements) - {"save_draft_button"})
    for page in pages(app, hand):
        screen = shown(app)
        for name in names:
            for element in view.find_all(name, screen):
                label = element.rid.partition("/")[2]
                assert label not in NEVER and element.words not in ("Repost", "Send"), (page, name)


def test_the_sheet_that_sends_is_left(app, view):
    app.control("open_screen", {"screen": "send"})
    dialog = view.dialog_of(shown(app))
    assert dialog is not None and dialog.name == "sent_by_mistake" and dialog.button is None
