"""From the plus to a reel, a post of several photos, and a story."""

import hashlib


def sha(content):
    return hashlib.sha256(content).hexdigest()


def kinds(app):
    return [(post["kind"], [media["sha256"] for media in post["media"]]) for post in app.memory()["posts"]]


def open_menu(hand, words):
    hand.press("profile_tab")
    hand.tap(description="Create New")
    hand.tap(description=words)


def test_a_cell_of_the_reel_gallery_goes_on_at_once(app, hand, gallery):
    open_menu(hand, "Create new reel")
    assert hand.at("gallery_title_text").text == "New reel"
    assert hand.see(description="Open camera") is not None
    cell = hand.at("gallery_grid_item_thumbnail")
    assert cell.desc == "Unselected Video thumbnail created on November 21, 2026 9:00 AM"
    hand.press("gallery_grid_item_thumbnail")
    hand.press("clips_right_action_button")
    hand.press("share_button")

    assert kinds(app) == [("reel", [sha(b"film")])]


def test_several_photos_become_one_post_in_the_order_of_choosing(app, hand, gallery, device):
    open_menu(hand, "Create new post")
    assert hand.at("new_post_title") is not None
    assert hand.at("gallery_grid_item_thumbnail").desc.startswith("Selected Video thumbnail")
    hand.press("multi_select_slide_button_alt")
    hand.press("gallery_grid_item_thumbnail")  # the film, which was chosen first, is not any more
    assert hand.at("next_button_textview") is None
    hand.press("gallery_grid_item_thumbnail", instance=2)
    hand.press("gallery_grid_item_thumbnail", instance=1)
    assert hand.at("gallery_grid_item_thumbnail", instance=1).desc.startswith("Selected media number 2 Photo")
    hand.press("next_button_textview")
    hand.press("creation_next_button")
    hand.press("caption_input_text_view")
    hand.write("caption_input_text_view", "two of them")
    hand.press("action_bar_button_text")
    assert hand.at("action_bar_title").text == "New post"
    hand.press("share_button")
    device.advance(2)

    assert kinds(app) == [("album", [sha(b"photo one"), sha(b"photo two")])]
    hand.press("profile_tab")
    assert hand.at("image_button").desc == "2 photos by Studio Virtual01 at row 1, column 1"


def test_one_photo_is_a_photo_and_its_upload_is_told_on_the_feed(app, hand, gallery):
    open_menu(hand, "Create new post")
    hand.press("gallery_grid_item_thumbnail", instance=1)
    hand.press("next_button_textview")
    hand.press("creation_next_button")
    hand.press("share_button")

    assert kinds(app) == [("photo", [sha(b"photo two")])]
    assert hand.at("row_pending_container") is not None


def test_a_film_that_is_posted_becomes_a_reel(app, hand, gallery):
    open_menu(hand, "Create new post")
    hand.press("next_button_textview")

    assert hand.at("clips_right_action_button") is not None


def test_an_album_shows_only_its_own_files(hand, gallery):
    open_menu(hand, "Create new reel")
    assert hand.at("gallery_folder_menu_tv").text.startswith("Album switcher, Recents")
    hand.press("gallery_folder_menu_button")
    hand.tap(text="Campaign")

    assert hand.count(resourceIdMatches=".*gallery_grid_item_thumbnail") == 2
    assert hand.at("gallery_grid_item_thumbnail").desc.startswith("Unselected Photo")


def test_back_closes_the_list_of_albums_first(app, hand, gallery):
    open_menu(hand, "Create new reel")
    hand.press("gallery_folder_menu_button")
    assert app.back()
    assert hand.at("gallery_title_text") is not None


def test_the_strip_at_the_foot_changes_where_a_file_goes(hand, gallery):
    open_menu(hand, "Create new reel")
    hand.press("cam_dest_feed")
    assert hand.at("new_post_title") is not None and hand.at("cam_dest_feed").selected
    hand.press("cam_dest_story")
    assert hand.at("gallery_title_text").text == "Add to story"


def test_several_clips_of_a_reel_wait_for_next(app, hand, gallery):
    open_menu(hand, "Create new reel")
    hand.press("gallery_menu_multi_select_button")
    hand.press("gallery_grid_item_thumbnail", instance=1)
    assert hand.at("clips_right_action_button") is None
    hand.press("gallery_grid_item_thumbnail", instance=0)
    hand.press("media_thumbnail_tray_button")
    hand.press("clips_right_action_button")
    hand.press("share_button")

    assert kinds(app) == [("reel", [sha(b"photo two"), sha(b"film")])]


def test_the_camera_makes_nothing_and_leads_back(app, hand, gallery):
    open_menu(hand, "Create new reel")
    hand.tap(description="Open camera")
    hand.press("gallery_preview_button")

    assert hand.at("gallery_title_text") is not None


def test_an_empty_gallery_has_only_the_camera(hand):
    open_menu(hand, "Create new post")

    assert hand.at("gallery_grid_item_thumbnail") is None
    assert hand.at("next_button_textview") is None


def test_your_story_publishes_with_one_tap(app, hand, device):
    hand.hand_over(action="com.instagram.share.ADD_TO_STORY")
    hand.tap(description="Your story")
    assert hand.see(text="Also share to") is not None
    hand.press("done_button")
    device.advance(2)

    (post,) = app.memory()["posts"]
    assert (post["kind"], post["audience"], post["state"]) == ("story", "", "posted")
    assert hand.at("avatar_image_view").desc.startswith("studio_virtual01's story")
    assert hand.post_count() == 4
    assert hand.at("row_profile_header_imageview").desc == "Your profile. Unseen story"


def test_close_friends_publishes_to_fewer(app, hand):
    hand.hand_over(action="com.instagram.share.ADD_TO_STORY")
    hand.tap(description="Close Friends")

    assert app.memory()["posts"][0]["audience"] == "close_friends"


def test_the_arrow_asks_before_it_shares_a_story(app, hand, gallery):
    open_menu(hand, "Create new story")
    hand.press("gallery_grid_item_thumbnail")
    hand.tap(description="Share to")
    assert app.memory()["posts"] == []
    hand.press("share_story_button")

    assert kinds(app) == [("story", [sha(b"film")])]


def test_a_shared_photo_and_several_open_the_editor_of_posts(app, hand, gallery):
    hand.hand_over(gallery[0], "image/jpeg")
    assert hand.at("creation_next_button") is not None
    hand.hand_over(",".join(gallery[:2]), "image/*", "android.intent.action.SEND_MULTIPLE")
    hand.press("creation_next_button")
    hand.press("share_button")

    assert kinds(app) == [("album", [sha(b"photo one"), sha(b"photo two")])]


def test_earlier_releases_have_a_tab_that_creates(app, hand):
    assert hand.at("creation_tab") is None
    app.control("set_old_tabs", {})
    assert hand.at("direct_tab") is None
    hand.press("creation_tab")

    assert hand.see(description="Create new reel") is not None
