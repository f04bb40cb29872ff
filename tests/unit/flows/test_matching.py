"""Selectors on screens that are written here by hand."""

import pytest

from runner.flows import matching
from runner.flows.app_view import filled_in
from runner.flows.matching import find_all, has_room, tap_point
from runner.flows.reading import Names
from runner.flows.selectors import Selector
from runner.phone.screen import parse

APP = "com.example.app"


def screen(*nodes):
    return parse(
        f'<hierarchy><node package="{APP}" bounds="[0,0][1000,2000]">{"".join(nodes)}</node></hierarchy>'
    )


def node(children="", **attributes):
    attributes = {"package": APP, "bounds": "[0,0][10,10]"} | {
        {"cls": "class", "desc": "content-desc", "rid": "resource-id"}.get(name, name): value
        for name, value in attributes.items()
    }
    words = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return f"<node {words}>{children}</node>"


def found(shown, *selectors, packages=(APP,)):
    return [e.words for e in find_all([Selector.model_validate(s) for s in selectors], shown, packages)]


@pytest.mark.parametrize(
    "selector",
    [
        {"text": "Follow"},
        {"text_matches": "Follow( back)?"},
        {"text_starts": "Fol"},
        {"desc": "Follow demo"},
        {"desc_matches": "Follow .+"},
        {"desc_starts": "Follow "},
        {"id": "fmp"},
        {"id": "com.example.app:id/fmp"},
        {"class": "Button"},
        {"class": "TextView|Button"},
        {"enabled": True, "class": "Button"},
        {"selected": True},
        {"focused": True},
        {"within": {"desc": "outer"}, "class": "Button"},
        {"parent": {"desc": "inner"}, "class": "Button"},
        {"has": {"text": "child"}, "class": "Button"},
        {"lacks": [{"text": "Pinned"}], "class": "Button"},
        {"region": [0, 0, 0.5, 0.5], "class": "Button"},
        {"hint_matches": "Add .*"},
        {"clickable": True},
        {"beside": {"text": "@demo"}, "class": "Button"},
        {"while_shown": {"text": "@demo"}, "class": "Button"},
        {"unless_shown": {"text": "Elsewhere"}, "class": "Button"},
        {"min_height": 0.05, "class": "Button"},
    ],
)
def test_each_key_finds(selector):
    button = node(
        node(text="child", cls="a.ImageView"),
        text="Follow",
        desc="Follow demo",
        rid="com.example.app:id/fmp",
        cls="android.widget.Button",
        hint="Add a name",
        clickable="true",
        selected="true",
        focused="true",
        bounds="[100,100][300,200]",
    )
    name = node(text="@demo", bounds="[400,140][600,180]")
    clock = node(text="Elsewhere", package="com.android.systemui")
    shown = screen(node(node(button, desc="inner"), desc="outer"), name, clock)
    assert found(shown, selector) == ["Follow"]


@pytest.mark.parametrize(
    "selector",
    [
        {"text": "Fol"},
        {"text_matches": "Foll"},
        {"text_starts": "follow"},
        {"text_starts": "Follow "},
        {"desc": "Follow"},
        {"id": "mp"},
        {"class": "TextView"},
        {"enabled": False},
        {"selected": True},
        {"within": {"text": "Follow"}},
        {"parent": {"desc": "outer"}},
        {"has": {"text": "Follow"}, "class": "Button"},
        {"region": [0.5, 0, 1, 1], "class": "Button"},
        {"hint_matches": ".+"},
        {"clickable": True},
        {"beside": {"desc": "outer"}},
        {"beside": {"text": "Follow"}},
        {"while_shown": {"text": "12:00"}},
        {"unless_shown": [{"desc": "another"}, {"desc": "outer"}]},
        {"min_height": 0.051},
        {"unverified": True},
    ],
)
def test_each_key_also_refuses(selector):
    button = node(text="Follow", cls="android.widget.Button", rid="a:id/fmp", bounds="[100,100][300,200]")
    clock = node(text="12:00", package="com.android.systemui", bounds="[0,140][100,160]")
    assert (
        found(
            screen(node(node(button), desc="outer"), clock),
            selector | {"class": selector.get("class", "Button")},
        )
        == []
    )


def test_what_an_element_lacks():
    pinned = node(node(text="Pinned"), desc="first")
    plain = node(node(text="12"), desc="second")
    assert found(screen(pinned, plain), {"desc_matches": "first|second", "lacks": {"text": "Pinned"}}) == [
        "second"
    ]


def test_the_first_candidate_that_finds_anything_wins():
    shown = screen(node(text="Publish"), node(text="Post"))
    assert found(shown, {"text": "Share"}, {"text": "Post"}, {"text": "Publish"}) == ["Post"]


def test_one_of_several():
    shown = screen(*[node(text=f"row {n}") for n in range(3)])
    assert found(shown, {"text_starts": "row", "index": 1}) == ["row 1"]
    assert found(shown, {"text_starts": "row", "index": -1}) == ["row 2"]
    assert found(shown, {"text_starts": "row", "index": 7}) == []


def test_below_means_under_and_near():
    counter = node(text="Followers", bounds="[0,400][100,450]")
    button = node(text="Following", bounds="[0,500][100,550]")
    above = node(text="Following", bounds="[0,100][100,150]")
    far = node(text="Following", bounds="[0,1900][100,1950]")
    selector = {"text": "Following", "below": {"text": "Followers"}, "gap": 0.1}
    elements = find_all([Selector.model_validate(selector)], screen(above, counter, button, far), [APP])
    assert [element.bounds[1] for element in elements] == [500]


def test_other_apps_are_only_found_when_named():
    shown = screen(node(text="Home", package="com.android.systemui"))
    assert found(shown, {"text": "Home"}) == []
    assert found(shown, {"text": "Home", "package_matches": ".*systemui"}) == ["Home"]


def test_variables_in_patterns_stand_for_themselves():
    written = {
        "text_matches": "@${user}",
        "text": "${user}",
        "below": {"text": "${user}"},
        "lacks": [{"text": "${user}"}],
    }
    selector = filled_in(
        Selector.model_validate(written, context=Names(variables={"user"})), {"user": "a.b+"}
    )
    assert selector.below is not None and selector.below.text == selector.lacks[0].text == "a.b+"
    assert selector.text_matches == r"@a\.b\+" and selector.text == "a.b+"


def test_the_bar_at_the_bottom_is_never_hit():
    (tile,) = parse('<hierarchy><node bounds="[0,1700][300,2000]"/></hierarchy>').roots
    assert tap_point(tile, None) == (150, 1850)
    assert tap_point(tile, 1800) == (150, 1750)
    assert tap_point(tile, 1700) is None


@pytest.mark.parametrize(
    ("bounds", "room"),
    [
        ([], True),
        (["[0,1000][333,1400]"], True),
        (["[0,1000][333,1400]", "[333,1000][666,1400]", "[666,1000][1000,1400]"], True),
        (["[0,1400][333,1800]", "[333,1400][666,1800]"], True),
        (["[0,1400][333,1800]", "[333,1400][666,1800]", "[666,1400][1000,1800]"], False),
    ],
)
def test_whether_a_grid_could_show_one_more(bounds, room):
    shown = screen(*[node(bounds=place) for place in bounds])
    tiles = list(shown.roots[0].children)
    assert has_room(tiles, shown, 1850) is room


def test_there_is_a_test_for_everything_that_a_selector_may_say() -> None:
    assert set(matching._TESTS) == set(Selector.model_fields)


def test_a_screen_that_has_not_changed_is_searched_once() -> None:
    shown = parse('<hierarchy><node text="OK" package="app" bounds="[0,0][10,10]"/></hierarchy>')
    asked = (Selector(text="OK"),)
    first = shown.remember(asked, lambda: find_all(asked, shown, ["app"]))
    assert [element.text for element in first] == ["OK"]
    assert shown.remember(asked, list) is first
    assert shown.remember((Selector(text="OK"),), list) == []
