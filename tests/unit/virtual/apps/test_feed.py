import pytest

from runner.virtual.apps.shortvideo.world import compact, feed_video


def test_the_card_has_the_rail_the_tabs_and_the_bar(hand):
    author = feed_video(0).author
    for description in ("For You", "Following", "Search", "Home", "Friends", "Create", "Inbox", "Profile"):
        assert hand.count(description=description) == 1, description
    assert hand.see(descriptionMatches=r"Like video\. [\d.,]+[KM]? likes") is not None
    assert hand.see(descriptionStartsWith="Read or add comments. ") is not None
    assert hand.see(descriptionStartsWith="Share video. ") is not None
    assert hand.see(description="Add or remove this video from Favorites.") is not None
    assert hand.see(description=f"Sound: original sound - {author} by {author}") is not None
    assert hand.see(description="Create").cls == "android.widget.Button"
    assert hand.see(description="For You", selected=True) is not None
    assert hand.see(resourceIdMatches=".*/title").text == author


def test_swipes_go_through_the_cards(app, hand):
    first = hand.see(descriptionStartsWith="Sound:").desc
    hand.swipe_up()
    second = hand.see(descriptionStartsWith="Sound:").desc
    assert second != first
    hand.swipe_down()
    assert hand.see(descriptionStartsWith="Sound:").desc == first
    assert app.memory()["videos_seen"] == [feed_video(0).id, feed_video(1).id, feed_video(0).id]


def test_live_cards_have_no_rail_and_others_are_marked(hand):
    seen = set()
    for _ in range(11):
        if hand.see(text="Tap to watch LIVE") is not None:
            assert hand.see(descriptionStartsWith="Like video") is None
            seen.add("live")
        seen.update(word for word in ("Ad", "Photo") if hand.see(text=word) is not None)
        hand.swipe_up()
    assert seen == {"live", "Ad", "Photo"}


def test_the_follow_button_on_the_rail_goes_away(app, hand):
    author = feed_video(0).author
    hand.tap(description=f"Follow {author}")

    assert app.memory()["follows"][0]["user"] == author
    assert hand.see(descriptionStartsWith="Follow ") is None
    hand.tap(description=f"{author} profile")
    assert hand.see(text=f"@{author}") is not None


def test_likes_are_remembered_and_taken_back(app, hand):
    count = feed_video(0).likes
    hand.tap(descriptionStartsWith="Like video")
    assert hand.see(description=f"Video liked. {compact(count + 1)} likes", selected=True) is not None
    hand.tap(descriptionStartsWith="Video liked")

    assert hand.see(description=f"Like video. {compact(count)} likes") is not None
    assert len(app.memory()["likes"]) == len(app.memory()["unlikes"]) == 1
    assert app.memory()["liked"] == []


@pytest.mark.parametrize(("style", "words"), [("plain", "Video liked"), ("flag", "Like video. {} likes")])
def test_releases_differ_in_how_they_show_a_like(app, hand, style, words):
    app.control("set_like_style", {"style": style})
    heart = {"description": "Like", "className": "android.widget.ImageView"}
    assert not hand.see(**heart).selected
    hand.tap(descriptionStartsWith="Like video")
    button = hand.see(description=words.format(compact(feed_video(0).likes + 1)))
    assert button is not None and not button.selected and hand.see(**heart).selected
    hand.tap(**heart)

    assert not hand.see(**heart).selected and app.memory()["liked"] == []
    assert len(app.memory()["likes"]) == len(app.memory()["unlikes"]) == 1


@pytest.mark.parametrize("effect", ["like", "favourite"])
def test_a_tap_on_a_heart_or_a_bookmark_may_be_ignored(app, hand, effect):
    app.control("set_result", {"effect": effect, "result": "ignored"})
    hand.tap(descriptionStartsWith="Like video")
    hand.tap(descriptionContains="favorites")

    assert (app.memory()["liked"], app.memory()["favourites"]).index([]) == ["like", "favourite"].index(
        effect
    )


def test_favourites_are_remembered(app, hand):
    hand.tap(descriptionContains="favorites")

    assert app.memory()["favourites"] == [feed_video(0).id]


def test_a_comment_can_be_sent_once_it_has_words(app, hand):
    hand.tap(descriptionStartsWith="Read or add comments")
    assert hand.see(description="Post comment") is None
    hand.tap(className="android.widget.EditText")
    assert not hand.see(description="Post comment").enabled
    hand.tap(description="Post comment")
    hand.type("Lovely light")
    hand.tap(description="Post comment")

    (comment,) = app.memory()["comments"]
    assert (comment["text"], comment["video"]) == ("Lovely light", feed_video(0).id)
    assert hand.see(text="Lovely light") is not None
    assert hand.see(className="android.widget.EditText").text == ""
    assert hand.see(text=f"{feed_video(0).comments + 1:,} comments") is not None
    app.back()
    assert hand.see(descriptionStartsWith="Read or add comments") is not None


def test_following_shows_videos_of_followed_accounts_only(app, hand):
    hand.tap(description="Following")
    assert hand.see(descriptionStartsWith="Like video") is None
    app.control("set_relation", {"user": "demo_user_33", "state": "following"})

    assert hand.see(resourceIdMatches=".*/title").text == "demo_user_33"


def test_every_tab_of_the_bar_opens(app, hand):
    hand.tap(description="Inbox")
    assert hand.see(text="New followers") is not None
    hand.tap(description="Friends")
    assert hand.see(textContains="Find friends") is not None
    hand.tap(description="Create")
    assert hand.activity() == "SAASceneWrapperActivity"
    hand.tap(description="Close")
    hand.tap(description="Home")
    assert hand.see(description="For You") is not None


def test_a_new_start_shows_a_new_card(app, hand):
    app.kill()
    app.start()

    assert app.memory()["videos_seen"] == [feed_video(0).id, feed_video(1).id]
