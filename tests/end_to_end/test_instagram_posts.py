"""Posts on Instagram, on virtual phones: what the phone remembers afterwards is the truth."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from phone_shelf import VIDEO, Notes, hurry, tenth
from picture_shelf import ACCOUNT, PictureShelf

from runner.flows import flow_run
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome

pytestmark = pytest.mark.phones

COMMITTED, REFUTED, MADE = EffectState.COMMITTED, EffectState.REFUTED, EffectState.MADE
COMPLETED, FAILED, UNCERTAIN = AttemptOutcome.COMPLETED, AttemptOutcome.FAILED, AttemptOutcome.UNCERTAIN


@pytest.fixture
def shelf(pictures: PictureShelf) -> PictureShelf:
    return pictures


@pytest.fixture(autouse=True)
def brisk(monkeypatch) -> None:
    """What the flows wait for 10 s or less to come to rest, or not to come at all, has a tenth of that."""
    hurry(monkeypatch, tenth(10))
    monkeypatch.setattr(flow_run, "JUDGE_S", 0.5)


def test_a_reel_is_posted_once(shelf):
    caption = "It's “new” & $(fresh); `drop` ünï 🎉\n#demo #autumn"
    shelf.app("set_profile_tab", tab="tagged")  # where it was left: posts of others
    shelf.app("set_grid_seconds", seconds=0.5)
    assert shelf.post(caption) == Outcome(COMPLETED)
    assert shelf.notes.states == [COMMITTED] and shelf.notes.rows[0].evidence["account"] == ACCOUNT
    (post,) = shelf.posts(caption)
    assert (post["kind"], post["state"]) == ("reel", "posted")
    assert [media["sha256"] for media in post["media"]] == [hashlib.sha256(VIDEO).hexdigest()]
    assert shelf.phone.memory()["media"]["media"] == []  # the file is off the phone again


@pytest.mark.parametrize("after", ["feed", "profile"])
def test_wherever_the_app_goes_after_share(shelf, after):
    shelf.app("set_after_share", screen=after)
    shelf.app("set_share_says_next", on=True)
    assert shelf.post(f"After it the {after}") == Outcome(COMPLETED)
    assert len(shelf.posts(f"After it the {after}")) == 1


def test_a_post_behind_pinned_ones_with_the_caption_of_the_last_one(shelf):
    shelf.app("pin_post", position=1)
    shelf.app("pin_post", position=2)
    for number in range(2):
        shelf.notes = Notes()
        assert shelf.post("Twice the same #demo").outcome is COMPLETED, number
        assert shelf.notes.states == [COMMITTED]
    assert len(shelf.posts("Twice the same #demo")) == 2


def test_a_post_without_a_caption(shelf):
    assert shelf.post("") == Outcome(COMPLETED)
    assert shelf.notes.states == [COMMITTED] and len(shelf.posts("")) == 1


def test_an_upload_that_fails_is_refuted_beside_one_that_failed_some_day(shelf):
    shelf.app("leave_failed_row", what="Video")
    shelf.app("fail_next_upload")
    outcome = shelf.post("Never there #demo")
    assert outcome.outcome is FAILED and "the post did not happen" in outcome.message
    assert shelf.notes.states == [REFUTED] and shelf.posts("Never there #demo") == []
    shelf.notes = Notes()
    assert shelf.post("There in spite of it").outcome is COMPLETED  # old failures are no new ones
    assert len(shelf.posts("There in spite of it")) == 1


def test_a_tap_that_the_app_ignores_is_refuted(shelf):
    shelf.app("ignore_next_post")
    assert shelf.post("Ignored #demo").outcome is FAILED
    assert shelf.notes.states == [REFUTED] and shelf.posts("Ignored #demo") == []


def test_limited_reach_is_the_users_decision(shelf):
    shelf.app("ask_before_share", question="limited_reach")
    before = len(shelf.memory()["answers"])
    outcome = shelf.post("Long one, asked")
    assert outcome.needs_person and "limited reach" in outcome.message and shelf.notes.states == [MADE]
    assert shelf.memory()["answers"][before:] == [] and shelf.posts("Long one, asked") == []
    shelf.notes = Notes()
    assert shelf.post("Long one, allowed", share_limited_reach=True) == Outcome(COMPLETED)
    assert len(shelf.posts("Long one, allowed")) == 1


def test_a_question_about_the_sound_is_left_to_a_person(shelf):
    shelf.app("ask_before_share", question="original_audio")
    before = len(shelf.memory()["answers"])
    outcome = shelf.post("With a question")
    assert outcome.needs_person and shelf.notes.states == [MADE]
    assert shelf.memory()["answers"][before:] == [] and shelf.posts("With a question") == []


@pytest.mark.parametrize(("kind", "posts"), [("drop", 0), ("drop_after", 1)])
def test_a_connection_that_breaks_at_the_share(shelf, kind, posts):
    caption = f"Broken by {kind} #demo"
    shelf.phone.fault("click", kind, target="Share")
    outcome = shelf.post(caption)
    assert shelf.notes.states == [COMMITTED if posts else REFUTED] and len(shelf.posts(caption)) == posts
    assert outcome.outcome is (COMPLETED if posts else FAILED)
    assert shelf.post(caption).outcome is COMPLETED and len(shelf.posts(caption)) == 1


def before_a_post(shelf: PictureShelf, caption: str) -> dict[str, str]:
    """What a post keeps before the tap that publishes, as the phone is now."""
    shelf.app("ignore_next_post")
    assert shelf.post(caption).outcome is FAILED
    evidence = dict(shelf.notes.rows[0].evidence)
    shelf.notes = Notes()
    return evidence


@pytest.mark.parametrize("happened", [True, False])
def test_a_post_that_was_cut_off_in_the_tap_is_proved(shelf, happened):
    caption = f"Cut off, {happened} #demo"
    evidence = before_a_post(shelf, caption)
    if happened:
        shelf.app("post_elsewhere", caption=caption)
    shelf.notes.committing("post", None, None, evidence)
    outcome = shelf.post(caption)
    assert shelf.notes.states == [COMMITTED if happened else REFUTED]
    assert outcome.again is (Again.RETRY if happened else Again.ANEW)
    assert shelf.posts(caption) == []


def test_somebody_elses_post_is_no_proof(shelf):
    evidence = before_a_post(shelf, "Ours #demo")
    shelf.app("post_elsewhere", caption="By another hand")
    shelf.notes.committing("post", None, None, evidence)
    assert shelf.post("Ours #demo").outcome is UNCERTAIN
    assert shelf.posts("Ours #demo") == []


# stories


def test_a_story_is_posted_once(shelf):
    for post in (*shelf.memory()["posts"], *shelf.memory()["elsewhere"]):
        assert post["kind"] != "story"
    assert shelf.post("No room for words", placement="story") == Outcome(COMPLETED)
    assert shelf.notes.states == [COMMITTED]
    stories = [post for post in shelf.memory()["posts"] if post["kind"] == "story"]
    assert [(post["state"], post["audience"]) for post in stories] == [("posted", "")]
    # While there is one, nobody can tell whether there is one more.
    shelf.notes = Notes()
    assert shelf.post("", placement="story").outcome is UNCERTAIN


# by the gallery


@pytest.fixture
def images(tmp_path) -> list[str]:
    """Three files that say of themselves that they are images."""
    paths = [tmp_path / f"picture{number}.png" for number in range(3)]
    for number, path in enumerate(paths):
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + f"picture {number}".encode() * 500)
    return [str(path) for path in paths]


def sha256_of(paths: list[str]) -> list[str]:
    return [hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths]


def hashes(post: dict[str, Any]) -> list[str]:
    return [media["sha256"] for media in post["media"]]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("way", ["share", "addButton"])
def test_images_are_posted_in_their_order(shelf, images, count, way):
    caption = f"{count} images by {way}"
    config = {"content_type": 1, "image_count": count, "material_list": images[:count], "post_way": way}
    assert shelf.post(caption, **config) == Outcome(COMPLETED)
    (post,) = shelf.posts(caption)
    assert post["kind"] == ("album" if count > 1 else "photo") and hashes(post) == sha256_of(images[:count])
    left = shelf.phone.memory()["media"]["media"]
    assert [entry for entry in left if entry[-1].startswith("image/")] == []


@pytest.mark.parametrize("old_tabs", [False, True])
def test_a_reel_by_the_plus_button(shelf, old_tabs):
    shelf.app("set_old_tabs", on=old_tabs)
    caption = f"By the button {old_tabs}"
    assert shelf.post(caption, post_way="addButton") == Outcome(COMPLETED)
    (post,) = shelf.posts(caption)
    assert post["kind"] == "reel" and hashes(post) == [hashlib.sha256(VIDEO).hexdigest()]


def test_a_reel_under_a_sound(shelf):
    link = "https://www.instagram.com/reels/audio/autumn-rain/"
    assert shelf.post("Under a sound", post_way="useSound", sound_name=link) == Outcome(COMPLETED)
    (post,) = shelf.posts("Under a sound")
    assert post["sound"] == "autumn-rain"


def test_a_sound_without_an_address_is_refused_by_the_flow(shelf):
    outcome = shelf.post("By its name", post_way="useSound", sound_name="Autumn rain")
    assert (outcome.outcome, outcome.again) == (FAILED, Again.NEVER) and "address" in outcome.message
    assert shelf.notes.rows == []
