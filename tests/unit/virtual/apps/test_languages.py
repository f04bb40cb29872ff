"""The app in French."""

import pytest
from test_pictures_of_screens import screens

from runner.virtual.apps.shortvideo.french import DESCRIPTIONS, SENTENCES, WORDS
from runner.virtual.apps.shortvideo.places import PLACES

OPEN = "https://www.tiktok.com/@{}"


@pytest.fixture
def french(app):
    app.control("set_language", {"language": "fr"})


def said(app):
    return {
        words
        for window in app.windows()
        for view in window.root.walk()
        for words in (view.text, view.desc, view.hint)
        if words
    }


def test_no_screen_says_an_english_word_that_has_a_french_one(apps, app, hand, device):
    english, same = set(WORDS), {words for words, french in WORDS.items() if words == french}
    shown = set()
    for _, front in screens(apps, app, hand, device):
        if front is app:
            shown |= said(app)
            app.control("set_language", {"language": "fr"})
            assert not said(app) & (english - same - set(WORDS.values()))
            app.control("set_language", {"language": "en"})
    for place in PLACES:
        app.control("clear", {})
        app.control("open_screen", {"screen": place})
        shown |= said(app)
    assert len(shown & english) > 100


def test_the_counter_and_the_follow_button_say_the_same(app, hand, french):
    app.control("set_relation", {"user": "demo_user_07", "state": "following"})
    hand.open_link(OPEN.format("demo_user_07"))
    assert hand.count(text="Suivis") == 2

    hand.tap(text="Suivis", resourceId=app.ids("profile_button_text"))
    hand.tap(text="Ne plus suivre")
    assert hand.see(text="Suivre", resourceId=app.ids("profile_button_text")) is not None


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("demo_user_07", "Suivre", "Suivis"),
        ("fan_of_demo", "Suivre en retour", "Amis"),
        ("private_demo", "Suivre", "Demande envoyée"),
    ],
)
def test_the_follow_states(hand, app, french, name, before, after):
    hand.open_link(OPEN.format(name))
    hand.tap(text=before, resourceId=app.ids("profile_button_text"))

    assert hand.see(text=after, resourceId=app.ids("profile_button_text")) is not None
    assert len(app.memory()["follows"]) == 1


def test_the_tab_over_the_feed_has_a_word_of_its_own(hand, french):
    assert hand.see(description="Abonnements") is not None
    assert hand.see(description="Suivis") is None


def test_counts_are_written_as_in_french(hand, french):
    like = hand.see(descriptionStartsWith="Attribuer un")
    assert like.desc == "Attribuer un « J'aime » à une vidéo. 268,1\u00a0K « J'aime »"
    comments = hand.see(descriptionStartsWith="Lire ou ajouter des commentaires")
    assert comments.desc.endswith(". 7\u202f782 commentaires")
    hand.tap(descriptionStartsWith="Attribuer un")
    assert hand.see(description="Vidéo aimée") is not None


def test_what_people_wrote_stays(app, hand, device, french):
    hand.share()
    hand.tap(text="Suivant")
    hand.type("Follow me")
    hand.tap(text="Publier", className="android.widget.Button")
    device.advance(2)
    hand.tap(description="Profil")
    hand.tap(resourceIdMatches=".*/cover")

    assert app.memory()["posts"][0]["caption"] == "Follow me"
    assert hand.see(text="Follow me") is not None


def test_memory_and_answers_keep_one_language(app, hand, french):
    app.control("show", {"screen": "permission"})
    hand.tap(text="Ne pas autoriser")

    assert app.memory()["answers"][0]["answer"] == "Don't allow"


def test_every_pattern_is_one_and_keeps_what_it_catches():
    import re

    for pattern, translated in {**SENTENCES, **DESCRIPTIONS}.items():
        assert re.compile(pattern).groups == translated.count("{")
