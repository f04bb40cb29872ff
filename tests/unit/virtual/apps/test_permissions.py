"""Android's prompts: every one by its id, on every kind of phone."""

import pytest

from runner.virtual.apps.shortvideo.permissions import PROMPTS

IDS = "com.android.permissioncontroller:id/"


@pytest.mark.parametrize("screen", PROMPTS)
@pytest.mark.parametrize("google", [True, False])
def test_each_prompt_is_of_the_system_and_knows_its_deny_button(app, hand, screen, google):
    app.control("set_permissions", {"google": google})
    app.control("show", {"screen": screen})
    package = "com.google.android.permissioncontroller" if google else "com.android.permissioncontroller"
    assert app.windows()[0].package == package
    assert hand.see(resourceId=IDS + "permission_message").text == PROMPTS[screen].question
    assert hand.see(resourceId=IDS + "permission_deny_button").text == "Don\u2019t allow"
    hand.tap(resourceId=IDS + "permission_deny_button")

    assert app.windows()[0].package == app.package
    assert app.memory()["permissions"] == {PROMPTS[screen].permission: "denied"}


@pytest.mark.parametrize(
    ("screen", "button", "state"),
    [
        ("permission_photos", "permission_allow_selected_button", "limited"),
        ("permission_photos", "permission_allow_all_button", "granted"),
        ("permission_camera", "permission_allow_one_time_button", "granted"),
        ("permission_notifications", "permission_allow_button", "granted"),
    ],
)
def test_what_is_allowed_is_remembered(app, hand, screen, button, state):
    app.control("show", {"screen": screen})
    hand.tap(resourceId=IDS + button)

    assert app.memory()["permissions"] == {PROMPTS[screen].permission: state}


def test_the_second_denial_is_another_button_and_for_good(app, hand):
    app.control("set_permissions", {"ask": True})
    for denial in ("permission_deny_button", "permission_deny_and_dont_ask_again_button"):
        app.go_tab("Create")
        hand.tap(resourceId=IDS + denial)
        hand.tap(resourceId=IDS + denial)
        assert hand.activity() == "SAASceneWrapperActivity"
        app.go_tab("Home")
    app.go_tab("Create")

    assert app.windows()[0].package == app.package
    assert app.memory()["permissions"] == {"camera": "denied for good", "audio": "denied for good"}


def test_the_camera_asks_for_both_and_only_once(app, hand):
    app.control("set_permissions", {"ask": True})
    app.go_tab("Create")
    for words in ("take pictures and record video", "record audio"):
        assert hand.see(textContains=words) is not None
        hand.tap(text="While using the app")
    assert hand.activity() == "SAASceneWrapperActivity"
    app.go_tab("Home")
    app.go_tab("Create")

    assert app.windows()[0].package == app.package


def test_labels_may_be_in_capitals(app, hand):
    app.control("set_permissions", {"capitals": True})
    app.control("show", {"screen": "permission"})
    hand.tap(text="DON'T ALLOW")

    assert app.memory()["answers"][0]["answer"] == "Don't allow"


def test_turning_notifications_on_asks_the_system(app, hand):
    app.control("show", {"screen": "notifications"})
    hand.tap(text="Turn on")

    assert hand.see(text="Allow TikTok to send you notifications?") is not None


def test_what_is_revoked_is_asked_for_again(app, hand, device):
    app.control("set_permissions", {"ask": True})
    app.go_tab("Create")
    hand.tap(text="While using the app")
    hand.tap(text="While using the app")
    app.go_tab("Home")
    device.grants.clear()
    app.go_tab("Create")

    assert hand.see(textContains="take pictures and record video") is not None
