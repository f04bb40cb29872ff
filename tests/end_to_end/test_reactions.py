"""Likes, comments and the end of followings on virtual phones: what the phone remembers afterwards is the truth."""

from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest
from phone_shelf import Notes, Shelf, hurry, tenth

from runner.flows import flow_run
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome

pytestmark = pytest.mark.phones

COMMITTED, REFUTED = EffectState.COMMITTED, EffectState.REFUTED
ACCOUNT = "@studio_virtual01"


@pytest.fixture
def shelf(started, tmp_path) -> Iterator[Shelf]:
    shelf = Shelf(started, tmp_path)
    shelf.phone.calm()
    shelf.app("clear")
    shelf.app("set_like_style", style="counted")
    shelf.app("set_unfollow_style", style="sheet")
    shelf.app("set_comments", off=False, send_label=True)
    shelf.app("set_text_noise", on=False)
    for effect in ("unfollow", "like", "comment"):
        shelf.app("set_result", effect=effect, result="normal")
    yield shelf
    shelf.backend.close()


@pytest.fixture(autouse=True)
def brisk(monkeypatch) -> None:
    """What the flows wait for 10 s or less to come to rest, or not to come at all, has a tenth of that."""
    hurry(monkeypatch, tenth(10))
    monkeypatch.setattr(flow_run, "JUDGE_S", 0.5)


@pytest.fixture
def soon_over(brisk, monkeypatch) -> None:
    """What never comes is waited for for 5 s, where the flows say 20 s or 30 s."""
    hurry(monkeypatch, lambda limit_s: 5.0 if limit_s in (20.0, 30.0) else limit_s)


def video(author: str) -> str:
    """The address of a video of theirs, another one for each author."""
    return f"https://www.tiktok.com/@{author}/video/73{crc32(author.encode()):017}"


def like(shelf: Shelf, link: str) -> Outcome:
    return shelf.perform(shelf.task("like", link, {"target_post_urls": [link]}))


def unfollow(shelf: Shelf, user: str, **config: Any) -> Outcome:
    return shelf.perform(shelf.task("unfollow", f"@{user}", {"target_users": [f"@{user}"], **config}))


def comment(shelf: Shelf, link: str, words: str = "Lovely!", **config: Any) -> Outcome:
    wanted = {"target_post_urls": [link], "comment_content": words, **config}
    return shelf.perform(shelf.task("comment", link, wanted))


def done(shelf: Shelf, what: str, author: str) -> list[Any]:
    """What the phone remembers to have done to the videos of an author."""
    return [entry for entry in shelf.memory()[what] if entry["author"] == author]


def unfollows(shelf: Shelf, user: str) -> int:
    return sum(entry["user"] == user for entry in shelf.memory()["unfollows"])


# likes


@pytest.mark.parametrize("style", ["counted", "plain", "flag"])
def test_a_post_is_liked_once(shelf, style):
    shelf.app("set_like_style", style=style)
    link, author = video(f"demo_{style}"), f"demo_{style}"
    assert like(shelf, link) == Outcome(AttemptOutcome.COMPLETED)
    assert shelf.notes.states == [COMMITTED] and len(done(shelf, "likes", author)) == 1
    assert shelf.notes.rows[0].evidence["account"] == ACCOUNT
    shelf.notes = Notes()
    assert like(shelf, link) == Outcome(AttemptOutcome.COMPLETED, "already liked")
    assert shelf.notes.rows == [] and len(done(shelf, "likes", author)) == 1
    assert done(shelf, "unlikes", author) == []


def test_a_like_that_the_app_ignores_is_refuted(shelf):
    shelf.app("set_result", effect="like", result="ignored")
    outcome = like(shelf, video("demo_heartless"))
    assert outcome.outcome is AttemptOutcome.FAILED and "the like did not happen" in outcome.message
    assert shelf.notes.states == [REFUTED] and done(shelf, "likes", "demo_heartless") == []


def test_a_link_to_a_post_of_somebody_else_is_not_liked(shelf, soon_over):
    shelf.app("post_elsewhere", caption="Somebody else's")
    own = shelf.memory()["elsewhere"][-1]["id"]
    outcome = like(shelf, f"https://www.tiktok.com/@demo_other/video/{own}")
    assert outcome.outcome is AttemptOutcome.FAILED and "a post of somebody else" in outcome.message
    assert shelf.notes.rows == [] and done(shelf, "likes", "studio_virtual01") == []


def test_a_link_to_nothing_is_not_liked(shelf, soon_over):
    outcome = like(shelf, video("missing_demo"))
    assert outcome.outcome is AttemptOutcome.FAILED and "leads to no post" in outcome.message
    assert shelf.notes.rows == []


@pytest.mark.parametrize(("kind", "likes"), [("drop", 0), ("drop_after", 1)])
def test_a_connection_that_breaks_at_the_like(shelf, kind, likes):
    author = f"demo_like_{kind}"
    shelf.phone.fault("click", kind, target="Like")
    outcome = like(shelf, video(author))
    assert shelf.notes.states == [COMMITTED if likes else REFUTED]
    assert outcome.outcome is (AttemptOutcome.COMPLETED if likes else AttemptOutcome.FAILED)
    assert len(done(shelf, "likes", author)) == likes
    assert like(shelf, video(author)).outcome is AttemptOutcome.COMPLETED
    assert len(done(shelf, "likes", author)) == 1 and done(shelf, "unlikes", author) == []


@pytest.mark.parametrize("happened", [True, False])
def test_a_like_that_was_cut_off_in_the_tap_is_proved(shelf, happened):
    author = f"demo_cut_{happened}".lower()
    link = video(author)
    if happened:
        assert like(shelf, link).outcome is AttemptOutcome.COMPLETED
        shelf.notes = Notes()
    evidence = {"account": ACCOUNT, "author": author, "button": "Like video. 3 likes"}
    shelf.notes.committing("like", link, None, evidence)
    outcome = like(shelf, link)
    assert done(shelf, "unlikes", author) == [] and len(done(shelf, "likes", author)) == happened
    assert shelf.notes.states == [COMMITTED if happened else REFUTED]
    if not happened:
        assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.ANEW)
        assert like(shelf, link).outcome is AttemptOutcome.COMPLETED
        assert len(done(shelf, "likes", author)) == 1


def test_a_rate_limit_at_the_like_needs_a_person(shelf):
    shelf.app("set_result", effect="like", result="limited")
    outcome = like(shelf, video("demo_limited"))
    assert outcome.outcome is AttemptOutcome.FAILED and outcome.needs_person
    assert shelf.notes.states == [EffectState.MADE] and done(shelf, "likes", "demo_limited") == []


# the end of followings


@pytest.mark.parametrize("style", ["sheet", "toggle"])
@pytest.mark.parametrize("user", ["demo_left", "fan_left", "private_left"])
@pytest.mark.parametrize("access_method", ["direct", "search"])
def test_a_following_ends_once(shelf, style, user, access_method):
    user = f"{user}_{style[:2]}_{access_method[:2]}"
    shelf.app("set_unfollow_style", style=style)
    state = "requested" if user.startswith("private") else "following"
    shelf.app("set_relation", user=user, state=state)
    assert unfollow(shelf, user, access_method=access_method) == Outcome(AttemptOutcome.COMPLETED)
    assert shelf.notes.states == [COMMITTED] and unfollows(shelf, user) == 1
    assert user not in shelf.memory()["relations"] and shelf.follows(user) == 0


def test_a_user_who_is_not_followed_is_no_effect(shelf):
    outcome = unfollow(shelf, "demo_stranger")
    assert outcome == Outcome(AttemptOutcome.COMPLETED, "not following @demo_stranger")
    assert shelf.notes.rows == [] and shelf.follows("demo_stranger") == 0


def test_a_user_who_is_gone_cannot_be_unfollowed(shelf):
    outcome = unfollow(shelf, "missing_demo")
    assert outcome.outcome is AttemptOutcome.FAILED and "no user @missing_demo" in outcome.message
    assert shelf.notes.rows == []


def test_an_unfollow_that_the_app_ignores_is_refuted(shelf, soon_over):
    shelf.app("set_unfollow_style", style="toggle")
    shelf.app("set_relation", user="demo_sticky", state="following")
    shelf.app("set_result", effect="unfollow", result="ignored")
    outcome = unfollow(shelf, "demo_sticky")
    assert outcome.outcome is AttemptOutcome.FAILED
    assert shelf.notes.states == [REFUTED] and shelf.memory()["relations"]["demo_sticky"] == "following"


@pytest.mark.parametrize("happened", [True, False])
def test_an_unfollow_that_was_cut_off_in_the_tap_is_proved(shelf, happened):
    user = f"demo_parting_{happened}".lower()
    if not happened:
        shelf.app("set_relation", user=user, state="following")
    evidence = {"account": ACCOUNT, "button": "Following"}
    shelf.notes.committing("unfollow", f"@{user}", None, evidence)
    outcome = unfollow(shelf, user)
    assert unfollows(shelf, user) == 0 and shelf.follows(user) == 0  # it only looks
    assert shelf.notes.states == [COMMITTED if happened else REFUTED]
    if not happened:
        assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.ANEW)
        assert unfollow(shelf, user).outcome is AttemptOutcome.COMPLETED and unfollows(shelf, user) == 1


# comments


@pytest.mark.parametrize("labelled", [True, False])
def test_a_post_is_commented_on_once(shelf, labelled):
    shelf.app("set_comments", send_label=labelled)
    author = f"demo_said_{labelled}".lower()
    assert comment(shelf, video(author), "It's “lovely”, 100 %!") == Outcome(AttemptOutcome.COMPLETED)
    assert shelf.notes.states == [COMMITTED]
    (said,) = done(shelf, "comments", author)
    assert said["text"] == "It's “lovely”, 100 %!" and said["as"] == "studio_virtual01"
    shelf.notes = Notes()
    outcome = comment(shelf, video(author), "It's “lovely”, 100 %!")
    assert outcome == Outcome(AttemptOutcome.COMPLETED, f"{ACCOUNT} has left this comment already")
    assert shelf.notes.rows == [] and len(done(shelf, "comments", author)) == 1


def test_the_first_comment_on_an_empty_sheet_and_marks_around_the_count(shelf):
    shelf.app("set_text_noise", on=True)
    assert comment(shelf, video("demo_noise")).outcome is AttemptOutcome.COMPLETED
    assert len(done(shelf, "comments", "demo_noise")) == 1
    shelf.notes = Notes()
    shelf.app("post_elsewhere", caption="Nobody has said anything")
    own = shelf.memory()["elsewhere"][-1]["id"]
    link = f"https://www.tiktok.com/@studio_virtual01/video/{own}"
    assert comment(shelf, link).outcome is AttemptOutcome.COMPLETED
    assert shelf.notes.states == [COMMITTED] and len(done(shelf, "comments", "studio_virtual01")) == 1


def test_emoji_and_the_line_of_the_task(shelf):
    lines = "one\ntwo\nthree"
    comment(shelf, video("demo_lines"), lines, comment_order="sequential", insert_emoji=True)
    (said,) = done(shelf, "comments", "demo_lines")
    words, sign = said["text"].split()
    assert words == "one" and not sign.isascii()


def test_comments_that_are_turned_off_are_no_reason_to_try_again(shelf):
    shelf.app("set_comments", off=True)
    outcome = comment(shelf, video("demo_silent"))
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.NEVER)
    assert "comments are turned off" in outcome.message and shelf.notes.rows == []


def test_a_comment_that_the_app_ignores_is_refuted(shelf):
    shelf.app("set_result", effect="comment", result="ignored")
    outcome = comment(shelf, video("demo_unheard"))
    assert outcome.outcome is AttemptOutcome.FAILED
    assert shelf.notes.states == [REFUTED] and done(shelf, "comments", "demo_unheard") == []


@pytest.mark.parametrize("happened", [True, False])
def test_a_comment_that_was_cut_off_in_the_tap_is_proved(shelf, happened):
    author = f"demo_words_{happened}".lower()
    link = video(author)
    if happened:
        assert comment(shelf, link).outcome is AttemptOutcome.COMPLETED
        evidence = dict(shelf.notes.rows[0].evidence)
        shelf.notes = Notes()
    else:
        # What the sheet says before, as an attempt would have kept it.
        shelf.app("set_result", effect="comment", result="ignored")
        comment(shelf, link)
        shelf.app("set_result", effect="comment", result="normal")
        evidence = dict(shelf.notes.rows[0].evidence)
        shelf.notes = Notes()
    shelf.notes.committing("comment", link, None, evidence)
    outcome = comment(shelf, link)
    assert len(done(shelf, "comments", author)) == happened
    assert shelf.notes.states == [COMMITTED if happened else REFUTED]
    if not happened:
        assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.ANEW)
        assert comment(shelf, link).outcome is AttemptOutcome.COMPLETED
        assert len(done(shelf, "comments", author)) == 1


# what nobody has recorded


def test_the_own_page_is_not_changed_by_pages_that_nobody_has_recorded(shelf):
    outcome = shelf.perform(shelf.task("profile", None, {"bios": "Made by hand"}))
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.NEVER)
    assert "nobody" in outcome.message and shelf.notes.rows == []
