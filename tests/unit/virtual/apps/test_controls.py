import json
from pathlib import Path

import pytest

from runner.virtual.apps.app import Intent
from runner.virtual.apps.shortvideo import ShortVideo
from runner.virtual.apps.shortvideo.controls import ACTIONS
from runner.virtual.apps.shortvideo.interruptions import KINDS
from runner.virtual.apps.shortvideo.places import PLACES

PAGE = Path(__file__).parents[4] / "docs" / "virtual-apps.md"


def ids(app):
    return [view.rid for view in app.windows()[0].root.walk()]


def words(app):
    return [(view.shown_text, view.desc, view.bounds) for view in app.windows()[0].root.walk()]


def test_shuffling_changes_short_ids_and_nothing_else(app):
    ids_before, words_before = ids(app), words(app)
    app.control("shuffle_ids", {"seed": 7})

    assert words(app) == words_before
    changed = {old for old, new in zip(ids_before, ids(app), strict=True) if old != new}
    kept = {old.rpartition("/")[2] for old, new in zip(ids_before, ids(app), strict=True) if old == new}
    assert len(changed) > 10
    assert {"title", "desc", "player_view", "user_avatar", "text1", "content"} <= kept
    app.control("shuffle_ids", {"seed": 0})
    assert ids(app) == ids_before


def test_like_and_share_carry_the_same_id(hand):
    like, share = hand.see(descriptionStartsWith="Like video"), hand.see(descriptionStartsWith="Share video")

    assert like.rid == share.rid


def test_text_noise_surrounds_names_and_captions(app, hand):
    plain = hand.see(resourceIdMatches=".*/desc").text
    app.control("set_text_noise", {})

    assert hand.see(resourceIdMatches=".*/desc").text == f"\u200e{plain} "


@pytest.mark.parametrize(
    ("action", "arguments", "told"),
    [
        ("explode", {}, "shuffle_ids"),
        ("show", {"screen": "nothing"}, "captcha"),
        ("show", {}, "screen is missing"),
        ("clear", {"screen": "login"}, "no arguments"),
        ("set_upload_seconds", {"seconds": -1}, "0 to 3600"),
        ("set_upload_seconds", {"seconds": "soon"}, "a number"),
        ("set_account", {"account": "not a name"}, "a-z"),
        ("pin_tile", {"position": 99}, "0 to 3"),
        ("delete_post", {"position": -1}, "0 to 3"),
        ("set_views", {"position": 0}, "views is missing"),
        ("set_earlier_posts", {"count": 25}, "0 to 24"),
        ("withhold", {"what": "all"}, "captions"),
        ("open_screen", {"screen": "moon"}, "sheet"),
        ("set_text_noise", {"on": "no"}, "true or false"),
        ("interrupt_at", {"moment": "lunch", "screen": "login"}, "launch"),
        ("set_language", {"language": "tlh"}, "fr"),
        ("set_follow_result", {"result": "maybe"}, "ignored"),
    ],
)
def test_a_wish_that_cannot_be_granted_names_what_is_legal(app, action, arguments, told):
    with pytest.raises(ValueError, match=told):
        app.control(action, arguments)


def test_memory_is_json_and_comes_back_whole(app, hand, device):
    app.control("set_text_noise", {"on": True})
    app.control("add_draft", {"caption": "later"})
    app.control("post_elsewhere", {"caption": "theirs", "views": 3})
    app.control("delete_post", {"position": 1})
    app.control("set_relation", {"user": "demo_user_01", "state": "requested"})
    hand.tap(descriptionStartsWith="Like video")
    remembered = json.loads(json.dumps(app.memory()))

    restarted = ShortVideo(device)
    restarted.restore(remembered)
    assert restarted.memory() == remembered


def test_the_account_is_named_after_the_phone(app):
    assert app.memory()["account"] == "studio_virtual01"


def test_unknown_links_and_files_are_not_accepted(app):
    view, send = "android.intent.action.VIEW", "android.intent.action.SEND"
    assert not app.accepts(Intent(action=view, data="https://example.com/@demo"))
    assert not app.accepts(Intent(action=view, data="https://www.tiktok.com/tag/demo"))
    assert not app.accepts(Intent(action=send, mime_type="text/plain"))
    assert not app.accepts(Intent(action=send, mime_type="video/mp4"))
    assert app.accepts(Intent(component=f"{app.package}/{app.activities[0]}"))


def test_the_page_names_every_action_argument_screen_and_part_of_the_memory(app):
    page = PAGE.read_text(encoding="utf-8").partition("## The picture network")[0]
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}

    for action, (arguments, _) in ACTIONS.items():
        assert all(f"`{argument}`" in rows[action] for argument in arguments), action
    assert set(KINDS) <= set(rows)
    assert all(f"`{screen}`" in rows["open_screen"] for screen in PLACES)
    assert all(f'"{key}":' in page for key in app.memory())
