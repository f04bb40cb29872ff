"""Writing, finding, changing and deleting notes."""

import json
from pathlib import Path

import pytest
from app_driver import Hand

from runner.virtual.apps.app import Intent
from runner.virtual.apps.notes import NotesApp
from runner.virtual.apps.notes.app import ACTIONS
from runner.virtual.render import draw

PACKAGE = "org.example.notes"
PAGE = Path(__file__).parents[5] / "docs" / "virtual-apps.md"


@pytest.fixture
def app(apps):
    found = next(app for app in apps if app.package == PACKAGE)
    assert isinstance(found, NotesApp)
    found.start()
    return found


@pytest.fixture
def hand(app):
    return Hand(app)


def rid(name):
    return {"resourceId": f"{PACKAGE}:id/{name}"}


def write(hand, title, text):
    hand.see(**rid("note_title_field")).on_text(title)
    hand.see(**rid("note_text_field")).on_text(text)


def titles(hand):
    return [hand.see(**rid("note_title"), instance=n).text for n in range(hand.count(**rid("note_title")))]


def kept(app):
    return [(note["title"], note["text"]) for note in app.memory()["notes"]]


def test_a_note_is_written_and_kept(app, hand, device):
    assert hand.see(**rid("empty")).text == "No notes yet"
    hand.tap(description="New note")
    assert hand.activity() == "EditorActivity"
    write(hand, "Shopping", "Bread\nTea")
    assert kept(app) == []
    hand.tap(text="Save")

    assert kept(app) == [("Shopping", "Bread\nTea")]
    assert titles(hand) == ["Shopping"] and hand.see(**rid("note_preview")).text == "Bread"
    assert device.toasts == ["Note saved"]
    assert app.memory()["saves"][0]["at"] == "2026-11-21T09:00:00+00:00"


def test_the_fields_tell_their_hints_while_they_are_empty(hand):
    hand.tap(**rid("add_note"))

    assert hand.see(text="Title").text == "" and hand.see(text="Write something") is not None
    assert hand.see(**rid("delete_note")) is None


def test_an_empty_note_is_refused(app, hand, device):
    hand.tap(**rid("add_note"))
    hand.tap(**rid("save_note"))

    assert hand.activity() == "EditorActivity" and kept(app) == []
    assert device.toasts == ["An empty note is not saved"]


def test_a_note_is_changed_and_comes_first(app, hand, device):
    app.control("add_note", {"title": "Old", "text": "one"})
    app.control("add_note", {"title": "New"})
    device.advance(60)
    hand.tap(text="Old")
    write(hand, "Old", "two")
    hand.tap(text="Save")

    assert titles(hand) == ["Old", "New"]
    assert kept(app) == [("Old", "two"), ("New", "")]


def test_the_search_looks_into_titles_and_texts(app, hand):
    app.control("add_note", {"title": "Shopping", "text": "Tea"})
    app.control("add_note", {"title": "Teapots"})
    app.control("add_note", {"title": "Birthdays"})
    hand.type("tea")
    assert titles(hand) == ["Teapots", "Shopping"]
    hand.tap(text="Shopping")
    assert [search["query"] for search in app.memory()["searches"]] == ["tea"]
    assert app.back()
    hand.type("nothing like it")
    assert hand.see(text="No notes found") is not None

    hand.tap(description="Clear search")
    assert len(titles(hand)) == 3


def test_deleting_asks_first(app, hand):
    app.control("add_note", {"title": "Doomed"})
    hand.tap(text="Doomed")
    hand.tap(description="Delete note")
    assert hand.see(text="Delete this note?") is not None
    hand.tap(text="Cancel")
    assert kept(app) == [("Doomed", "")]

    hand.tap(**rid("delete_note"))
    hand.tap(resourceId="android:id/button1")
    assert kept(app) == [] and hand.see(text="No notes yet") is not None
    assert [entry["title"] for entry in app.memory()["deletions"]] == ["Doomed"]


def test_leaving_what_was_typed_asks_first(app, hand):
    hand.tap(**rid("add_note"))
    write(hand, "Half", "")
    assert app.back()
    assert hand.see(text="Discard changes?") is not None
    assert app.back()
    hand.tap(description="Back")
    hand.tap(text="Discard")

    assert kept(app) == [] and hand.see(**rid("add_note")) is not None
    assert not app.back()


def test_what_is_not_saved_is_lost_with_the_process(app, hand):
    hand.tap(**rid("add_note"))
    write(hand, "Half", "")
    app.kill()
    app.start()

    assert hand.see(**rid("add_note")) is not None and kept(app) == []


def test_the_tip_covers_the_app_until_it_is_closed(app, hand):
    app.control("show_tip", {})
    assert hand.see(**rid("add_note")) is None
    hand.tap(text="Got it")
    assert hand.see(**rid("add_note")) is not None
    app.control("show_tip", {})
    assert app.back() and not app.memory()["tip"]


def test_a_tap_on_save_can_be_ignored(app, hand):
    app.control("ignore_next_save", {})
    hand.tap(**rid("add_note"))
    write(hand, "Again", "")
    hand.tap(text="Save")
    assert kept(app) == []
    hand.tap(text="Save")
    assert kept(app) == [("Again", "")]


def test_a_long_list_moves(app, hand):
    for n in range(12):
        app.control("add_note", {"title": f"Note {n:02d}"})
    assert titles(hand)[0] == "Note 11"
    hand.swipe_up()
    assert titles(hand)[0] == "Note 08"
    app.control("forget_notes", {})
    assert hand.see(**rid("empty")) is not None


def test_memory_is_json_and_comes_back_whole(app, hand, device):
    hand.tap(**rid("add_note"))
    write(hand, "Kept", "words")
    hand.tap(text="Save")
    remembered = json.loads(json.dumps(app.memory()))
    restarted = NotesApp(device)
    restarted.restore(remembered)

    assert restarted.memory() == remembered


def test_the_editor_can_be_opened_by_its_activity(app, hand):
    intent = Intent(component=f"{PACKAGE}/{PACKAGE}.EditorActivity")
    assert app.accepts(intent)
    app.open(intent)
    assert hand.see(text="New note") is not None
    assert draw(app.windows(), 720, 1600).size == (720, 1600)


@pytest.mark.parametrize(
    ("action", "arguments", "told"),
    [
        ("explode", {}, "add_note"),
        ("add_note", {}, "title is missing"),
        ("show_tip", {"on": True}, "no arguments"),
    ],
)
def test_a_wish_that_cannot_be_granted_names_what_is_legal(app, action, arguments, told):
    with pytest.raises(ValueError, match=told):
        app.control(action, arguments)


def test_the_page_names_every_action_and_part_of_the_memory(app):
    page = PAGE.read_text(encoding="utf-8").partition("## The notes app")[2]
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}

    for action, (arguments, _) in ACTIONS.items():
        assert all(f"`{argument}`" in rows[action] for argument in arguments), action
    assert all(f'"{key}":' in page for key in app.memory())
