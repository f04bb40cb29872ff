"""Follows, likes and comments on Instagram, on virtual phones: what the phone remembers afterwards is the truth."""

import pytest
from phone_shelf import Notes, hurry, tenth
from picture_shelf import ACCOUNT, PictureShelf, post_link

from runner.flows import flow_run
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome

pytestmark = pytest.mark.phones

COMMITTED, REFUTED, MADE = EffectState.COMMITTED, EffectState.REFUTED, EffectState.MADE
COMPLETED, FAILED = AttemptOutcome.COMPLETED, AttemptOutcome.FAILED


@pytest.fixture
def shelf(pictures: PictureShelf) -> PictureShelf:
    return pictures


@pytest.fixture(autouse=True)
def brisk(monkeypatch) -> None:
    """What the flows wait for 10 s or less to come to rest, or not to come at all, has a tenth of that."""
    hurry(monkeypatch, tenth(10))
    monkeypatch.setattr(flow_run, "JUDGE_S", 0.5)


# follows


@pytest.mark.parametrize("access_method", ["direct", "search"])
def test_a_user_is_followed_and_unfollowed_once(shelf, access_method):
    user = f"demo_{access_method}"
    assert shelf.follow(user, access_method=access_method) == Outcome(COMPLETED)
    assert shelf.notes.states == [COMMITTED] and shelf.follows(user) == 1
    assert shelf.notes.rows[0].evidence == {"account": ACCOUNT, "button": "Follow"}
    shelf.notes = Notes()
    assert shelf.follow(user) == Outcome(COMPLETED, f"already following @{user}")
    assert shelf.notes.rows == [] and shelf.follows(user) == 1
    assert shelf.unfollow(user, access_method=access_method) == Outcome(COMPLETED)
    assert shelf.notes.states == [COMMITTED] and shelf.notes.rows[0].evidence["button"] == "Following"
    shelf.notes = Notes()
    assert shelf.unfollow(user) == Outcome(COMPLETED, f"not following @{user}")
    assert shelf.notes.rows == []
    assert [entry["user"] for entry in shelf.memory()["unfollows"]].count(user) == 1


@pytest.mark.parametrize("user", ["private_demo", "fan_of_demo"])
def test_a_request_and_a_follow_back_count_and_can_be_taken_back(shelf, user):
    assert shelf.follow(user) == Outcome(COMPLETED)
    shelf.notes = Notes()
    assert shelf.unfollow(user) == Outcome(COMPLETED)
    assert shelf.notes.states == [COMMITTED] and user not in shelf.memory()["relations"]


def test_a_user_who_does_not_exist(shelf):
    outcome = shelf.follow("missing_demo")
    assert outcome.outcome is FAILED and "no user @missing_demo" in outcome.message
    assert shelf.notes.rows == []


def test_a_follow_that_the_app_ignores_is_refuted(shelf):
    shelf.app("set_follow_result", result="ignored")
    outcome = shelf.follow("demo_ignored")
    assert outcome.outcome is FAILED and "the follow did not happen" in outcome.message
    assert shelf.notes.states == [REFUTED]


@pytest.mark.parametrize(("kind", "follows"), [("drop", 0), ("drop_after", 1)])
def test_a_connection_that_breaks_at_the_follow(shelf, kind, follows):
    user = f"demo_{kind}"
    shelf.phone.fault("click", kind, target="Follow")
    outcome = shelf.follow(user)
    assert shelf.notes.states == [COMMITTED if follows else REFUTED] and shelf.follows(user) == follows
    assert outcome.outcome is (COMPLETED if follows else FAILED)
    assert shelf.follow(user).outcome is COMPLETED and shelf.follows(user) == 1


@pytest.mark.parametrize("happened", [True, False])
def test_an_unfollow_that_was_cut_off_in_the_tap_is_proved(shelf, happened):
    user = f"demo_cut_{happened}".lower()
    shelf.app("set_relation", user=user, state="none" if happened else "following")
    shelf.notes.committing("unfollow", f"@{user}", None, {"account": ACCOUNT, "button": "Following"})
    outcome = shelf.unfollow(user)
    assert shelf.notes.states == [COMMITTED if happened else REFUTED]
    assert (outcome.outcome, outcome.again) == (
        (COMPLETED, Again.RETRY) if happened else (FAILED, Again.ANEW)
    )
    assert user in shelf.memory()["relations"] or happened


def test_a_question_before_the_follow_is_left_to_a_person(shelf):
    before = len(shelf.memory()["answers"])
    shelf.app("set_follow_result", result="review")
    outcome = shelf.follow("demo_review")
    assert (outcome.outcome, outcome.again) == (
        FAILED,
        Again.NEVER,
    ) and "look at the account" in outcome.message
    assert shelf.notes.states == [REFUTED] and shelf.follows("demo_review") == 0
    assert [entry["answer"] for entry in shelf.memory()["answers"][before:]] == ["back"]


def test_a_rate_limit_at_the_follow_needs_a_person(shelf):
    shelf.app("set_follow_result", result="limited")
    outcome = shelf.follow("demo_limited")
    assert outcome.needs_person and "limits this account" in outcome.message
    assert shelf.notes.states == [MADE] and shelf.follows("demo_limited") == 0


# likes


@pytest.mark.parametrize("code", ["Dphoto01", "ReelOne01"])
def test_a_post_is_liked_once(shelf, code):
    assert shelf.like(post_link(code)) == Outcome(COMPLETED)
    assert shelf.notes.states == [COMMITTED] and len(shelf.done("likes", code)) == 1
    shelf.notes = Notes()
    assert shelf.like(post_link(code)) == Outcome(COMPLETED, "already liked")
    assert shelf.notes.rows == [] and len(shelf.done("likes", code)) == 1


def test_a_link_to_nothing_is_not_liked(shelf):
    outcome = shelf.like(post_link("gone123"))
    assert (outcome.outcome, outcome.again) == (FAILED, Again.NEVER) and "no post" in outcome.message
    assert shelf.notes.rows == []


@pytest.mark.parametrize(("kind", "likes"), [("drop", 0), ("drop_after", 1)])
@pytest.mark.parametrize("code", ["Dbreaks", "ReelBreaks"])
def test_a_connection_that_breaks_at_the_like(shelf, kind, likes, code):
    code += kind[-5:]
    shelf.phone.fault("click", kind, target="Like")
    outcome = shelf.like(post_link(code))
    assert shelf.notes.states == [COMMITTED if likes else REFUTED] and len(shelf.done("likes", code)) == likes
    assert outcome.outcome is (COMPLETED if likes else FAILED)
    assert shelf.like(post_link(code)).outcome is COMPLETED and len(shelf.done("likes", code)) == 1


def test_a_like_that_the_app_refuses_needs_a_person(shelf):
    shelf.app("block_next_action")
    outcome = shelf.like(post_link("Dblocked"))
    assert outcome.needs_person and shelf.notes.states == [MADE]
    assert shelf.done("likes", "Dblocked") == []


# comments


@pytest.mark.parametrize("code", ["Dphoto02", "ReelTwo02"])
def test_a_post_is_commented_on_once(shelf, code):
    words = "Lovely 🎉, isn't it?"
    assert shelf.comment(post_link(code), words) == Outcome(COMPLETED)
    assert shelf.notes.states == [COMMITTED]
    assert [entry["text"] for entry in shelf.done("comments", code)] == [words]
    shelf.notes = Notes()
    assert "has left this comment already" in shelf.comment(post_link(code), words).message
    assert shelf.notes.rows == [] and len(shelf.done("comments", code)) == 1


def test_a_post_without_comments_can_be_commented_on(shelf):
    assert shelf.comment(post_link("Dnothing"), "First!").outcome is COMPLETED
    assert len(shelf.done("comments", "Dnothing")) == 1


def test_comments_that_are_turned_off(shelf):
    shelf.app("set_comments_off", on=True)
    outcome = shelf.comment(post_link("Doff"), "Lovely!")
    assert (outcome.outcome, outcome.again) == (FAILED, Again.NEVER) and "turned off" in outcome.message
    assert shelf.notes.rows == []


@pytest.mark.parametrize(("kind", "comments"), [("drop", 0), ("drop_after", 1)])
def test_a_connection_that_breaks_at_the_comment(shelf, kind, comments):
    code = f"D{kind}"
    shelf.phone.fault("click", kind, target="Post")
    outcome = shelf.comment(post_link(code), "Just so")
    assert len(shelf.done("comments", code)) == comments
    if comments:
        assert shelf.notes.states == [COMMITTED] and outcome.outcome is COMPLETED
    assert COMMITTED in shelf.notes.states or REFUTED in shelf.notes.states


# screens in between


@pytest.mark.parametrize(
    "screen",
    [
        "human_check",
        "selfie_check",
        "id_check",
        "challenge",
        "suspended",
        "disabled",
        "logged_out",
        "login",
        "action_blocked",
        "ads_consent",
        "update",
        "photos_permission",
        "camera_permission",
    ],
)
def test_a_screen_for_the_accounts_holder_is_never_answered(shelf, screen):
    before = len(shelf.memory()["answers"])
    shelf.app("show_at", screen=screen, page="profile")
    outcome = shelf.follow(f"demo_{screen}")
    assert (outcome.outcome, outcome.needs_person) == (FAILED, True), outcome
    assert shelf.memory()["answers"][before:] == [] and shelf.notes.rows == []
    assert shelf.memory()["settings"]["interruption"] == screen


@pytest.mark.parametrize(
    ("screen", "answers"),
    [
        ("rate", ["No, thanks"]),
        ("location", ["back", "Cancel"]),
        ("location_permission", ["Don't allow"]),
        ("notifications", ["Not now"]),
        ("notifications_permission", ["Don't allow"]),
        ("save_login", ["Not now"]),
        ("map", ["Not now"]),
        ("reels_hint", ["back"]),
        ("facebook_hint", ["back"]),
        ("threads_question", ["Not now"]),
        ("edits_promotion", ["back"]),
        ("chooser", ["back"]),
    ],
)
def test_a_screen_that_may_be_declined_is_declined(shelf, screen, answers):
    before = len(shelf.memory()["answers"])
    shelf.app("show_at", screen=screen, page="profile")
    assert shelf.follow(f"demo_{screen}").outcome is COMPLETED
    assert [entry["answer"] for entry in shelf.memory()["answers"][before:]] == answers
