"""From Create, or from a sound, over camera and gallery to a post."""

import hashlib

import pytest
from app_driver import Hand

from runner.virtual.phone import Phone

MUSIC = "https://www.tiktok.com/music/a-tune-for-demos-7012345678901234567"
DENY = "com.android.permissioncontroller:id/permission_deny_button"


@pytest.fixture
def files(device):
    """Two films and two photos, in two folders; the newest is the film `new`."""
    device.add_media("old", b"old film", "video/mp4")
    device.add_media("one", b"first photo", "image/jpeg", folder="Campaign")
    device.add_media("two", b"second photo", "image/png", folder="Campaign")
    device.add_media("new", b"new film", "video/mp4", folder="Campaign")


@pytest.fixture
def gallery(app, hand, files):
    hand.tap(description="Create")
    hand.tap(resourceId=app.ids("gallery_entry"))
    return hand


def tap_cell(hand, number):
    hand.tap(resourceId=hand.app.ids("cell"), instance=number)


def post(hand):
    hand.tap(text="Next", resourceId=hand.app.ids("gallery_next"))
    hand.tap(text="Next")
    hand.tap(text="Post", className="android.widget.Button")


def hashes(app):
    return [media["sha256"] for media in app.memory()["posts"][0]["media"]]


def sha256(*contents):
    return [hashlib.sha256(content).hexdigest() for content in contents]


def test_the_way_to_the_gallery_has_no_words(app, hand):
    hand.tap(description="Create")
    entry = hand.see(resourceId=app.ids("gallery_entry"))
    shutter = hand.see(resourceId=app.ids("shutter"))
    assert not any(view.text or view.desc for view in entry.walk())
    assert entry.bounds[2] < shutter.bounds[0] and shutter.desc.startswith("@2131")
    assert hand.see(text="POST") is not None and hand.see(text="Post") is None
    app.control("set_gallery_entry", {"style": "upload"})

    assert hand.see(text="UPLOAD") is not None


def test_the_shutter_is_on_record(app, hand):
    hand.tap(description="Create")
    hand.tap(resourceId=app.ids("shutter"))

    assert [given["answer"] for given in app.memory()["answers"]] == ["shutter"]


def test_the_newest_file_comes_first_and_next_with_a_choice(app, gallery):
    assert gallery.count(resourceId=app.ids("cell")) == 4
    assert gallery.see(text="Next") is None and gallery.see(text="Add sound") is not None
    tap_cell(gallery, 0)
    post(gallery)

    assert hashes(app) == sha256(b"new film")


def test_a_second_choice_replaces_the_first(app, gallery):
    tap_cell(gallery, 0)
    tap_cell(gallery, 3)
    post(gallery)

    assert hashes(app) == sha256(b"old film")


def test_several_photos_in_the_order_of_the_taps(app, gallery):
    gallery.tap(description="Photos")
    gallery.tap(text="Select multiple")
    tap_cell(gallery, 1)
    tap_cell(gallery, 0)
    assert gallery.see(text="Next (2)") is not None
    gallery.tap(text="Next (2)")
    gallery.tap(text="Next")
    gallery.tap(text="Post", className="android.widget.Button")

    assert hashes(app) == sha256(b"first photo", b"second photo")


def test_albums_are_folders_and_tabs_are_kinds(app, gallery):
    gallery.tap(text="Recents")
    gallery.tap(text="Campaign")
    assert gallery.count(resourceId=app.ids("cell")) == 3 and gallery.see(text="Recents") is None
    gallery.tap(description="Videos")
    assert gallery.count(resourceId=app.ids("cell")) == 1
    gallery.tap(description="AI gallery")

    assert gallery.count(resourceId=app.ids("cell")) == 0


def test_back_leads_from_the_albums_to_the_cells_to_the_camera(app, gallery):
    gallery.tap(text="Recents")
    assert app.back() and gallery.count(resourceId=app.ids("cell")) == 4
    assert app.back() and gallery.see(text="Select multiple") is None
    assert gallery.see(text="Add sound") is not None


def test_a_tap_beside_the_cells_does_not_reach_the_camera(app, gallery):
    gallery.tap_at(360, 1410)

    assert app.memory()["answers"] == []


def test_the_gallery_asks_for_photos_and_is_empty_without(app, hand, files):
    app.control("set_permissions", {"ask": True})
    hand.tap(description="Create")
    hand.tap(resourceId=DENY)
    hand.tap(resourceId=DENY)
    hand.tap(resourceId=app.ids("gallery_entry"))
    assert hand.see(text="Allow limited access") is not None
    hand.tap(resourceId=DENY)

    assert hand.count(resourceId=app.ids("cell")) == 0


def test_the_right_button_of_a_sound_leads_to_a_post_with_it(app, hand, files, device):
    hand.open_link(MUSIC)
    story, use = hand.see(text="Add to Story"), hand.see(text="Use sound")
    assert story.bounds[2] <= 360 <= use.bounds[0] and use.bounds[1] > 0.88 * 1600
    hand.tap(text="Use sound")
    assert hand.see(text="a tune for demos") is not None and hand.see(text="Add sound") is None
    hand.tap(resourceId=app.ids("gallery_entry"))
    tap_cell(hand, 0)
    hand.tap(text="Next", resourceId=app.ids("gallery_next"))
    assert hand.see(text="a tune for demos", resourceId=app.ids("editor_sound")) is not None
    hand.tap(text="Next")
    hand.tap(text="Post", className="android.widget.Button")
    device.advance(2)
    app.go_tab("Profile")
    hand.tap(resourceIdMatches=".*/cover")

    assert hand.see(description="Sound: a tune for demos") is not None
    assert app.memory()["posts"][0]["sound"] == "a tune for demos"


def test_the_buttons_of_a_sound_lie_over_its_tiles(app, hand):
    hand.open_link(MUSIC)
    last = hand.count(resourceId=app.ids("tile")) - 1
    hand.tap(resourceId=app.ids("tile"), instance=last)

    assert hand.activity() == "SAASceneWrapperActivity"


def test_the_left_button_of_a_sound_is_on_record(app, hand):
    hand.open_link(MUSIC)
    hand.tap(text="Add to Story")

    assert [given["answer"] for given in app.memory()["answers"]] == ["Add to Story"]


def test_a_sound_is_found_behind_one_that_resembles_it(app, hand):
    app.go_search()
    hand.type("a tune for demos")
    hand.tap(text="Search", className="android.widget.Button")
    hand.tap(description="Sounds")
    titles = [hand.see(resourceId=app.ids("sound_title"), instance=n).text for n in range(3)]
    assert titles[0] != "a tune for demos" and titles.count("a tune for demos") == 1
    hand.tap(text="a tune for demos", resourceId=app.ids("sound_title"))

    assert hand.see(text="a tune for demos", resourceId=app.ids("sound_name")) is not None


def test_the_gallery_of_a_phone_shows_what_was_scanned(monkeypatch):
    phone = Phone("UNIT01")
    phone.files.make_folder("/sdcard/DCIM/Campaign", parents=True)
    for name, modified_s in (("older.mp4", 100), ("newer.mp4", 200), ("unscanned.mp4", 300)):
        path = f"/sdcard/DCIM/Campaign/{name}"
        phone.files.write(path, name.encode())
        phone.files.touch(path, modified_s)
        if name != "unscanned.mp4":
            phone.media.scan(path)
    app = phone.packages.app("com.zhiliaoapp.musically")
    hand = Hand(app)
    hand.tap(description="Create")
    hand.tap(resourceId=app.ids("gallery_entry"))
    assert hand.count(resourceId=app.ids("cell")) == 2
    tap_cell(hand, 0)
    monkeypatch.setattr(phone, "call_later", lambda seconds, action: None)
    post(hand)

    assert hashes(app) == sha256(b"newer.mp4")
