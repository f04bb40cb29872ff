"""What a rehearsal may ask, what is remembered, and what the page in docs/ says of both."""

import json
from pathlib import Path

import pytest
from PIL import ImageChops

from runner.virtual.apps.app import Intent
from runner.virtual.apps.picturenet import PictureNet
from runner.virtual.apps.picturenet.controls import ACTIONS
from runner.virtual.apps.picturenet.kinds import KINDS
from runner.virtual.apps.picturenet.places import PAGES, PLACES
from runner.virtual.render import draw

PAGE = Path(__file__).parents[5] / "docs" / "virtual-apps.md"
VIEW = "android.intent.action.VIEW"


@pytest.mark.parametrize(
    ("action", "arguments", "told"),
    [
        ("explode", {}, "show_at"),
        ("show", {"screen": "nothing"}, "human_check"),
        ("show", {}, "screen is missing"),
        ("show_at", {"screen": "rate", "page": "moon"}, "share_screen"),
        ("clear", {"screen": "login"}, "no arguments"),
        ("set_upload_seconds", {"seconds": -1}, "0 to 3600"),
        ("set_upload_seconds", {"seconds": "soon"}, "a number"),
        ("set_account", {"account": "not a name"}, "a-z"),
        ("pin_post", {"position": 99}, "0 to 3"),
        ("post_elsewhere", {"kind": "poem"}, "album"),
        ("set_earlier_posts", {"count": 25}, "0 to 24"),
        ("withhold", {"what": "all"}, "captions"),
        ("open_screen", {"screen": "moon"}, "follow_sheet"),
        ("set_follow_result", {"result": "maybe"}, "ignored"),
        ("ask_before_share", {"question": "why"}, "limited_reach"),
    ],
)
def test_a_wish_that_cannot_be_granted_names_what_is_legal(app, action, arguments, told):
    with pytest.raises(ValueError, match=told):
        app.control(action, arguments)


def test_memory_is_json_and_comes_back_whole(app, hand, device):
    app.control("add_draft", {"caption": "later"})
    app.control("post_elsewhere", {"caption": "theirs"})
    app.control("delete_post", {"position": 1})
    app.control("set_relation", {"user": "demo_user_01", "state": "requested"})
    app.control("show_at", {"screen": "rate", "page": "profile"})
    hand.share_reel("mine")
    device.advance(2)
    remembered = json.loads(json.dumps(app.memory()))

    restarted = PictureNet(device)
    restarted.restore(remembered)
    assert restarted.memory() == remembered


def test_the_account_is_named_after_the_phone(app):
    assert app.memory()["account"] == "studio_virtual01"


@pytest.mark.parametrize(
    "intent",
    [
        Intent(action=VIEW, data="https://example.com/demo/"),
        Intent(action=VIEW, data="https://www.instagram.com/explore/"),
        Intent(action=VIEW, data="https://www.instagram.com/"),
        Intent(action="com.instagram.share.ADD_TO_FEED", mime_type="video/mp4"),
        Intent(action="android.intent.action.SEND", mime_type="text/plain"),
    ],
)
def test_what_it_cannot_open_is_not_accepted(app, intent):
    assert not app.accepts(intent)


@pytest.mark.parametrize("screen", PLACES)
def test_every_screen_that_can_be_opened_is_left_by_the_back_key(app, hand, screen):
    app.control("open_screen", {"screen": screen})
    for _ in range(4):
        if hand.at("reels_tray_container") is not None:
            break
        assert app.back()
    assert hand.at("reels_tray_container") is not None


def screens(app, hand):
    """Leads through the screens and yields a name after each."""
    yield "feed"
    for tab in ("clips_tab", "direct_tab", "search_tab", "profile_tab", "feed_tab"):
        hand.press(tab)
        yield tab
    for position in range(1, 8):
        hand.swipe_up()
        yield f"post {position}"
    for name in ("demo_user_07", "private_demo", "missing_demo"):
        hand.open_link(f"https://www.instagram.com/{name}/")
        yield name
    for place in PLACES:
        app.control("open_screen", {"screen": place})
        yield place
    hand.hand_over(action="com.instagram.share.ADD_TO_STORY")
    yield "story"
    hand.hand_over()
    yield "editor"
    hand.press("clips_right_action_button")
    yield "share"
    hand.press("caption_input_text_view")
    yield "typing"
    hand.press("action_bar_button_text")
    hand.press("share_button")
    yield "sharing"
    hand.press("profile_tab")
    hand.tap(description="Edit profile")
    yield "editing"
    for kind in KINDS:
        app.control("show", {"screen": kind})
        yield kind


def test_every_screen_can_be_drawn_and_differs_from_the_one_before(app, hand, gallery):
    before = None
    for name in screens(app, hand):
        image = draw(app.windows(), 720, 1600)
        assert before is None or ImageChops.difference(before, image).getbbox() is not None, name
        before = image


def test_every_view_lies_on_the_screen(app, hand, gallery):
    for name in screens(app, hand):
        for window in app.windows():
            for view in window.root.walk():
                left, top, right, bottom = view.bounds
                assert 0 <= left < right <= 720 and 0 <= top < bottom <= 1600, (name, view)


def test_the_page_names_every_action_argument_screen_and_part_of_the_memory(app):
    page = (
        PAGE.read_text(encoding="utf-8")
        .partition("## The picture network")[2]
        .partition("## The notes app")[0]
    )
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}

    for action, (arguments, _) in ACTIONS.items():
        assert all(f"`{argument}`" in rows[action] for argument in arguments), action
    assert set(KINDS) <= set(rows)
    assert all(f"`{screen}`" in rows["open_screen"] for screen in PLACES)
    assert all(f"`{name}`" in rows["show_at"] for name in PAGES)
    assert all(f'"{key}":' in page for key in app.memory())
