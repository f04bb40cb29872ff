"""The sheet of comments, full, empty and closed."""

import pytest
from test_posting import publish

from runner.virtual.apps.shortvideo.world import feed_video, user_video

EDIT = "android.widget.EditText"
COUNT = r"\u200e?[\d.,KM]+ comments?"


@pytest.fixture
def sheet(hand):
    hand.tap(descriptionStartsWith="Read or add comments")
    return hand


def test_the_header_counts_and_has_a_close_control(app, sheet):
    title, close = sheet.see(textMatches=COUNT), sheet.see(description="Close")
    assert abs(title.bounds[1] - close.bounds[1]) < 40
    app.control("set_text_noise", {})
    assert sheet.see(textMatches=COUNT).text.startswith("\u200e")
    sheet.tap(description="Close")

    assert sheet.see(description="For You") is not None


def test_an_empty_sheet_tells_no_count(app, hand, device):
    publish(hand, "Nobody has said a word")
    device.advance(2)
    app.go_tab("Profile")
    hand.tap(resourceIdMatches=".*/cover")
    hand.tap(descriptionStartsWith="Read or add comments. 0 comments")
    assert hand.see(textMatches=COUNT) is None and hand.see(text="Reply") is None
    assert hand.see(description="Close") is not None
    assert hand.see(className=EDIT, clickable=True).hint == "Add comment..."
    hand.type("The first")
    hand.tap(description="Post comment")

    assert hand.see(text="1 comment") is not None and hand.see(text="The first") is not None


def test_the_bar_below_a_single_video_is_no_sheet(app, hand):
    app.control("open_screen", {"screen": "video"})
    bar = hand.see(className=EDIT)
    assert bar.hint == "Add comment..." and not bar.clickable and bar.on_text is None
    assert hand.see(description="Close") is None
    hand.tap(className=EDIT)

    assert hand.see(textMatches=COUNT) is not None
    assert hand.see(className=EDIT).clickable


def test_the_composer_stands_above_the_keyboard_while_it_is_typed_in(sheet):
    low = sheet.see(className=EDIT).bounds
    sheet.tap(className=EDIT)
    high = sheet.see(className=EDIT).bounds

    assert low[3] > 1500 and high[3] < 1096
    for row in (sheet.see(text="Reply", instance=n) for n in range(sheet.count(text="Reply"))):
        assert row.bounds[3] <= high[1]


def test_a_send_button_may_have_no_words(app, sheet):
    app.control("set_comments", {"send_label": False})
    sheet.type("words")
    send = sheet.see(resourceId=app.ids("comment_send"))
    assert send.desc.startswith("@2131") and send.enabled
    sheet.tap(resourceId=app.ids("comment_send"))

    assert [(comment["text"], comment["as"]) for comment in app.memory()["comments"]] == [
        ("words", "studio_virtual01")
    ]


def test_comments_may_be_off(app, sheet):
    app.control("set_comments", {"off": True})

    assert sheet.see(text="Comments are turned off") is not None
    assert sheet.see(className=EDIT) is None and sheet.see(textMatches=COUNT) is None


@pytest.mark.parametrize("result", ["ignored", "limited"])
def test_a_comment_may_not_go_through(app, sheet, result):
    app.control("set_result", {"effect": "comment", "result": result})
    sheet.type("words")
    sheet.tap(description="Post comment")

    assert app.memory()["comments"] == []
    assert (sheet.see(textContains="Try again later") is not None) == (result == "limited")


def test_comments_are_those_of_their_video(app, hand, sheet):
    sheet.type("Here")
    sheet.tap(description="Post comment")
    app.back()
    hand.open_link(f"https://www.tiktok.com/@demo_user_07/video/{user_video('demo_user_07', 0).id}")
    hand.tap(descriptionStartsWith="Read or add comments")

    assert hand.see(text="Here") is None
    assert app.memory()["comments"][0]["video"] == feed_video(0).id
