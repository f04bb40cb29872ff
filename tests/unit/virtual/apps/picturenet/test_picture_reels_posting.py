"""A reel from the shared file to the own page, and what comes in between."""

import hashlib

import pytest
from app_driver import FILM, FakeDevice

from runner.virtual.apps.picturenet import PictureNet


def captions(app):
    return [post["caption"] for post in app.memory()["posts"]]


def test_a_shared_film_is_posted_with_its_caption_and_hash(app, hand, device):
    hand.share_reel("Fresh drop! #autumn \N{RED APPLE}")

    (post,) = app.memory()["posts"]
    assert post["caption"] == "Fresh drop! #autumn \N{RED APPLE}"
    assert (post["kind"], post["state"], post["at"]) == ("reel", "uploading", "2026-11-21T09:00:00+00:00")
    assert post["media"] == [
        {"sha256": hashlib.sha256(FILM).hexdigest(), "size": len(FILM), "mime": "video/mp4"}
    ]
    device.advance(2)
    assert app.memory()["posts"][0]["state"] == "posted"


def test_the_caption_unfolds_over_the_screen_and_ok_folds_it(hand):
    hand.hand_over()
    hand.press("clips_right_action_button")
    field = hand.at("caption_input_text_view")
    assert (field.text, field.shown_text) == ("", "Write a caption and add hashtags…")
    assert hand.at("action_bar_button_text") is None

    hand.press("caption_input_text_view")
    hand.write("caption_input_text_view", "words")
    assert hand.at("caption_input_text_view").bounds[3] > 1200
    assert hand.at("save_draft_button") is not None and hand.at("share_button").desc == "Share"
    hand.press("action_bar_button_text")
    assert hand.at("caption_input_text_view").text == "words"
    assert hand.at("caption_input_text_view").bounds[3] < 800


def test_back_in_the_unfolded_caption_folds_it_and_keeps_the_words(app, hand):
    hand.hand_over()
    hand.press("clips_right_action_button")
    hand.press("caption_input_text_view")
    hand.write("caption_input_text_view", "kept")
    assert app.back()

    assert hand.at("action_bar_button_text") is None
    assert hand.at("caption_input_text_view").text == "kept"


def test_the_upload_is_told_over_the_reels_and_above_the_feed(hand, device):
    hand.share_reel("on its way")

    assert hand.at("clips_tab").selected
    assert hand.at("status_text").text == "Sharing to Reels…"
    assert float(hand.at("progress_bar").text) < 10
    hand.press("feed_tab")
    said = hand.at("row_pending_media_sub_status_textview")
    assert said.text == "Keep Instagram open to finish posting…"
    device.advance(1)
    assert hand.at("row_pending_media_sub_status_textview").text == "Posting to studio_virtual01…"
    device.advance(1)
    assert hand.at("row_pending_media_status_textview").text.startswith("Posted!")
    hand.press("clips_tab")
    assert hand.at("status_text").text.startswith("Done posting.")
    device.advance(15)
    assert hand.at("status_text") is None
    hand.press("feed_tab")
    assert hand.at("row_pending_container") is None
    assert device.changes >= 10


def test_send_beside_done_sends_the_new_reel(app, hand, device):
    hand.share_reel("mine")
    device.advance(2)
    hand.press("upload_snackbar_button")
    hand.tap(text="demo_user_11")
    hand.tap(text="Send")

    (sent,) = app.memory()["sends"]
    assert (sent["post"], sent["to"]) == (app.memory()["posts"][0]["id"], "demo_user_11")


def test_the_post_count_and_the_first_cell_change_only_after_the_upload(app, hand, device):
    assert hand.post_count() == 4
    hand.share_reel("The newest")
    assert hand.post_count() == 4

    device.advance(2)
    assert hand.post_count() == 5
    assert hand.at("image_button").desc == "Reel by Studio Virtual01 at row 1, column 1"
    hand.press("image_button")
    assert hand.see(className="com.instagram.ui.widget.textview.IgTextLayoutView").text.endswith("The newest")
    assert hand.at("inline_follow_button") is None


def test_the_limited_reach_alert_leaves_the_second_share_to_publish(app, hand, device):
    app.control("ask_before_share", {"question": "limited_reach"})
    hand.share_reel("long")
    assert hand.at("igds_alert_dialog_headline").text == "Your reel may get limited reach"
    assert captions(app) == []
    hand.tap(text="Edit draft")
    assert hand.at("igds_alert_dialog_headline") is None and captions(app) == []

    hand.press("share_button")
    hand.press("igds_alert_dialog_primary_button")
    assert captions(app) == ["long"]
    assert [answer["answer"] for answer in app.memory()["answers"]] == ["Share"]


def test_the_question_about_the_own_sound_publishes_by_either_answer(app, hand):
    app.control("ask_before_share", {"question": "original_audio"})
    hand.share_reel("sound")
    hand.tap(text="Turn off and share")

    assert captions(app) == ["sound"]
    assert app.memory()["answers"][0]["answer"] == "Turn off and share"


def test_share_may_first_say_next(app, hand):
    app.control("set_share_says_next", {})
    hand.share_reel("later")
    assert captions(app) == [] and hand.at("share_button").desc == "Share"

    hand.press("share_button")
    assert captions(app) == ["later"]


def test_save_draft_keeps_a_draft_and_posts_nothing(app, hand, device):
    hand.hand_over()
    hand.press("clips_right_action_button")
    hand.press("caption_input_text_view")
    hand.write("caption_input_text_view", "not yet")
    hand.press("save_draft_button")
    device.advance(5)

    assert captions(app) == []
    assert [draft["caption"] for draft in app.memory()["drafts"]] == ["not yet"]


def test_back_in_the_editor_asks_about_a_draft(app, hand):
    hand.hand_over()
    assert app.back()
    assert hand.at("action_sheet_header_text_view").text == "Save draft?"
    hand.tap(text="Keep editing")
    assert hand.at("action_sheet_header_text_view") is None
    assert app.back()
    hand.tap(text="Start over")
    assert hand.at("feed_tab") is not None


def test_an_upload_that_fails_stays_above_the_feed_until_it_is_discarded(app, hand, device):
    app.control("fail_next_upload", {})
    hand.share_reel("lost")
    device.advance(2)

    assert captions(app) == []
    assert app.memory()["failed_uploads"][0]["caption"] == "lost"
    hand.press("feed_tab")
    assert hand.at("row_pending_media_status_textview").text == "Video can't be posted"
    app.kill()
    app.start()
    hand.press("row_pending_media_discard_button")
    assert hand.at("row_pending_container") is None


def test_a_row_that_was_left_over_stands_above_the_new_one(app, hand, device):
    app.control("leave_failed_row", {"what": "Photo"})
    hand.share_reel("new")
    hand.press("feed_tab")

    assert hand.at("row_pending_media_status_textview").text == "Photo can't be posted"
    assert hand.at("row_pending_media_sub_status_textview") is not None
    device.advance(2)
    assert captions(app) == ["new"]


def test_a_tap_that_is_ignored_leaves_the_share_screen(app, hand):
    app.control("ignore_next_post", {})
    hand.share_reel("at last")
    assert captions(app) == []

    hand.press("share_button")
    assert captions(app) == ["at last"]


def test_posting_twice_leaves_two_posts(app, hand, device):
    hand.share_reel("again")
    hand.share_reel("again")
    device.advance(2)

    assert captions(app) == ["again", "again"]
    assert len({post["id"] for post in app.memory()["posts"]}) == 2


def test_an_upload_survives_a_restart_of_the_phone(app, hand):
    hand.share_reel("interrupted")
    remembered = app.memory()

    later = FakeDevice()
    restarted = PictureNet(later)
    restarted.restore(remembered)
    assert restarted.memory() == remembered
    later.advance(2)
    assert restarted.memory()["posts"][0]["state"] == "posted"


def test_an_upload_is_lost_when_the_app_is_ended(app, hand, device):
    hand.share_reel("in the background")
    app.kill()
    device.advance(2)

    assert captions(app) == []
    assert app.memory()["failed_uploads"][0]["caption"] == "in the background"


@pytest.mark.parametrize(
    ("screen", "chosen"), [("reels", "clips_tab"), ("feed", "tab_icon"), ("profile", "profile_tab")]
)
def test_the_app_goes_where_the_rehearsal_wants_after_sharing(app, hand, screen, chosen):
    app.control("set_after_share", {"screen": screen})
    app.control("set_upload_seconds", {"seconds": 20})
    hand.share_reel("slow")

    assert hand.at(chosen).selected


def test_a_file_that_is_not_there_opens_no_editor(hand, device):
    hand.hand_over(uri="content://media/external/video/media/99")

    assert device.toasts == ["Couldn't load this file"]
    assert hand.at("feed_tab") is not None


def test_posts_from_elsewhere_stand_on_the_own_page(app, hand, device):
    hand.share_reel("ours")
    device.advance(2)
    app.control("post_elsewhere", {"caption": "theirs", "kind": "photo"})
    assert hand.post_count() == 6
    assert hand.at("image_button").desc.startswith("Photo by")
    app.control("delete_post", {"position": 1})

    assert hand.post_count() == 5
    assert captions(app) == ["ours"]


def test_the_signs_of_an_upload_may_not_come_up(app, hand, device):
    app.control("withhold", {"what": "uploads"})
    hand.share_reel("unseen")
    assert hand.at("status_text") is None
    hand.press("feed_tab")
    assert hand.at("row_pending_container") is None
    device.advance(2)

    assert app.memory()["posts"][0]["state"] == "posted"
