"""The selectors are built by uiautomator2's own Selector: what it sends is what is tested."""

import pytest
from uiautomator2 import Selector

from runner.virtual.selectors import describe, find, find_first
from runner.virtual.views import View, Window

TEXT, ROW, BUTTON = "android.widget.TextView", "android.widget.LinearLayout", "android.widget.Button"


def row(name: str, top: int) -> View:
    handle = View((0, top, 80, top + 50), cls=TEXT, text=name, rid="demo:id/handle")
    follow = View((80, top, 100, top + 50), cls=BUTTON, text="Follow", desc=f"Follow {name}", clickable=True)
    return View((0, top, 100, top + 50), cls=ROW, children=[handle, follow], clickable=True)


@pytest.fixture
def windows() -> list[Window]:
    title = View((0, 0, 100, 50), cls=TEXT, text="Following", desc="Title", selected=True)
    rows = [row("anna_demo", 100), row("bert_demo", 150), row("cleo_demo", 200)]
    entry = View(
        (0, 300, 100, 350), cls="android.widget.EditText", hint="Search", focusable=True, focused=True
    )
    return [Window("demo.app", "Main", View((0, 0, 100, 400), children=[title, *rows, entry]))]


@pytest.mark.parametrize(
    ("fields", "texts"),
    [
        ({"text": "Following"}, ["Following"]),
        ({"text": "following"}, []),
        ({"textContains": "follow"}, ["Following", "Follow", "Follow", "Follow"]),
        ({"textStartsWith": "FOLLOWI"}, ["Following"]),
        ({"textMatches": "[abc].*_demo"}, ["anna_demo", "bert_demo", "cleo_demo"]),
        ({"textMatches": "demo"}, []),
        ({"text": "Search"}, ["Search"]),
        ({"description": "Follow bert_demo"}, ["Follow"]),
        ({"descriptionContains": "TITLE"}, ["Following"]),
        ({"descriptionStartsWith": "follow b"}, ["Follow"]),
        ({"descriptionMatches": "Follow (anna|cleo).*"}, ["Follow", "Follow"]),
        ({"resourceId": "demo:id/handle", "instance": 1}, ["bert_demo"]),
        ({"resourceIdMatches": ".*/handle", "textContains": "cleo"}, ["cleo_demo"]),
        ({"className": BUTTON, "clickable": True, "instance": 2}, ["Follow"]),
        ({"className": BUTTON, "instance": 3}, []),
        ({"classNameMatches": ".*EditText", "focused": True}, ["Search"]),
        ({"selected": True}, ["Following"]),
        ({"packageName": "demo.app", "focusable": True}, ["Search"]),
        ({"packageName": "other.app"}, []),
        ({"className": ROW, "index": 2}, [""]),
    ],
)
def test_fields_name_views(windows, fields, texts):
    found = find(windows, Selector(**fields))

    assert [view.shown_text for view in found] == texts
    assert find_first(windows, Selector(**fields)) is (found[0] if found else None)


def test_a_child_is_looked_for_at_any_depth_below_a_match(windows):
    selector = Selector(className=ROW, index=2).child(className=BUTTON)

    assert [view.desc for view in find(windows, selector)] == ["Follow bert_demo"]


def test_a_sibling_is_looked_for_below_the_matchs_parent(windows):
    selector = Selector(text="cleo_demo").sibling(className=BUTTON)

    assert [view.desc for view in find(windows, selector)] == ["Follow cleo_demo"]


def test_levels_can_be_chained_and_numbered(windows):
    selector = Selector(className=ROW).child(className=BUTTON, instance=2)
    chained = Selector(packageName="demo.app").child(className=ROW, instance=1).child(text="Follow")

    assert [view.desc for view in find(windows, selector)] == ["Follow cleo_demo"]
    assert find_first(windows, chained).desc == "Follow bert_demo"


def test_the_root_has_no_siblings(windows):
    assert find(windows, Selector(index=0, className="android.view.View").sibling(text="Follow")) == []


def test_no_fields_name_every_view_once(windows):
    found = find(windows, Selector())

    assert len(found) == len(set(map(id, found))) == sum(1 for _ in windows[0].root.walk())


def test_windows_are_searched_frontmost_first(windows):
    badge = View((0, 0, 20, 20), text="40%")

    assert find_first([Window("demo.app", "Main", badge), *windows], Selector()) is badge


def test_object_info_tells_bounds_and_flags(windows):
    view = find_first(windows, Selector(description="Follow anna_demo"))
    info = describe(view, "demo.app")

    assert info["bounds"] == info["visibleBounds"] == {"left": 80, "top": 100, "right": 100, "bottom": 150}
    assert info["text"] == "Follow"
    assert info["contentDescription"] == "Follow anna_demo"
    assert info["className"] == BUTTON
    assert info["packageName"] == "demo.app"
    assert info["clickable"] and info["enabled"] and not info["focused"]
    assert info["childCount"] == 0
