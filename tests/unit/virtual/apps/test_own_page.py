"""The own page when it does not open as one would think."""

import pytest

OWN = "https://www.tiktok.com/@studio_virtual01"


def authors(app, hand):
    """Whose videos the tiles are, read from the first."""
    hand.tap(resourceIdMatches=".*/cover")
    author = hand.see(resourceIdMatches=".*/title").text
    app.back()
    return author


def test_the_page_remembers_its_tab(app, hand):
    app.go_tab("Profile")
    assert hand.see(description="Videos", selected=True) is not None
    hand.tap(description="Liked videos")
    app.kill()
    app.start()
    app.go_tab("Profile")

    assert hand.see(description="Liked videos", selected=True) is not None
    assert hand.see(description="Videos", selected=True) is None


@pytest.mark.parametrize(("tab", "button"), [("Liked videos", "Like video"), ("Favorites", "Add or remove")])
def test_another_tab_shows_what_others_posted(app, hand, tab, button):
    author = hand.see(resourceIdMatches=".*/title").text
    hand.tap(descriptionStartsWith=button)
    app.control("set_own_tab", {"tab": tab})
    app.go_tab("Profile")
    assert authors(app, hand) == author
    hand.tap(description="Videos")

    assert authors(app, hand) == "studio_virtual01"


def test_private_and_reposted_are_empty(app, hand):
    for tab in ("Private videos", "Reposted videos"):
        app.control("set_own_tab", {"tab": tab})
        app.go_tab("Profile")
        assert hand.count(resourceIdMatches=".*/cover") == 0


@pytest.mark.parametrize("link", [OWN, "https://www.tiktok.com/@demo_user_07"])
def test_a_grid_may_fill_late(app, hand, device, link):
    app.control("set_grid_seconds", {"seconds": 3})
    hand.open_link(link)
    assert hand.count(resourceIdMatches=".*/cover") == 0
    device.advance(2)
    assert hand.count(resourceIdMatches=".*/cover") == 0
    device.advance(1)

    assert hand.count(resourceIdMatches=".*/cover") > 3


def test_a_mark_under_the_handle_has_the_handles_id(app, hand):
    app.control("set_not_recommended", {})
    app.go_tab("Profile")
    assert hand.count(resourceId=app.ids("profile_handle")) == 2
    assert hand.see(text="Not recommended account").bounds[1] > hand.see(text="@studio_virtual01").bounds[1]
    hand.open_link("https://www.tiktok.com/@demo_user_07")

    assert hand.count(resourceId=app.ids("profile_handle")) == 1


def test_what_was_kept_and_given_up_is_remembered(app, hand):
    for _ in range(2):
        hand.tap(descriptionContains="favorites")
    memory = app.memory()

    assert [len(memory[name]) for name in ("favourited", "unfavourited", "favourites")] == [1, 1, 0]
