"""App profiles that lie over others: the users' over the shipped ones, and languages over the profile's own."""

import pytest

from runner.errors import FlowError, Unsupported
from runner.flows.app_view import AppView
from runner.flows.profile import load_profile, read_profile
from runner.flows.versions import is_within
from runner.phone.screen import parse
from runner.scripts.script import ProfileText

APP = "com.example.app"
SMALL = """
version: 1
app: small
packages: [com.example.app]
tested_with: ["1.2 - 1.4"]
links: {user: "https://example.com/@${user}"}
bottom_bar: [tab]
elements:
  tab: {desc: Home}
  name: {text_matches: "@[\\\\w.]+"}
  field:
    - {text: Search}
    - {id: search_field}
  gone: {text: Not found}
  unseen: {text: Perhaps, unverified: true}
stops:
  login: {when: {text: Log in}, unless: [tab], message: the app asks for a login}
dismiss:
  not_now: {when: {text: Not now}, tap: {text: Not now}}
languages:
  fr:
    elements:
      tab: {desc: Accueil}
      gone: null
    dismiss:
      not_now: {when: {text: Pas maintenant}, tap: {text: Pas maintenant}}
"""


def read(text, base=None):
    profile, problems = read_profile(text, "apps/small.yaml", base)
    assert problems == []
    assert profile is not None
    return profile


def problems(text, base=None):
    profile, found = read_profile(text, "apps/small.yaml", base)
    assert profile is None
    return [(one.span.line, one.code, one.message) for one in found]


@pytest.fixture
def small():
    return read(SMALL)


def view(profile):
    return AppView(profile, APP, {"user": "demo", "target": "@demo", "caption": "", "account": ""})


def screen(**attributes):
    words = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return parse(f'<hierarchy><node package="{APP}" {words} bounds="[0,0][100,50]"/></hierarchy>')


def overlay(text):
    return load_profile("tiktok", ProfileText("apps/tiktok.yaml", f"version: 1\napp: tiktok\n{text}"))


def test_a_users_profile_lies_over_the_shipped_one_name_by_name():
    shipped = load_profile("tiktok")
    own = overlay(
        "elements: {post_button: {text: Publish}, my_button: {text: Mine}}\n"
        "links: {user: 'https://example.com/${user}'}\n"
        "packages: [com.example.other]\n"
        "dismiss: {email_updates: null}\n"
        "languages: {fr: {elements: {post_button: {text: Mettre en ligne}}}}\n"
    )
    (post,) = own.elements["post_button"]
    assert post.text == "Publish" and own.packages == ("com.example.other",)
    assert own.elements["home_tab"] == shipped.elements["home_tab"] and "my_button" in own.elements
    assert own.stops == shipped.stops and own.share_activity == shipped.share_activity
    assert own.dismiss["email_updates"] is None and own.dismiss["not_now"] == shipped.dismiss["not_now"]
    french = own.in_language("fr")
    assert french.elements["post_button"][0].text == "Mettre en ligne"
    assert french.elements["home_tab"] == shipped.in_language("fr").elements["home_tab"]


def test_a_profile_of_another_app_stands_by_itself():
    profile = load_profile("small", ProfileText("apps/small.yaml", SMALL))
    assert profile.app == "small" and "home_tab" not in profile.elements
    with pytest.raises(FlowError, match="there is no app profile 'small'"):
        load_profile("small")


def test_a_stop_cannot_be_taken_away():
    with pytest.raises(FlowError, match="this should be a mapping"):
        overlay("stops: {login: null}")


def test_the_language_of_the_shipped_labels_stays():
    with pytest.raises(FlowError, match="languages: sv:"):
        overlay("language: sv")


def test_all_names_that_mean_nothing_are_told_at_their_place():
    text = SMALL.replace("bottom_bar: [tab]", "bottom_bar: [tap]").replace("unless: [tab]", "unless: [tob]")
    text = text.replace("gone: null", "gon: null")
    lines = text.splitlines()
    expected = [("bottom_bar", "'tap'"), ("unless", "'tob'"), ("gon:", "'gon'")]
    found = problems(text)
    assert len(found) == 3
    for (line, code, message), (key, name) in zip(found, expected, strict=True):
        assert code == "unknown-element" and name in message and key in lines[line - 1]


def test_a_language_keeps_what_has_no_words(small):
    french = small.in_language("fr-FR")
    assert french.language == "fr" and set(french.elements) == {"tab", "name", "field", "gone"}
    assert view(french).find("tab", screen(content_desc="Accueil")) is not None
    assert view(french).find("tab", screen(content_desc="Home")) is None
    assert view(french).find("name", screen(text="@demo")) is not None
    assert view(french).find("field", screen(text="Search")) is None
    assert view(french).find("field", screen(resource_id="a:id/search_field")) is not None


def test_a_language_adds_to_stops_and_dialogs(small):
    french = view(small.in_language("fr"))
    assert french.dialog_of(screen(text="Pas maintenant")) is not None
    assert french.stop_of(screen(text="Log in")) is not None


def test_what_is_never_shown_in_a_language_is_not_found(small):
    assert view(small.in_language("fr")).find("gone", screen(text="Not found")) is None


@pytest.mark.parametrize(
    ("language", "element"), [("fr", "unseen"), ("sv", "tab"), ("en", "unseen")], ids=str
)
def test_what_nobody_has_recorded_is_said_at_once(small, language, element):
    with pytest.raises(Unsupported, match=f"needs labels for {language}: nobody has recorded {element}"):
        view(small.in_language(language)).find(element, screen(text="Perhaps"))


def test_what_nobody_has_recorded_shows_no_ordinary_screen(small):
    assert view(small.in_language("sv")).stop_of(screen(text="Log in")) is not None


def test_its_own_language_is_the_profile_itself(small):
    assert small.in_language("en") is small and small.in_language("en-GB") is small


@pytest.mark.parametrize("language", ["english", "fr_FR", "FR"])
def test_a_language_is_a_tag(language):
    found = problems(SMALL.replace("  fr:", f"  {language}:"))
    assert [code for _, code, _ in found] == ["invalid-value"]


@pytest.mark.parametrize(
    ("version", "within"),
    [
        ("43.1.4", True),
        ("47.0.3", True),
        ("47.0.3.12", True),
        ("45", True),
        ("410.0.0.53.71", True),
        ("43.1.3", False),
        ("47.0.4", False),
        ("411.0", False),
        ("9", False),
        ("beta", False),
    ],
)
def test_versions(version, within):
    assert is_within(version, ["43.1.4 - 47.0.3", "410"]) is within


@pytest.mark.parametrize("written", ["43.1.4-47", "newest", "43 - "])
def test_a_range_of_versions_has_one_form(written):
    found = problems(SMALL.replace("1.2 - 1.4", written))
    assert [code for _, code, _ in found] == ["invalid-value"]
