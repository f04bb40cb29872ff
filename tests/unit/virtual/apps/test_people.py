import pytest

PROFILE = "https://www.tiktok.com/@{}"


def open_profile(hand, name):
    hand.open_link(PROFILE.format(name))


def follows(app):
    return [(follow["user"], follow["state"]) for follow in app.memory()["follows"]]


def test_following_changes_the_button_and_is_remembered(app, hand):
    open_profile(hand, "demo_user_07")
    label = hand.see(text="Follow")
    assert label.cls == "android.widget.TextView" and not label.clickable
    hand.tap(text="Follow")

    assert follows(app) == [("demo_user_07", "following")]
    assert app.memory()["follows"][0]["at"] == "2026-11-21T09:00:00+00:00"
    assert hand.see(text="Follow") is None
    assert hand.count(text="Following") == 2  # the counter and the button


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("demo_user_07", "Follow", "Following"),
        ("fan_of_demo", "Follow back", "Friends"),
        ("private_demo", "Follow", "Requested"),
    ],
)
def test_the_follow_states(hand, name, before, after):
    open_profile(hand, name)
    hand.tap(text=before, resourceId=hand.app.ids("profile_button_text"))

    assert hand.see(text=after, resourceId=hand.app.ids("profile_button_text")) is not None


def test_a_private_account_shows_no_grid(hand):
    open_profile(hand, "private_demo")

    assert hand.see(text="This account is private") is not None
    assert hand.count(resourceIdMatches=".*/cover") == 0


def test_unfollowing_asks_in_a_sheet(app, hand):
    open_profile(hand, "demo_user_07")
    hand.tap(text="Follow")
    hand.tap(text="Following", resourceId=app.ids("profile_button_text"))
    assert hand.see(description="Bottom sheet") is not None
    assert app.memory()["unfollows"] == []
    hand.tap(text="Unfollow")

    assert [entry["user"] for entry in app.memory()["unfollows"]] == ["demo_user_07"]
    assert app.memory()["relations"] == {}
    assert hand.see(text="Follow") is not None


def test_the_back_key_closes_the_sheet_first(app, hand):
    app.control("set_relation", {"user": "demo_user_07", "state": "following"})
    open_profile(hand, "demo_user_07")
    hand.tap(text="Following", resourceId=app.ids("profile_button_text"))

    assert app.back() and hand.see(text="@demo_user_07") is not None
    assert app.back() and hand.see(description="For You") is not None
    assert not app.back()
    assert app.memory()["unfollows"] == []


def test_unfollowing_may_need_no_sheet(app, hand):
    app.control("set_unfollow_style", {"style": "toggle"})
    app.control("set_relation", {"user": "demo_user_07", "state": "following"})
    open_profile(hand, "demo_user_07")
    hand.tap(text="Following", resourceId=app.ids("profile_button_text"))

    assert hand.see(text="Follow") is not None


@pytest.mark.parametrize(
    ("result", "expected"), [("ignored", []), ("requested", [("demo_user_07", "requested")])]
)
def test_a_rehearsal_decides_what_a_follow_does(app, hand, result, expected):
    app.control("set_follow_result", {"result": result})
    open_profile(hand, "demo_user_07")
    hand.tap(text="Follow")

    assert follows(app) == expected


def test_a_limit_shows_its_screen_instead_of_following(app, hand):
    app.control("set_follow_result", {"result": "limited"})
    open_profile(hand, "demo_user_07")
    hand.tap(text="Follow")

    assert hand.see(textContains="Try again later") is not None
    assert follows(app) == []


def test_an_account_that_does_not_exist_says_so(hand):
    open_profile(hand, "missing_person")

    assert hand.see(text="Couldn't find this account") is not None
    assert hand.see(textContains="Follow") is None


def test_search_finds_the_handle_among_lookalikes(app, hand):
    hand.tap(description="Search")
    field = hand.see(className="android.widget.EditText")
    assert field.focused and field.hint == "Search"
    hand.type("@Demo_User_07")
    hand.tap(text="Search", className="android.widget.Button")
    hand.tap(description="Users")
    assert hand.count(textContains="demo_user_07", resourceId=app.ids("result_handle")) == 4
    hand.tap(text="demo_user_07")

    assert hand.see(text="@demo_user_07") is not None
    assert [search["query"] for search in app.memory()["searches"]] == ["@Demo_User_07"]


def test_noise_puts_handles_in_isolates_and_no_break_spaces_in_counts(app, hand):
    app.control("set_text_noise", {})
    app.go_search()
    hand.type("demo_user_07")
    hand.tap(text="Search", className="android.widget.Button")
    hand.tap(description="Users")

    assert hand.see(text="\u200e\u2068demo_user_07\u2069", resourceId=app.ids("result_handle")) is not None
    counts = hand.see(resourceId=app.ids("result_followers")).text
    assert "\u00a0followers" in counts and "\u202f·" in counts and " " not in counts


def test_swipes_lead_through_the_videos_of_a_search(app, hand):
    app.go_search()
    hand.type("demo_user_07")
    hand.tap(text="Search", className="android.widget.Button")
    hand.tap(description="Videos")
    hand.tap(resourceId=app.ids("cover"))
    captions = [hand.see(resourceId=app.ids("desc")).text]
    for swipe in (hand.swipe_up, hand.swipe_up, hand.swipe_down, hand.swipe_down, hand.swipe_down):
        swipe()
        captions.append(hand.see(resourceId=app.ids("desc")).text)

    first, second, third = captions[:3]
    assert captions[3:] == [second, first, first] and len({first, second, third}) == 3


def test_a_search_may_find_nothing(hand):
    hand.tap(description="Search")
    hand.type("!")
    hand.tap(text="Search", className="android.widget.Button")

    assert hand.see(text="No results found") is not None


def test_an_account_is_the_same_every_time(app, hand):
    open_profile(hand, "demo_user_07")
    first = [view.shown_text for view in app.windows()[0].root.walk()]
    app.kill()
    open_profile(hand, "demo_user_07")

    assert [view.shown_text for view in app.windows()[0].root.walk()] == first
    assert [link["url"] for link in app.memory()["opened_links"]] == [PROFILE.format("demo_user_07")] * 2


def test_the_grid_scrolls_and_opens_videos(hand):
    open_profile(hand, "demo_user_07")
    top = hand.see(resourceIdMatches=".*/cover").paint.image
    hand.swipe_up()
    assert hand.see(resourceIdMatches=".*/cover").paint.image != top
    hand.swipe_down()
    assert hand.see(resourceIdMatches=".*/cover").paint.image == top
    hand.tap(resourceIdMatches=".*/cover")
    assert hand.see(resourceIdMatches=".*/title").text == "demo_user_07"


def test_a_link_opens_one_video(app, hand):
    hand.open_link("https://www.tiktok.com/@demo_user_09/video/7000000000000000042?is_from=demo")
    assert hand.activity() == "DetailActivity"
    assert hand.see(resourceIdMatches=".*/title").text == "demo_user_09"

    hand.open_link("https://www.tiktok.com/@missing_one/video/7000000000000000042")
    assert hand.see(text="Video currently unavailable") is not None


def test_the_own_link_leads_to_the_own_page(app, hand):
    app.control("set_account", {"account": "@demo_brand"})
    open_profile(hand, "demo_brand")

    assert hand.see(text="Edit profile") is not None
    assert hand.see(text="@demo_brand") is not None
