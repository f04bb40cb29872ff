"""The feed, the reels, the posts behind links, and what can be done to them."""

import pytest

POST, REEL = "https://www.instagram.com/p/Dabc123/", "https://www.instagram.com/reel/Dabc123/"


def entries(app, name):
    return [entry["post"] for entry in app.memory()[name]]


def test_a_swipe_shows_the_next_post_and_the_memory_tells_which_were_seen(app, hand):
    first = hand.at("row_feed_profile_header").desc
    assert hand.at("reels_tray_container") is not None
    hand.swipe_up()
    assert hand.at("row_feed_profile_header").desc != first
    assert hand.at("reels_tray_container") is None
    hand.swipe_down()

    assert hand.at("row_feed_profile_header").desc == first
    assert len(app.memory()["posts_seen"]) == 2


def test_a_sponsored_post_says_so_and_cannot_be_followed(hand):
    for _ in range(4):
        hand.swipe_up()

    assert hand.at("secondary_label").text == "Sponsored"
    assert hand.at("row_feed_photo_imageview").desc.startswith("Sponsored Video by")
    assert hand.at("cta_container") is not None


def test_cards_of_suggestions_stand_below_a_post(hand):
    hand.swipe_up()
    hand.swipe_up()

    assert hand.at("netego_su_card_follow_button").text == "Follow"


def test_a_like_on_a_post_is_a_button_that_says_it_cannot_be_tapped(app, hand):
    hand.open_link(POST)
    button = hand.at("row_feed_button_like")
    assert not button.clickable and not button.selected
    hand.press("row_feed_button_like")
    assert hand.at("row_feed_button_like").selected
    assert entries(app, "likes") == ["Dabc123"] and app.memory()["liked"] == ["Dabc123"]

    hand.press("row_feed_button_like")
    assert entries(app, "unlikes") == ["Dabc123"] and app.memory()["liked"] == []


def test_a_like_on_a_reel_changes_only_the_flag(app, hand):
    hand.open_link(REEL)
    count = hand.at("like_count").text
    hand.press("like_button")

    assert (hand.at("like_button").desc, hand.at("like_button").selected) == ("Like", True)
    assert hand.at("like_count").text != count and hand.at("like_count").text.startswith("Like number is")
    assert entries(app, "likes") == ["Dabc123"]


@pytest.mark.parametrize(("link", "button"), [(POST, "row_feed_button_save"), (REEL, "save_button")])
def test_saving_is_remembered(app, hand, link, button):
    hand.open_link(link)
    hand.press(button)
    assert hand.at(button).selected and entries(app, "saves") == ["Dabc123"]

    hand.press(button)
    assert not hand.at(button).selected and entries(app, "unsaves") == ["Dabc123"]


def test_the_description_of_saving_tells_its_state(hand):
    hand.open_link(POST)
    assert hand.at("row_feed_button_save").desc == "Add to Saved"
    hand.press("row_feed_button_save")
    assert hand.at("row_feed_button_save").desc == "Remove from saved"


def test_repost_publishes_and_share_opens_a_sheet_that_sends(app, hand):
    hand.open_link(REEL)
    hand.tap(description="Repost")
    assert entries(app, "reposts") == ["Dabc123"]

    hand.press("direct_share_button")
    assert hand.at("direct_private_share_container_view") is not None
    assert app.back()
    assert app.memory()["sends"] == []


def test_a_swipe_shows_the_next_reel(hand):
    hand.press("clips_tab")
    first = hand.at("clips_video_container").desc
    hand.swipe_up()
    assert hand.at("clips_video_container").desc != first
    hand.swipe_down()
    assert hand.at("clips_video_container").desc == first


def test_a_reel_is_followed_from_its_own_button(app, hand):
    hand.press("clips_tab")
    author = hand.at("clips_author_username").text
    assert hand.at("inline_follow_button").selected
    hand.press("inline_follow_button")

    assert hand.at("inline_follow_button").text == "Following"
    assert [entry["user"] for entry in app.memory()["follows"]] == [author]
    hand.press("inline_follow_button")
    assert len(app.memory()["follows"]) == 1 and app.memory()["unfollows"] == []


def test_sponsored_reels_and_forms_can_be_told(app, hand):
    hand.press("clips_tab")
    for _ in range(4):
        hand.swipe_up()
    assert hand.at("clips_sponsored_label").text == "Sponsored"
    assert hand.at("inline_follow_button") is None
    for _ in range(3):
        hand.swipe_up()
    assert hand.see(text="Yes, I'm interested") is not None and hand.at("like_button") is None
    hand.tap(text="Dismiss")

    assert app.memory()["answers"][0]["answer"] == "Dismiss"


def test_comments_are_sent_by_a_button_that_is_absent_while_the_field_is_empty(app, hand):
    hand.open_link(POST)
    hand.press("row_feed_button_comment")
    send = "layout_comment_thread_post_button_click_area"
    assert hand.at("title_text_view").text == "Comments" and hand.at(send) is None

    hand.write("layout_comment_thread_edittext_multiline", "Lovely light")
    hand.press(send)
    assert hand.at(send) is None
    assert hand.at("layout_comment_thread_edittext_multiline").text == ""
    assert hand.see(text="Lovely light") is not None
    (comment,) = app.memory()["comments"]
    assert (comment["post"], comment["as"], comment["text"]) == (
        "Dabc123",
        "studio_virtual01",
        "Lovely light",
    )


def test_comments_open_from_a_reel_and_are_left_by_back(app, hand):
    hand.open_link(REEL)
    hand.press("comment_button")
    assert hand.at("comment_composer_parent_updated") is not None
    assert app.back()
    assert hand.at("like_button") is not None


def test_comments_that_are_off_have_no_field(app, hand):
    app.control("set_comments_off", {})
    app.control("open_screen", {"screen": "comments"})

    assert hand.at("comment_composer_parent_updated") is None
    assert hand.see(textContains="limited") is not None


def test_a_blocked_action_leaves_no_trace(app, hand):
    app.control("block_next_action", {})
    hand.open_link(REEL)
    hand.press("like_button")
    assert hand.at("igds_alert_dialog_headline").text == "Try Again Later"
    assert entries(app, "likes") == []
    hand.tap(text="OK")
    hand.press("like_button")

    assert entries(app, "likes") == ["Dabc123"]


def test_a_post_that_is_gone_says_so(hand):
    hand.open_link("https://www.instagram.com/p/goneABC/")

    assert hand.see(textContains="isn't available") is not None


def test_a_long_caption_is_cut_until_it_is_tapped(hand, device):
    caption = "word " * 40 + "end"
    hand.share_reel(caption)
    device.advance(2)
    hand.press("profile_tab")
    hand.press("image_button")
    words = {"className": "com.instagram.ui.widget.textview.IgTextLayoutView"}

    assert hand.see(**words).text.endswith("… more")
    hand.tap(**words)
    assert hand.see(**words).text.endswith(caption)


def test_the_sound_of_a_reel_leads_to_its_page_and_into_the_editor(app, hand, gallery, device):
    hand.open_link(REEL)
    hand.press("media_album_art_button")
    sound = hand.at("track_title").text
    hand.press("use_in_camera_button_scene_root")
    assert hand.at("track_title").text == sound
    hand.press("gallery_preview_button")
    hand.press("gallery_grid_item_thumbnail")
    assert hand.at("track_title").text == sound
    hand.press("clips_right_action_button")
    hand.press("share_button")
    device.advance(2)

    (post,) = app.memory()["posts"]
    assert (post["sound"], post["kind"]) == (sound, "reel")


def test_a_link_opens_the_page_of_a_sound(hand):
    hand.open_link("https://www.instagram.com/reels/audio/demo%20tune/")

    assert hand.at("track_title").text == "demo tune"


def test_what_is_withheld_does_not_come_up(app, hand):
    app.control("withhold", {"what": "posts"})
    hand.open_link(POST)
    assert hand.at("row_feed_button_like") is None
    hand.open_link(REEL)
    assert hand.at("like_button") is None
    app.control("withhold", {"what": "tiles"})
    hand.press("profile_tab")
    assert hand.at("image_button") is None
    app.control("withhold", {"what": "nothing"})
    assert hand.at("image_button") is not None


def test_the_feed_warns_before_it_is_left(app, hand, device):
    hand.swipe_up()
    assert app.back() and hand.at("snackbar_message") is None
    assert app.back()
    assert hand.at("snackbar_message").text == "Tap again to exit"
    device.advance(4)
    assert hand.at("snackbar_message") is None
    assert app.back() and not app.back()


def test_the_title_of_the_feed_opens_a_menu_that_says_following(app, hand):
    hand.press("title_text")
    assert hand.see(text="Following") is not None
    assert app.back()
    assert hand.see(text="Following") is None


def test_the_bar_above_a_post_follows_its_author(app, hand):
    hand.open_link(POST)
    words = hand.at("action_bar_overflow_text")
    assert (words.text, words.selected) == ("Follow", True)
    hand.press("action_bar_overflow_text")

    assert hand.at("action_bar_overflow_text").text == "Following"
    assert len(app.memory()["follows"]) == 1
