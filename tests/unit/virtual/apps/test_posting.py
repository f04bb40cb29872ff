import hashlib

import pytest
from app_driver import FILM, FakeDevice, Hand
from uiautomator2 import Selector

from runner.virtual.apps.shortvideo import ShortVideo
from runner.virtual.apps.shortvideo.places import PLACES
from runner.virtual.selectors import find


def publish(hand: Hand, caption: str) -> None:
    hand.share()
    hand.tap(text="Next")
    hand.type(caption)
    hand.tap(text="Post", className="android.widget.Button")


def test_a_shared_video_is_posted_with_its_caption_and_hash(app, hand, device):
    publish(hand, "Fresh drop! #autumn \N{RED APPLE}")

    (post,) = app.memory()["posts"]
    assert post["caption"] == "Fresh drop! #autumn \N{RED APPLE}"
    assert post["media"] == [
        {"sha256": hashlib.sha256(FILM).hexdigest(), "size": len(FILM), "mime": "video/mp4"}
    ]
    assert post["at"] == "2026-11-21T09:00:00+00:00"
    assert post["state"] == "uploading"

    device.advance(2)
    assert app.memory()["posts"][0]["state"] == "posted"


def test_the_caption_field_tells_its_placeholder_while_it_is_empty(hand):
    hand.share()
    assert hand.see(text="Your Story") is not None
    hand.tap(text="Next")

    field = hand.see(className="android.widget.EditText")
    assert (field.shown_text, field.text, field.hint) == ("Add description", "", "Add description")
    hand.tap(className="android.widget.EditText")
    assert hand.see(className="android.widget.EditText").focused
    hand.tap(text="Hashtags")
    assert hand.see(className="android.widget.EditText").text == "#"


def test_the_badge_counts_up_in_its_own_window_and_goes_away(app, hand, device):
    publish(hand, "On its way")

    badge, main = app.windows()
    assert badge.root.bounds[2] < 200
    assert main.root.bounds == (0, 0, 720, 1600)
    percents = []
    while hand.see(resourceIdMatches=".*/tvProgress") is not None:
        percents.append(int(hand.see(resourceIdMatches=".*/tvProgress").text.rstrip("%")))
        device.advance(0.3)
    assert percents == sorted(percents) and percents[0] == 0 and percents[-1] > 50
    assert device.changes >= 10


def test_the_newest_tile_comes_only_after_the_upload(hand, device, app):
    hand.tap(description="Profile")
    before = hand.count(resourceIdMatches=".*/cover")
    publish(hand, "A tile of its own")
    hand.tap(description="Profile")
    assert hand.count(resourceIdMatches=".*/cover") == before

    device.advance(2)
    assert hand.count(resourceIdMatches=".*/cover") == before + 1
    hand.tap(resourceIdMatches=".*/cover")
    assert hand.activity() == "DetailActivity"
    assert hand.see(resourceIdMatches=".*/desc").text == "A tile of its own"
    assert hand.see(descriptionStartsWith="Follow ") is None


def test_drafts_and_pinned_tiles_come_before_the_newest_post(app, hand, device):
    app.control("add_draft", {"caption": "later"})
    app.control("pin_tile", {"position": 2})
    publish(hand, "The newest")
    device.advance(2)
    hand.tap(description="Profile")

    assert hand.see(text="Drafts: 1").bounds[0] < 240
    assert 240 <= hand.see(text="Pinned").bounds[0] < 480
    hand.tap(resourceIdMatches=".*/cover", instance=2)
    assert hand.see(resourceIdMatches=".*/desc").text == "The newest"


def test_a_long_caption_is_cut_until_it_is_tapped(hand, device):
    caption = "word " * 40 + "end"
    publish(hand, caption)
    device.advance(2)
    hand.tap(description="Profile")
    hand.tap(resourceIdMatches=".*/cover")

    shown = hand.see(resourceIdMatches=".*/desc").text
    assert shown.endswith("... more") and caption.startswith(shown.removesuffix("... more"))
    hand.tap(resourceIdMatches=".*/desc")
    assert hand.see(resourceIdMatches=".*/desc").text == caption


def test_drafts_keeps_a_draft_and_posts_nothing(app, hand, device):
    hand.share()
    hand.tap(text="Next")
    hand.type("not yet")
    hand.tap(text="Drafts")
    device.advance(5)

    assert app.memory()["posts"] == []
    assert [draft["caption"] for draft in app.memory()["drafts"]] == ["not yet"]
    hand.tap(textStartsWith="Drafts")
    assert hand.see(text="not yet") is not None


def test_a_failing_upload_leaves_no_post_and_says_so(app, hand, device):
    app.control("fail_next_upload", {})
    publish(hand, "lost")
    assert hand.see(resourceIdMatches=".*/tvProgress") is not None
    device.advance(2)

    assert hand.see(text="Couldn't upload") is not None
    assert app.memory()["posts"] == []
    assert app.memory()["failed_uploads"][0]["caption"] == "lost"

    publish(hand, "second try")
    device.advance(2)
    assert [post["state"] for post in app.memory()["posts"]] == ["posted"]
    assert hand.see(text="Couldn't upload") is None


def test_posting_twice_leaves_two_posts(app, hand, device):
    publish(hand, "again")
    publish(hand, "again")
    device.advance(2)

    posts = app.memory()["posts"]
    assert [post["caption"] for post in posts] == ["again", "again"]
    assert len({post["id"] for post in posts}) == 2


def test_an_upload_survives_a_restart_of_the_phone(app, hand):
    publish(hand, "interrupted")
    remembered = app.memory()

    later = FakeDevice()
    restarted = ShortVideo(later)
    restarted.restore(remembered)
    assert restarted.memory() == remembered
    later.advance(2)
    assert restarted.memory()["posts"][0]["state"] == "posted"


def test_an_upload_is_lost_when_the_app_is_ended(app, hand, device):
    publish(hand, "in the background")
    app.kill()
    device.advance(2)

    assert app.memory()["posts"] == []
    assert app.memory()["failed_uploads"][0]["caption"] == "in the background"


def test_a_tap_on_post_that_is_ignored_leaves_the_post_screen(app, hand, device):
    app.control("ignore_next_post", {})
    publish(hand, "at last")
    device.advance(2)
    assert hand.see(text="Post") is not None and app.memory()["posts"] == []
    assert app.memory()["failed_uploads"] == []

    hand.tap(text="Post", className="android.widget.Button")
    device.advance(2)
    assert [post["caption"] for post in app.memory()["posts"]] == ["at last"]


def own_tiles(app, hand):
    """What the tiles of the own page say, from the newest on."""
    app.go_tab("Profile")
    views = Selector(resourceId=app.ids("tile_views"))
    return [tile.text for tile in find(app.windows(), views)]


def test_posts_from_elsewhere_stand_on_the_own_page_in_their_order(app, hand, device):
    app.control("set_earlier_posts", {"count": 1})
    app.control("set_views", {"position": 0, "views": 12_340})
    publish(hand, "ours")
    device.advance(2)
    assert own_tiles(app, hand) == ["0", "12.3K"]
    app.control("set_views", {"position": 0, "views": 8_028})
    app.control("post_elsewhere", {"caption": "theirs", "views": 7})
    assert own_tiles(app, hand) == ["7", "8,028", "12.3K"]
    app.control("delete_post", {"position": 1})
    assert own_tiles(app, hand) == ["7", "12.3K"]
    assert [post["caption"] for post in app.memory()["posts"]] == ["ours"]


def test_what_is_withheld_does_not_come_up(app, hand):
    app.control("withhold", {"what": "tiles"})
    assert own_tiles(app, hand) == []
    app.control("withhold", {"what": "captions"})
    app.control("open_screen", {"screen": "video"})
    assert hand.see(resourceIdMatches=".*/desc") is None
    assert hand.see(descriptionStartsWith="Like video") is not None
    app.control("withhold", {"what": "videos"})
    assert hand.see(descriptionStartsWith="Like video") is None
    app.control("withhold", {"what": "nothing"})
    assert hand.see(resourceIdMatches=".*/desc") is not None


@pytest.mark.parametrize("screen", PLACES)
def test_every_screen_that_can_be_opened_is_left_by_the_back_key(app, hand, screen):
    app.control("open_screen", {"screen": screen})
    for _ in range(4):
        if hand.see(description="Profile") is not None and hand.see(text="Unfollow") is None:
            break
        assert app.back()
    assert hand.see(description="Profile") is not None


def test_the_upload_takes_as_long_as_asked_and_ends_on_the_asked_screen(app, hand, device):
    app.control("set_upload_seconds", {"seconds": 20})
    app.control("set_after_post", {"screen": "profile"})
    publish(hand, "slow")

    assert hand.see(description="Profile menu") is not None
    device.advance(19)
    assert app.memory()["posts"][0]["state"] == "uploading"
    device.advance(1)
    assert app.memory()["posts"][0]["state"] == "posted"


def test_a_file_that_is_not_there_opens_no_editor(hand, device):
    hand.share(uri="content://media/external/video/media/99")

    assert device.toasts == ["Couldn't load this file"]
    assert hand.activity() == "MainActivity"


def test_a_picture_is_posted_as_a_photo(app, hand, device):
    device.files["content://media/external/images/media/2"] = b"picture"
    hand.share("content://media/external/images/media/2", "image/jpeg")
    hand.tap(text="Next")
    hand.tap(text="Post", className="android.widget.Button")
    device.advance(2)

    assert app.memory()["posts"][0]["media"][0]["mime"] == "image/jpeg"
    hand.tap(description="Profile")
    hand.tap(resourceIdMatches=".*/cover")
    assert hand.see(text="Photo") is not None
