"""Screens that come in between."""

import pytest

from runner.virtual.apps.picturenet.chrome import HOME
from runner.virtual.apps.picturenet.kinds import KINDS
from runner.virtual.apps.picturenet.notices import NOTICES
from runner.virtual.apps.picturenet.stops import STOPS

PERSON = set(STOPS) - {"action_blocked", "account_review", "photos_permission", "camera_permission"}


@pytest.mark.parametrize("screen", KINDS)
def test_it_hides_the_app_until_it_is_cleared(app, hand, screen):
    app.control("show", {"screen": screen})
    assert len(app.windows()) == 1 and hand.at("feed_tab") is None

    app.control("clear", {})
    assert hand.at("feed_tab") is not None


@pytest.mark.parametrize("screen", sorted(PERSON))
def test_what_only_a_person_may_answer_stays_whatever_is_tapped(app, hand, screen):
    app.control("show", {"screen": screen})
    buttons = [view for view in app.windows()[0].root.walk() if view.on_tap and view.clickable]
    for button in buttons:
        if app.memory()["settings"]["interruption"] == screen:
            button.on_tap()

    # A logged out app leads from its dialog to the login, which stays.
    assert app.memory()["settings"]["interruption"] in {screen, "login"}
    assert app.memory()["answers"]


@pytest.mark.parametrize("screen", NOTICES)
def test_every_notice_is_ended_by_the_back_key(app, hand, screen):
    app.control("show", {"screen": screen})
    for _ in range(2):
        if app.memory()["settings"]["interruption"]:
            assert app.back()

    assert app.memory()["settings"]["interruption"] == ""


def test_the_words_of_the_human_check(app, hand):
    app.control("show", {"screen": "human_check"})
    assert hand.see(text="Confirm you're human") is not None
    assert hand.see(textContains="Get a new code") is not None
    assert app.back() and hand.see(text="Confirm you're human") is not None


def test_logged_out_leads_to_the_login(app, hand):
    app.control("show", {"screen": "logged_out"})
    hand.tap(text="OK")

    assert hand.see(description="Instagram from Meta") is not None
    assert hand.activity() == "SignedOutFragmentActivity"
    assert not app.back()


def test_the_wish_to_be_rated_can_be_refused(app, hand):
    app.control("show", {"screen": "rate"})
    hand.press("appirater_rate_button")
    assert hand.at("appirater_title_area") is not None
    hand.press("appirater_cancel_button")

    assert hand.at("feed_tab") is not None
    assert [answer["answer"] for answer in app.memory()["answers"]] == ["Rate Instagram", "No, thanks"]


def test_back_on_the_location_page_leads_to_a_dialog(app, hand):
    app.control("show", {"screen": "location"})
    assert app.back()
    assert hand.see(text="Open settings") is not None
    hand.tap(text="Cancel")

    assert hand.at("feed_tab") is not None


def test_a_promotion_has_nothing_to_decline_it_with(app, hand):
    app.control("show", {"screen": "edits_promotion"})
    hand.press("bb_primary_action_container")
    assert hand.at("bb_primary_action_container") is not None
    assert app.back()
    assert hand.at("feed_tab") is not None


def test_permission_prompts_belong_to_the_system(app, hand):
    app.control("show", {"screen": "photos_permission"})
    assert app.windows()[0].package == "com.google.android.permissioncontroller"
    hand.tap(resourceId="com.android.permissioncontroller:id/permission_deny_button")
    assert app.windows()[0].package == app.package

    app.control("show", {"screen": "location_permission"})
    hand.tap(resourceIdMatches=".*permission_deny_and_dont_ask_again_button")
    assert app.windows()[0].package == app.package


def test_a_screen_can_wait_for_a_page(app, hand):
    app.control("show_at", {"screen": "download_notice", "page": "share_screen"})
    hand.hand_over()
    assert hand.at("clips_right_action_button") is not None
    hand.press("clips_right_action_button")
    hand.press("clips_download_privacy_nux_button")
    assert hand.at("share_button") is not None

    hand.press("action_bar_button_back")
    hand.press("clips_right_action_button")
    assert hand.at("share_button") is not None


def test_a_screen_can_wait_for_the_end_of_sharing(app, hand):
    app.control("show_at", {"screen": "threads_question", "page": "shared"})
    hand.share_reel("asked")
    assert hand.see(text="Always share reels on Threads?") is not None
    hand.tap(text="Not now")

    assert [post["caption"] for post in app.memory()["posts"]] == ["asked"]


def open_gallery(app):
    app.go_tab(HOME)
    app.control("open_screen", {"screen": "gallery"})


def asks(app):
    return app.windows()[0].package.endswith("permissioncontroller")


def test_the_gallery_asks_for_photos_until_they_are_granted(app, hand, device):
    open_gallery(app)
    assert not asks(app)
    app.control("set_permissions", {"ask": True})
    open_gallery(app)
    assert asks(app)
    hand.tap(text="Allow all")
    assert not asks(app) and hand.at("new_post_title") is not None
    assert device.grants == {"android.permission.READ_MEDIA_IMAGES", "android.permission.READ_MEDIA_VIDEO"}
    open_gallery(app)
    assert not asks(app)

    device.grants.clear()  # pm revoke
    open_gallery(app)
    assert asks(app)
    hand.tap(text="Allow limited access")
    open_gallery(app)
    assert not asks(app) and app.memory()["permissions"] == {"photos": "limited"}


def test_what_is_denied_twice_is_not_asked_for_again(app, hand):
    app.control("set_permissions", {"ask": True})
    for said in ("denied", "denied for good"):
        open_gallery(app)
        hand.tap(resourceIdMatches=".*permission_deny_button")
        assert app.memory()["permissions"] == {"photos": said}
    open_gallery(app)
    assert not asks(app)


def test_a_prompt_that_is_left_by_the_back_key_decides_nothing(app):
    app.control("set_permissions", {"ask": True})
    open_gallery(app)
    assert app.back() and not asks(app)
    assert app.memory()["permissions"] == {}


def test_what_was_granted_before_is_not_asked_for(app, device):
    device.grant(app.package, {"android.permission.READ_MEDIA_IMAGES", "android.permission.READ_MEDIA_VIDEO"})
    app.control("set_permissions", {"ask": True})
    open_gallery(app)
    assert not asks(app)
