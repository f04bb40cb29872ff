"""The screen that a failed step has kept: what stands on it, and by what a flow could name an element."""

import io

import pytest
from PIL import Image

from runner.flows.matching import find_all
from runner.flows.profile import Profile, Profiles, read_profile
from runner.flows.selectors import Selector
from runner.queries.kept_screen import MOST_ELEMENTS, MOST_WORDS, KeptScreen, profile_for
from runner.scripts.script import ProfileText

APP = "com.example.app"
PROFILE = """
version: 1
app: small
language: en
packages: [com.example.app]
elements:
  follow_button: {text: Follow}
  row: {text_starts: row}
  person: {text_matches: "@${user}"}
  wide: {class: Nothing}
languages:
  fr:
    elements:
      follow_button: {text: Suivre}
"""


def node(text: str, bounds: str, inner: str = "", **more: str) -> str:
    said = {"class": "android.widget.TextView", "package": APP, "text": text, "bounds": bounds, **more}
    attributes = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in said.items())
    return f"<node {attributes}>{inner}</node>"


ROWS = "".join(node(f"row {number}", f"[0,{number * 100}][1000,{number * 100 + 100}]") for number in range(3))
XML = (
    "<hierarchy>"
    + node(
        "",
        "[0,0][1000,2000]",
        node("Follow", "[100,1000][300,1100]", clickable="true", resource_id=f"{APP}:id/follow")
        + node("", "[0,0][1000,300]", ROWS)
        + node("@demo", "[0,1200][500,1300]")
        + node("twin", "[0,1400][100,1500]")
        + node("twin", "[0,1400][100,1500]"),
    )
    + "</hierarchy>"
)


@pytest.fixture
def profile() -> Profile:
    found, diagnostics = read_profile(PROFILE, "small.yaml")
    assert found is not None and not diagnostics
    return found


@pytest.fixture
def screen(profile: Profile) -> KeptScreen:
    return KeptScreen(XML, None, profile)


def number_of(screen: KeptScreen, words: str) -> int:
    return next(number for number, element in enumerate(screen.elements) if element.words == words)


def test_the_elements_stand_in_the_order_of_the_tree(screen: KeptScreen) -> None:
    data = screen.as_data()
    assert data["size"] == [1000, 2000] and data["left_out"] == 0
    assert [(one["depth"], one["words"]) for one in data["elements"]] == [
        (0, ""),
        (1, "Follow"),
        (1, ""),
        (2, "row 0"),
        (2, "row 1"),
        (2, "row 2"),
        (1, "@demo"),
        (1, "twin"),
        (1, "twin"),
    ]
    follow = data["elements"][1]
    assert follow == {
        "depth": 1,
        "box": [100, 1000, 300, 1100],
        "class": "TextView",
        "words": "Follow",
        "id": "follow",
        "taps": True,
    }


def test_each_selector_finds_its_element_and_nothing_else(screen: KeptScreen, profile: Profile) -> None:
    import yaml

    for number in range(len(screen.elements)):
        part = screen.part(number)
        assert part is not None and part.ways
        for way in part.ways:
            found = find_all([Selector.model_validate(yaml.safe_load(way.text))], screen.screen, [APP])
            assert len(found) == way.finds
            if way.finds == 1:
                assert found == [part.element]


def test_an_element_that_nothing_tells_from_another_says_so(screen: KeptScreen) -> None:
    part = screen.part(number_of(screen, "twin"))
    assert part is not None
    (way,) = part.ways
    assert way.text == "{class: TextView}" and way.finds > 1


def test_names_of_the_profile_that_find_an_element(screen: KeptScreen) -> None:
    follow, row, person = (screen.part(number_of(screen, words)) for words in ("Follow", "row 1", "@demo"))
    assert follow is not None and row is not None and person is not None
    assert [(one.name, one.place, one.finds) for one in follow.names] == [("follow_button", 1, 1)]
    assert [(one.name, one.place, one.finds) for one in row.names] == [("row", 2, 3)]
    assert [one.name for one in person.names] == ["person"]


def test_names_in_another_language_of_the_app_count_too(profile: Profile) -> None:
    french = KeptScreen(XML.replace("Follow", "Suivre"), None, profile)
    part = french.part(number_of(french, "Suivre"))
    assert part is not None and [one.name for one in part.names] == ["follow_button"]


def test_what_an_element_says_of_itself(screen: KeptScreen) -> None:
    part = screen.part(1)
    assert part is not None and part.facts == {
        "text": "Follow",
        "id": "com.example.app:id/follow",
        "class": "android.widget.TextView",
        "package": "com.example.app",
        "bounds": "[100,1000][300,1100]",
        "is": "clickable",
    }
    assert screen.part(99) is None and screen.part(-1) is None


def test_elements_are_placed_on_the_whole_picture_though_the_bar_with_the_keys_has_none() -> None:
    jpeg = io.BytesIO()
    Image.new("RGB", (300, 660)).save(jpeg, "JPEG")
    assert KeptScreen(XML, jpeg.getvalue(), None).size == (1000, 2200)


def test_a_screen_of_an_app_that_no_profile_knows_has_selectors_all_the_same() -> None:
    screen = KeptScreen(XML, b"no picture", None)
    part = screen.part(1)
    assert part is not None and part.names == () and part.ways[0].text == "{text: Follow}"


@pytest.mark.parametrize("xml", ["", "<hierarchy/>", "no xml at all"])
def test_what_is_no_hierarchy_is_an_empty_screen(xml: str) -> None:
    assert KeptScreen(xml, None, None).as_data()["elements"] == []


def test_a_huge_hierarchy_is_bounded() -> None:
    nodes = node("w" * 999, "[0,0][1,1]") * (MOST_ELEMENTS + 7)
    data = KeptScreen(f"<hierarchy>{nodes}</hierarchy>", None, None).as_data()
    assert len(data["elements"]) == MOST_ELEMENTS and data["left_out"] == 7
    assert len(data["elements"][0]["words"]) == MOST_WORDS + 1


def test_the_profile_is_that_of_the_task_or_of_the_app_that_is_shown() -> None:
    own = Profiles.over({"small": ProfileText("apps/small.yaml", PROFILE)})
    assert profile_for("small", [APP], own) is profile_for("tiktok", [APP], own)
    tiktok = profile_for("tiktok", ["com.zhiliaoapp.musically"], own)
    assert tiktok is not None and tiktok.app == "tiktok"
    assert profile_for("tiktok", ["org.nobody.knows"], own) is None
    assert profile_for("no-such-app", [], own) is None
