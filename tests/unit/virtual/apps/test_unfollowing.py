"""The ways to end a following, and the Follow buttons that belong to somebody else."""

import pytest

LINK = "https://www.tiktok.com/@{}"


def unfollowed(app):
    return [(entry["user"], entry["state"]) for entry in app.memory()["unfollows"]]


@pytest.fixture
def following(app):
    """Three accounts are followed, of which one follows back."""
    for user in ("demo_user_01", "demo_user_02", "fan_of_demo"):
        app.control("set_relation", {"user": user, "state": "following"})
    app.control("set_relation", {"user": "private_demo", "state": "requested"})


@pytest.fixture
def rows(app, hand, following):
    app.go_tab("Profile")
    hand.tap(text="Following", resourceId=app.ids("counter_label"))
    return hand


def test_the_list_has_a_row_for_each_and_counts_in_its_tabs(app, rows):
    assert rows.see(text="Following 3") is not None and rows.see(text="Friends 1") is not None
    assert rows.count(text="Following", className="android.widget.Button", description="") == 2
    assert rows.count(text="Friends", className="android.widget.Button") == 1
    rows.tap(text="demo_user_02")

    assert rows.see(text="@demo_user_02") is not None


@pytest.mark.parametrize("style", ["sheet", "toggle"])
def test_a_row_ends_a_following_and_stays_until_the_list_is_opened_again(app, rows, style):
    app.control("set_unfollow_style", {"style": style})
    rows.tap(text="Friends", className="android.widget.Button")
    if style == "sheet":
        assert unfollowed(app) == []
        rows.tap(text="Unfollow")
    assert unfollowed(app) == [("fan_of_demo", "following")]
    assert rows.see(text="Follow back") is not None and rows.see(text="Friends 0") is not None
    app.back()
    rows.tap(text="Following", resourceId=app.ids("counter_label"))

    assert rows.see(text="fan_of_demo") is None


def test_the_back_key_closes_the_sheet_of_a_row(app, rows):
    rows.tap(text="Following", resourceId=app.ids("list_follow"))
    assert app.back() and rows.see(text="Following 3") is not None
    assert unfollowed(app) == []


@pytest.mark.parametrize(
    ("user", "label", "row", "left"),
    [
        ("fan_of_demo", "Friends", "Unfollow", "Follow back"),
        ("private_demo", "Requested", "Cancel follow request", "Follow"),
    ],
)
def test_a_page_ends_what_its_button_says(app, hand, following, user, label, row, left):
    hand.open_link(LINK.format(user))
    hand.tap(text=label, resourceId=app.ids("profile_button_text"))
    hand.tap(text=row)

    assert hand.see(text=left, resourceId=app.ids("profile_button_text")) is not None
    assert unfollowed(app)[0][0] == user


def test_suggestions_stand_within_a_tenth_of_the_counters(app, hand):
    app.control("set_suggestions", {})
    hand.open_link(LINK.format("demo_user_07"))
    hand.tap(text="Follow", resourceId=app.ids("profile_button_text"))
    others = hand.see(text="Follow", resourceId=app.ids("suggested_follow"))
    lowest = hand.see(resourceId=app.ids("counters")).bounds[3]
    assert 0 < others.bounds[1] - lowest < 0.1 * 1600
    hand.tap(text="Follow")

    assert [follow["user"] for follow in app.memory()["follows"]] == ["demo_user_07", "demo_user_41"]
