"""What stays of the words of a recorded screen, and what stands in place of the rest."""

import pytest

from runner.flows.personal import Words
from runner.flows.profile import Profile, load_profile, read_profile

PROFILE = """\
version: 1
app: shop
packages: [org.example.shop]
elements:
  basket: {text: Warenkorb}
  rating: {desc_starts: "Bewertung von "}
  seller: {desc_matches: "${user} Verkäufer"}
  count: {text_matches: "\\\\d+ Artikel"}
languages:
  fr: {elements: {basket: {text: Panier}}}
"""


@pytest.fixture(scope="module")
def profile() -> Profile:
    made, problems = read_profile(PROFILE, "apps/shop.yaml")
    assert made is not None, problems
    return made


@pytest.fixture
def words(profile: Profile) -> Words:
    return Words(profile)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Warenkorb",
        "Panier",
        "3 Artikel",
        "Save",
        "New note",
        "Don\u2019t allow",
        "7,782",
        "268.1K",
        "01:09",
        "72 %",
        "Bewertung von ",
    ],
)
def test_words_of_controls_stay(words: Words, text: str) -> None:
    assert words.shown(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Anna Berg", "Xxxx Xxxx"),
        ("Save Anna", "Xxxx Xxxx"),
        ("Bewertung von Anna", "Bewertung von Xxxx"),
        ("anna_92 Verkäufer", "xxxx_00 Verkäufer"),
        ("+46 70 123 45 67", "+00 00 000 00 00"),
        ("4111-1111-1111-1111", "0000-0000-0000-0000"),
        ("Konto 12345678", "Xxxxx 00000000"),
        ("https://shop.example/anna?id=7", "https://example.org/"),
        ("straße 12b", "xxxxxx 00x"),
    ],
)
def test_all_others_are_replaced(words: Words, text: str, shown: str) -> None:
    assert words.shown(text) == shown


def test_a_person_has_the_same_name_everywhere(words: Words) -> None:
    assert words.shown("@Anna.B") == "@person1"
    assert words.shown("Follow @anna.b, @lisa") == "Xxxxxx @person1, @person2"
    assert words.shown("anna@mail.example") == "person3@example.org"


def test_what_was_typed_is_replaced_whatever_it_is(words: Words) -> None:
    assert words.shown("New note", is_typed=True) == "Xxx xxxx"


def test_texts_that_are_allowed_stay(profile: Profile) -> None:
    allowed = Words(profile, ["Jot it down"])
    assert allowed.shown("Jot it down") == "Jot it down"
    assert allowed.shown("Jot Anna down") == "Xxx Xxxx xxxx"


def test_a_label_of_a_shipped_profile_stays() -> None:
    shipped = Words(load_profile("tiktok"))
    assert (
        shipped.shown("Add or remove this video from Favorites.")
        == "Add or remove this video from Favorites."
    )
    assert shipped.shown("Follow demo_user_13") == "Follow xxxx_xxxx_00"
