"""Photos: a title above the caption, a sound that the app chooses, a tile without views."""

import pytest

from runner.virtual.apps.app import Intent

STREAM = "android.intent.extra.STREAM"
PHOTOS = [f"content://media/external/images/media/{number}" for number in (2, 3)]
EDIT = "android.widget.EditText"


@pytest.fixture(autouse=True)
def photos(device):
    device.files.update({uri: uri.encode() for uri in PHOTOS})


@pytest.fixture
def editor(hand):
    hand.share(PHOTOS[0], "image/jpeg")
    return hand


def publish(hand, title="", caption=""):
    hand.tap(text="Next")
    hand.see(text="Add a catchy title").on_text(title)
    hand.see(textStartsWith="Writing a long description").on_text(caption)
    hand.tap(text="Post", className="android.widget.Button")


def test_the_title_comes_before_the_caption(app, editor):
    editor.tap(text="Next")
    assert editor.see(className=EDIT).hint == "Add a catchy title"
    assert editor.count(className=EDIT) == 2
    app.back()
    publish(editor, "A title", "A caption")

    (post,) = app.memory()["posts"]
    assert (post["title"], post["caption"]) == ("A title", "A caption")


def test_a_video_has_no_title(hand):
    hand.share()
    hand.tap(text="Next")

    assert hand.count(className=EDIT) == 1


def test_the_app_chooses_a_sound_which_can_be_taken_away(app, editor):
    assert editor.see(text="Add sound") is None
    editor.tap(description="Close")
    assert editor.see(text="Add sound") is not None and editor.see(description="Close") is None
    publish(editor)

    assert app.memory()["posts"][0]["sound"] == ""


def test_the_sound_that_was_chosen_is_on_the_card(app, editor, device):
    name = editor.see(resourceId=app.ids("editor_sound")).text
    publish(editor, "A title")
    device.advance(2)
    app.go_tab("Profile")
    editor.tap(resourceIdMatches=".*/cover")

    assert app.memory()["posts"][0]["sound"] == name
    assert editor.see(description=f"Sound: {name}") is not None


def test_a_rehearsal_may_want_no_sound(app, hand):
    app.control("set_photo_sound", {"on": False})
    hand.share(PHOTOS[0], "image/jpeg")

    assert hand.see(text="Add sound") is not None


def test_the_card_of_a_titled_photo_may_have_no_caption(app, editor, device):
    publish(editor, "Only a title")
    device.advance(2)
    app.go_tab("Profile")
    tile = editor.see(resourceId=app.ids("tile"))
    assert not any(view.text for view in tile.walk())
    assert any(view.rid == app.ids("tile_photo") for view in tile.walk())
    editor.tap(resourceIdMatches=".*/cover")

    assert editor.see(text="Only a title", resourceIdMatches=".*/title") is not None
    assert editor.see(resourceIdMatches=".*/desc") is None
    assert editor.see(text="Photo") is not None


def test_several_photos_are_one_post(app, hand):
    intent = Intent(
        action="android.intent.action.SEND_MULTIPLE", mime_type="image/*", extras={STREAM: ",".join(PHOTOS)}
    )
    assert app.accepts(intent)
    app.open(intent)
    publish(hand, caption="Two of them")

    assert len({media["sha256"] for media in app.memory()["posts"][0]["media"]}) == 2


def test_next_waits_for_the_editor_to_load(app, hand, device):
    app.control("set_editor_seconds", {"seconds": 3})
    hand.share()
    assert hand.see(text="Loading...") is not None
    hand.tap(text="Next")
    assert hand.see(text="Your Story") is not None
    device.advance(3)
    assert hand.see(text="Loading...") is None
    hand.tap(text="Next")

    assert hand.see(text="Drafts") is not None


def test_the_editors_arrow_has_no_words(app, editor):
    arrow = editor.see(resourceId=app.ids("back"))
    assert arrow.desc.startswith("@2131") and arrow.desc[1:].isdigit()
    app.control("shuffle_ids", {})

    assert editor.see(resourceId=app.ids("back")).desc != arrow.desc
