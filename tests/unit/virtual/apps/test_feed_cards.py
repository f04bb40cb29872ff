"""The kinds of cards that a feed has between its videos."""

import pytest

from runner.virtual.apps.shortvideo.world import KINDS

RAIL = {"descriptionStartsWith": "Read or add comments"}


def show(app, hand, kind):
    app.control("set_next_cards", {"kinds": [kind]})
    hand.swipe_up()
    return hand


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_rail_or_none(app, hand, kind):
    show(app, hand, kind)

    assert (hand.see(**RAIL) is None) == (kind in {"live", "stories", "people"})
    hand.swipe_up()
    assert hand.see(**RAIL) is not None


def test_a_card_that_was_shown_stays_what_it_is(app, hand):
    show(app, hand, "people")
    hand.swipe_up()
    hand.swipe_down()

    assert hand.see(text="People you may know") is not None


def test_kinds_come_in_order_and_after_a_new_start(app, hand):
    app.control("set_next_cards", {"kinds": ["stories", "survey"]})
    app.kill()
    app.start()
    assert hand.see(text="Stories") is not None
    hand.swipe_up()

    assert hand.see(text="Is this video appropriate for TikTok?") is not None
    assert app.memory()["settings"]["next_cards"] == []


def test_an_answer_to_a_survey_is_kept(app, hand):
    show(app, hand, "survey")
    hand.tap(text="No")

    assert [(given["screen"], given["answer"]) for given in app.memory()["answers"]] == [("survey", "No")]


def test_people_have_follow_buttons_of_their_own(app, hand):
    show(app, hand, "people")
    assert hand.count(text="Follow") == 3
    hand.tap(text="Follow")

    assert len(app.memory()["follows"]) == 1 and hand.count(text="Follow") == 2


@pytest.mark.parametrize(
    ("kind", "label", "button"),
    [
        ("ad", "Ad", "Learn more"),
        ("sponsored", "Sponsored", "Learn more"),
        ("ad_unlabelled", None, "Shop now"),
    ],
)
def test_ads_with_and_without_a_label(app, hand, kind, label, button):
    show(app, hand, kind)

    assert hand.see(text=button, className="android.widget.Button") is not None
    assert [word for word in ("Ad", "Sponsored") if hand.see(text=word)] == ([label] if label else [])


def test_a_place_has_the_id_of_the_authors_name(app, hand):
    show(app, hand, "place")

    assert hand.count(resourceIdMatches=".*/title") == 2


def test_unknown_kinds_are_refused(app):
    with pytest.raises(ValueError, match="survey"):
        app.control("set_next_cards", {"kinds": ["dance"]})


def test_a_swipe_sideways_over_photos_changes_the_picture(app, hand):
    def image():
        return hand.see(className="android.view.TextureView").paint.image

    show(app, hand, "photo")
    pictures = [image()]
    for _ in range(3):
        app.swipe((600, 800), (100, 800))
        pictures.append(image())
    assert len(set(pictures)) == 3 and hand.see(text="Photo") is not None
    app.swipe((100, 800), (600, 800))
    assert image() == pictures[1]
    hand.swipe_up()
    hand.swipe_down()

    assert image() == pictures[0]


def test_a_swipe_sideways_over_a_video_leads_to_its_author(app, hand):
    author = hand.see(resourceIdMatches=".*/title").text
    app.swipe((100, 800), (600, 800))
    assert hand.see(description="For You") is not None
    app.swipe((600, 800), (100, 800))

    assert hand.see(text=f"@{author}") is not None
