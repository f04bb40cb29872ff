"""Several accounts on one phone: each has done only what it did."""

import json

import pytest
from test_posting import own_tiles, publish

from runner.virtual.apps.shortvideo import ShortVideo

OTHER = "demo_brand"


@pytest.fixture
def two(app):
    app.control("add_account", {"account": OTHER})
    app.control("set_earlier_posts", {"count": 0})


def switch(app, hand, name):
    app.go_tab("Profile")
    hand.tap(resourceId=app.ids("profile_name"))
    hand.tap(text=name, resourceId=app.ids("switcher_name"))


def test_the_switcher_selects_the_account_that_is_shown(app, hand, two):
    app.go_tab("Profile")
    hand.tap(resourceId=app.ids("profile_name"))
    names = [hand.see(resourceId=app.ids("switcher_name"), instance=n) for n in range(2)]
    assert [(name.text, name.selected) for name in names] == [("studio_virtual01", True), (OTHER, False)]
    hand.tap(text="studio_virtual01", resourceId=app.ids("switcher_name"))
    assert hand.see(text="@studio_virtual01") is not None
    switch(app, hand, OTHER)
    assert hand.see(description="For You") is not None
    hand.tap(description="Profile")

    assert hand.see(text=f"@{OTHER}") is not None and app.memory()["account"] == OTHER


def test_each_account_has_its_own_posts_and_drafts(app, hand, device, two):
    publish(hand, "of the first")
    device.advance(2)
    app.control("add_draft", {"caption": "of the first"})
    switch(app, hand, OTHER)
    assert own_tiles(app, hand) == []
    publish(hand, "of the second")
    device.advance(2)
    assert own_tiles(app, hand) == ["0"] and hand.see(textStartsWith="Drafts") is None
    by = {post["caption"]: post["account"] for post in app.memory()["posts"]}

    assert by == {"of the first": "studio_virtual01", "of the second": OTHER}


def test_each_account_has_its_own_relations_likes_and_comments(app, hand, two):
    hand.tap(descriptionStartsWith="Like video")
    hand.open_link("https://www.tiktok.com/@demo_user_07")
    hand.tap(text="Follow")
    switch(app, hand, OTHER)
    memory = app.memory()
    assert (memory["relations"], memory["liked"]) == ({}, [])
    assert memory["others"]["studio_virtual01"]["relations"] == {"demo_user_07": "following"}
    hand.open_link("https://www.tiktok.com/@demo_user_07")
    hand.tap(text="Follow")
    switch(app, hand, "studio_virtual01")

    follows = [(follow["as"], follow["user"]) for follow in app.memory()["follows"]]
    assert follows == [("studio_virtual01", "demo_user_07"), (OTHER, "demo_user_07")]
    assert len(app.memory()["liked"]) == 1


def test_the_page_of_the_other_account_shows_what_it_really_posted(app, hand, device, two):
    publish(hand, "seen from outside")
    device.advance(2)
    app.control("switch_account", {"account": OTHER})
    hand.open_link("https://www.tiktok.com/@studio_virtual01")
    assert hand.see(text="Follow") is not None and hand.count(resourceIdMatches=".*/cover") == 1
    hand.tap(resourceIdMatches=".*/cover")
    assert hand.see(text="seen from outside") is not None
    (post,) = app.memory()["posts"]
    hand.open_link(f"https://www.tiktok.com/@studio_virtual01/video/{post['id']}")

    assert hand.see(text="seen from outside") is not None


def test_an_upload_ends_for_the_account_that_began_it(app, hand, device, two):
    publish(hand, "begun before")
    switch(app, hand, OTHER)
    device.advance(2)

    assert [(post["account"], post["state"]) for post in app.memory()["posts"]] == [
        ("studio_virtual01", "posted")
    ]
    assert own_tiles(app, hand) == []


def test_a_renamed_account_keeps_what_it_did(app, hand, device, two):
    publish(hand, "kept")
    device.advance(2)
    app.control("set_account", {"account": "demo_renamed"})

    assert app.memory()["posts"][0]["account"] == "demo_renamed" and own_tiles(app, hand) == ["0"]


def test_accounts_survive_a_restart(app, hand, device, two):
    hand.tap(descriptionStartsWith="Like video")
    switch(app, hand, OTHER)
    remembered = json.loads(json.dumps(app.memory()))
    restarted = ShortVideo(device)
    restarted.restore(remembered)
    assert restarted.memory() == remembered
    restarted.control("switch_account", {"account": "studio_virtual01"})

    assert len(restarted.memory()["liked"]) == 1


def test_an_account_that_is_added_by_hand_needs_a_login(app, hand):
    app.control("open_screen", {"screen": "accounts"})
    hand.tap(text="Add account")

    assert hand.see(text="Welcome back") is not None


@pytest.mark.parametrize(
    ("action", "account", "told"),
    [
        ("switch_account", "demo_stranger", "demo_brand"),
        ("add_account", OTHER, "already"),
        ("add_account", "studio_virtual01", "already"),
        ("set_account", OTHER, "already"),
    ],
)
def test_accounts_that_cannot_be(app, two, action, account, told):
    with pytest.raises(ValueError, match=told):
        app.control(action, {"account": account})


def test_there_may_be_no_other(app):
    with pytest.raises(ValueError, match="add_account"):
        app.control("switch_account", {"account": OTHER})
