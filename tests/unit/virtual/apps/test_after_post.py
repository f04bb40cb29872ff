"""Where the app stands after Post, and what comes in between there."""

import pytest
from test_posting import publish

from runner.virtual.apps.app import Intent


def test_the_own_new_post_is_shown_once_it_is_there(app, hand, device):
    app.control("set_after_post", {"screen": "new_post"})
    publish(hand, "Fresh")
    assert hand.see(text="Fresh") is None and hand.see(resourceIdMatches=".*/tvProgress") is not None
    device.advance(2)

    assert hand.see(text="Fresh") is not None
    assert hand.see(description=f"{app.state.account} profile") is not None
    assert hand.see(description="Like video. 0 likes") is not None
    assert hand.see(text="· 2s ago") is not None and hand.see(description="Profile") is not None
    assert hand.see(text="Your Story") is not None
    device.advance(120)
    assert hand.see(text="· 2m ago") is not None


def test_a_post_that_fails_is_never_shown_as_new(app, hand, device):
    app.control("set_after_post", {"screen": "new_post"})
    app.control("fail_next_upload", {})
    publish(hand, "Lost")
    device.advance(2)

    assert hand.see(text="Lost") is None and hand.see(text="Couldn't upload") is not None


def test_it_may_be_the_tab_of_friends(app, hand):
    app.control("set_after_post", {"screen": "friends"})
    publish(hand, "words")

    assert hand.see(description="Friends", selected=True) is not None


def test_what_was_ordered_comes_once_and_in_order(app, hand):
    for screen in ("notifications", "share_tray", "widget_page"):
        app.control("interrupt_at", {"moment": "post", "screen": screen})
    publish(hand, "first")
    assert hand.see(text="Turn on notifications?") is not None
    assert hand.see(description="Bottom sheet") is not None
    hand.tap(text="Not now")
    assert hand.see(text="Share to More") is not None
    assert app.back()
    assert app.windows()[0].package == "com.android.launcher3"
    assert hand.see(resourceIdMatches=".*/widget_drag_instruction") is not None
    assert app.back()
    assert hand.see(description="For You") is not None
    publish(hand, "second")

    assert hand.see(description="For You") is not None
    answers = [(given["screen"], given["answer"]) for given in app.memory()["answers"]]
    assert answers == [("notifications", "Not now"), ("share_tray", "back"), ("widget_page", "back")]


@pytest.mark.parametrize("moment", ["launch", "link", "share"])
def test_other_moments(app, hand, moment):
    app.control("interrupt_at", {"moment": moment, "screen": "contacts"})
    app.kill()
    if moment == "launch":
        app.start()
    elif moment == "link":
        hand.open_link("https://www.tiktok.com/@demo_user_07")
    else:
        hand.share()

    assert hand.see(textStartsWith="To connect with people") is not None
    hand.tap(text="Don\u2019t allow")
    assert hand.see(textStartsWith="To connect with people") is None


def test_a_start_by_component_is_one_start(app, device):
    app.control("set_launch_seconds", {"seconds": 2})
    app.control("interrupt_at", {"moment": "launch", "screen": "contacts"})
    app.kill()
    app.open(Intent(component=f"{app.package}/{app.activities[0]}"))
    device.advance(2)

    assert len(app.windows()) == 1 and app.memory()["settings"]["further_interruptions"] == []
