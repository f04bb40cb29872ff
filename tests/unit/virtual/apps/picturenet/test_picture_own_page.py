"""The own page: its tabs, and what the account tells of itself."""

import hashlib

import pytest


def changes(app):
    return [(change["field"], change["value"]) for change in app.memory()["profile_changes"]]


def edit(hand):
    hand.press("profile_tab")
    hand.press("button_container", description="Edit profile")


def write(hand, name, words):
    field = hand.see(
        className="android.widget.EditText", instance=("full_name", "username", "bio").index(name)
    )
    field.on_text(words)


def test_nothing_is_kept_before_done(app, hand):
    edit(hand)
    write(hand, "full_name", "Demo Workshop")
    write(hand, "username", "demo.workshop")
    write(hand, "bio", "Made by hand\nand told by hand")
    assert changes(app) == []
    hand.press("action_bar_button_action")

    expected = [
        ("full_name", "Demo Workshop"),
        ("username", "demo.workshop"),
        ("bio", "Made by hand\nand told by hand"),
    ]
    assert changes(app) == expected
    assert app.memory()["account"] == "demo.workshop"
    assert hand.at("action_bar_title").text == "demo.workshop"
    assert hand.at("profile_header_full_name_above_vanity").text == "Demo Workshop"
    assert hand.see(text="Made by hand\nand told by hand") is not None


def test_each_field_is_within_a_container_of_its_name(hand):
    edit(hand)
    for name in ("full_name", "username", "bio"):
        outer = hand.at(name).bounds
        assert any(
            outer[1] < hand.see(className="android.widget.EditText", instance=n).bounds[1] < outer[3]
            for n in range(3)
        )


def test_back_leaves_everything_as_it_was(app, hand):
    edit(hand)
    write(hand, "bio", "never mind")
    assert app.back()

    assert changes(app) == [] and app.memory()["about"]["bio"] == ""


@pytest.mark.parametrize("wanted", ["taken_name", "No Such Name"])
def test_a_name_that_is_not_available_is_refused(app, hand, wanted):
    edit(hand)
    write(hand, "username", wanted)
    hand.press("action_bar_button_action")

    assert hand.see(textContains="not available") is not None
    assert changes(app) == []


def test_the_picture_is_chosen_in_the_gallery(app, hand, gallery):
    edit(hand)
    hand.press("change_avatar_button")
    hand.tap(text="Choose from library")
    hand.press("gallery_grid_item_thumbnail")  # the newest photo: films are not offered
    assert changes(app) == []
    hand.press("action_bar_button_action")

    avatar = hashlib.sha256(b"photo two").hexdigest()
    assert changes(app) == [("avatar", avatar)] and app.memory()["about"]["avatar"] == avatar


def test_the_page_remembers_its_tab_and_others_posts_are_under_some(app, hand):
    app.control("set_profile_tab", {"tab": "tagged"})
    hand.press("profile_tab")
    assert not hand.see(description="Grid view").selected
    assert hand.at("image_button").desc.split(" by ")[1].startswith("demo_user_32")

    hand.tap(description="Grid view")
    assert hand.at("image_button").desc.split(" by ")[1].startswith("Studio Virtual01")
    hand.press("feed_tab")
    hand.press("profile_tab")
    assert hand.see(description="Grid view").selected


def test_pinned_posts_come_first(app, hand, device):
    app.control("pin_post", {"position": 2})
    hand.press("profile_tab")
    pinned = hand.at("image_button").desc
    hand.share_reel("newest")
    device.advance(2)
    hand.press("profile_tab")

    assert hand.at("image_button").desc == pinned
    hand.press("image_button", instance=1)
    assert hand.see(textContains="newest") is not None


def test_the_grid_moves_by_rows(app, hand):
    app.control("set_earlier_posts", {"count": 20})
    hand.press("profile_tab")
    hand.swipe_up()
    assert hand.at("image_button").desc.endswith("at row 2, column 1")


def test_the_own_link_opens_the_own_page_with_a_way_back(app, hand):
    hand.open_link("https://www.instagram.com/studio_virtual01/")
    assert hand.see(description="Edit profile") is not None
    hand.tap(description="Back")
    assert hand.at("reels_tray_container") is not None


def test_the_grid_may_come_up_late(app, hand, device):
    app.control("set_grid_seconds", {"seconds": 3})
    hand.press("profile_tab")
    changes = device.changes
    assert hand.at("image_button") is None
    assert hand.at("profile_header_familiar_post_count_value").text == "4"
    device.advance(3)

    assert hand.at("image_button") is not None and device.changes > changes


def test_a_finger_that_stays_on_a_cell_only_peeks(app, hand):
    hand.press("profile_tab")
    cell = hand.at("image_button")
    cell.on_long_tap()
    assert hand.at("image_button") is not None
