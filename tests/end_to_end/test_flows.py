"""The flows of the device backend on virtual phones: what the phone remembers afterwards is the truth."""

import hashlib
import os
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psutil
import pytest
from phone_shelf import APP, VIDEO, Notes, Shelf, eventually, hurry, tenth

from runner.flows import flow_run, watch
from runner.flows.profile import Profiles, load_profile
from runner.tasks import (
    Again,
    AttemptOutcome,
    EffectState,
    Outcome,
    SeenFile,
    StepOutcome,
    TaskOptions,
)

pytestmark = pytest.mark.phones

LONG = 120 * 1024 * 1024


@pytest.fixture
def shelf(started, tmp_path) -> Iterator[Shelf]:
    shelf = Shelf(started, tmp_path)
    shelf.phone.calm()
    shelf.app("clear")
    shelf.app("set_follow_result", result="normal")
    shelf.app("set_upload_seconds", seconds=0.3)
    yield shelf
    shelf.backend.close()


@pytest.fixture
def brisk(monkeypatch) -> None:
    """What the flows wait for 10 s or less to come to rest has a tenth of that."""
    hurry(monkeypatch, tenth(10))


@pytest.fixture
def hasty(monkeypatch) -> None:
    """Every time limit of the flows is a twentieth."""
    seconds = watch.Watch.seconds
    monkeypatch.setattr(watch.Watch, "seconds", lambda self, text: seconds(self, text) / 20)


@contextmanager
def comes_back(shelf: Shelf) -> Iterator[None]:
    """While this goes on, a phone that is unplugged is plugged in again."""
    done = threading.Event()

    def plug_in() -> None:
        while not done.wait(0.1):
            if not shelf.phone.get()["plugged_in"]:
                shelf.phone.post("online")
                return

    thread = threading.Thread(target=plug_in)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


# files


def test_a_file_that_is_not_what_was_asked_for_is_not_posted(shelf):
    task = shelf.task("post", None, {"captions": "Changed", "material_list": [str(shelf.video)]})
    seen = SeenFile(str(shelf.video), hashlib.sha256(b"something else").hexdigest())
    outcome = shelf.perform(replace(task, options=TaskOptions(files=(seen,))))
    assert outcome.outcome is AttemptOutcome.FAILED
    assert "is not what it was when the task was asked for" in outcome.message
    assert (shelf.notes.states, shelf.memory()["posts"]) == ([], [])


def test_a_long_video_takes_no_memory_on_its_way(shelf, started):
    shelf.video.write_bytes(b"\0\0\0\x18ftypmp42")
    os.truncate(shelf.video, LONG)
    phones = psutil.Process(started.process.pid)
    before = phones.memory_info().rss
    tracemalloc.start()
    try:
        outcome = shelf.post("Long")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert outcome == Outcome(AttemptOutcome.COMPLETED)
    assert shelf.memory()["posts"][0]["media"][0]["size"] == LONG
    assert peak < LONG / 4
    assert phones.memory_info().rss - before < LONG / 4


# following


@pytest.mark.parametrize("access_method", ["direct", "search"])
def test_a_user_is_followed_once(shelf, access_method):
    user = f"demo_{access_method}"
    outcome = shelf.follow(user, access_method=access_method)
    assert outcome == Outcome(AttemptOutcome.COMPLETED)
    assert shelf.notes.states == [EffectState.COMMITTED]
    assert shelf.notes.rows[0].evidence == {"account": "@studio_virtual01", "button": "Follow"}
    assert shelf.follows(user) == 1
    assert all(step.screenshot for step in shelf.notes.steps)


def test_a_user_who_is_followed_already_is_no_effect(shelf):
    shelf.app("set_relation", user="demo_old_friend", state="following")
    outcome = shelf.follow("demo_old_friend")
    assert outcome == Outcome(AttemptOutcome.COMPLETED, "already following @demo_old_friend")
    assert shelf.notes.rows == [] and shelf.follows("demo_old_friend") == 0


@pytest.mark.parametrize("user", ["private_demo", "fan_of_demo"])
def test_a_request_and_a_follow_back_count(shelf, user):
    assert shelf.follow(user).outcome is AttemptOutcome.COMPLETED
    assert shelf.notes.states == [EffectState.COMMITTED] and shelf.follows(user) == 1


@pytest.mark.parametrize("access_method", ["direct", "search"])
def test_a_user_who_does_not_exist(shelf, access_method, hasty):
    outcome = shelf.follow("missing_demo", access_method=access_method)
    assert outcome.outcome is AttemptOutcome.FAILED and "no user @missing_demo" in outcome.message
    assert shelf.notes.rows == []


def test_names_that_would_break_a_shell_or_a_link(shelf):
    outcome = shelf.follow("x'; rm -rf /sdcard; '?a=1&b=$(id)")
    assert outcome.outcome is AttemptOutcome.FAILED and shelf.notes.rows == []


def test_other_ids_and_noise_in_the_texts_do_not_matter(shelf):
    shelf.app("shuffle_ids")
    shelf.app("set_text_noise", on=True)
    try:
        assert shelf.follow("demo_shuffled").outcome is AttemptOutcome.COMPLETED
        shelf.notes = Notes()
        assert shelf.post("Shuffled #demo").outcome is AttemptOutcome.COMPLETED
    finally:
        shelf.app("set_text_noise", on=False)
    assert shelf.follows("demo_shuffled") == 1
    assert [post["caption"] for post in shelf.memory()["posts"]].count("Shuffled #demo") == 1


def test_a_tap_that_the_app_ignores_is_refuted(shelf):
    shelf.app("set_follow_result", result="ignored")
    outcome = shelf.follow("demo_ignored")
    assert outcome.outcome is AttemptOutcome.FAILED and "did not happen" in outcome.message
    assert shelf.notes.states == [EffectState.REFUTED]


# posting


def test_a_video_is_posted_once(shelf):
    caption = "It's “new” & $(fresh); `drop` ünï 🎉\n#demo #autumn"
    outcome = shelf.post(caption)
    assert outcome == Outcome(AttemptOutcome.COMPLETED)
    assert shelf.notes.states == [EffectState.COMMITTED]
    (post,) = [post for post in shelf.memory()["posts"] if post["caption"] == caption]
    assert [media["sha256"] for media in post["media"]] == [hashlib.sha256(VIDEO).hexdigest()]
    assert post["state"] == "posted"
    assert shelf.phone.memory()["media"]["media"] == []  # the file is off the phone again


@pytest.mark.parametrize("name", ["clip.3gp", "CLIP.MP4", "clip"])
def test_a_file_is_posted_whatever_its_name(shelf, tmp_path, name):
    shelf.video = tmp_path / name
    shelf.video.write_bytes(b"\0\0\0\x18ftypisom" + VIDEO)
    assert shelf.post(f"from {name}") == Outcome(AttemptOutcome.COMPLETED)
    (post,) = [post for post in shelf.memory()["posts"] if post["caption"] == f"from {name}"]
    assert [media["sha256"] for media in post["media"]] == [
        hashlib.sha256(shelf.video.read_bytes()).hexdigest()
    ]


def test_a_post_beside_drafts_and_pinned_tiles_with_the_caption_of_the_last_one(shelf, brisk):
    shelf.app("add_draft", caption="kept")
    shelf.app("pin_tile", position=1)
    for _ in range(2):
        assert shelf.post("Twice the same #demo").outcome is AttemptOutcome.COMPLETED
        shelf.notes = Notes()
    posts = [post for post in shelf.memory()["posts"] if post["caption"] == "Twice the same #demo"]
    assert len(posts) == 2


def test_an_upload_that_fails_is_refuted(shelf, brisk):
    shelf.app("fail_next_upload")
    outcome = shelf.post("Never there #demo")
    assert outcome.outcome is AttemptOutcome.FAILED and "the post did not happen" in outcome.message
    assert shelf.notes.states == [EffectState.REFUTED]


# the commit point


def test_a_connection_that_breaks_before_the_tap(shelf):
    shelf.phone.fault("click", "drop", target="Follow")
    outcome = shelf.follow("demo_before")
    assert outcome.outcome is AttemptOutcome.FAILED
    assert shelf.notes.states == [EffectState.REFUTED] and shelf.follows("demo_before") == 0
    assert shelf.follow("demo_before").outcome is AttemptOutcome.COMPLETED
    assert shelf.follows("demo_before") == 1


def test_a_connection_that_breaks_after_the_tap(shelf):
    shelf.phone.fault("click", "drop_after", target="Follow")
    outcome = shelf.follow("demo_after")
    assert outcome.outcome is AttemptOutcome.COMPLETED and "as the app shows" in outcome.message
    assert shelf.notes.states == [EffectState.COMMITTED] and shelf.follows("demo_after") == 1


@pytest.mark.parametrize(("kind", "posts"), [("offline", 0), ("offline_after", 1)])
def test_a_phone_that_is_unplugged_at_the_tap_on_post_and_comes_back(shelf, kind, posts, brisk):
    shelf.phone.fault("click", kind, target="Post")
    with comes_back(shelf):
        outcome = shelf.post(f"Unplugged {kind} #demo")
    happened = [post for post in shelf.memory()["posts"] if post["caption"] == f"Unplugged {kind} #demo"]
    assert len(happened) == posts
    assert shelf.notes.states == [EffectState.COMMITTED if posts else EffectState.REFUTED]
    assert outcome.outcome is (AttemptOutcome.COMPLETED if posts else AttemptOutcome.FAILED)


def test_a_phone_that_is_unplugged_after_the_tap_is_asked_when_it_is_back(shelf, monkeypatch):
    monkeypatch.setattr(flow_run, "REACH_S", 0.5)
    shelf.phone.fault("click", "offline_after", target="Follow")
    outcome = shelf.follow("demo_gone")
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.WHEN_BACK)
    assert "may have been made" in outcome.message and shelf.notes.states == [EffectState.COMMITTING]
    shelf.phone.post("online")
    assert shelf.follow("demo_gone").outcome is AttemptOutcome.COMPLETED
    assert shelf.notes.states == [EffectState.COMMITTED] and shelf.follows("demo_gone") == 1


@pytest.mark.parametrize("happened", [True, False])
def test_an_attempt_that_was_cut_off_in_the_tap_is_taken_up(shelf, happened):
    user = f"demo_cut_off_{happened}".lower()
    shelf.notes.committing("follow", f"@{user}", None, {"account": "@studio_virtual01", "button": "Follow"})
    if happened:
        shelf.app("set_relation", user=user, state="following")
    outcome = shelf.follow(user)
    assert shelf.follows(user) == 0  # it only looks
    if happened:
        assert outcome.outcome is AttemptOutcome.COMPLETED
        assert shelf.notes.states == [EffectState.COMMITTED]
    else:
        assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.ANEW)
        assert shelf.notes.states == [EffectState.REFUTED]
        assert shelf.follow(user).outcome is AttemptOutcome.COMPLETED and shelf.follows(user) == 1


def test_an_answer_that_confirms_nothing_is_none(shelf):
    """The phone answers null, and the app has not seen the tap."""
    shelf.phone.fault("click", "null", target="Follow")
    settled: list[EffectState] = []
    settle = shelf.notes.settle
    shelf.notes.settle = lambda number, state, evidence, **how: (
        settled.append(state),
        settle(number, state, evidence, **how),
    )
    outcome = shelf.follow("demo_null")
    assert outcome.outcome is AttemptOutcome.FAILED and "confirms nothing" in outcome.message
    assert settled == [EffectState.REFUTED] and shelf.follows("demo_null") == 0


@pytest.mark.parametrize("message", ["UiAutomation not connected", "android.os.DeadObjectException"])
def test_the_tap_is_not_repeated_where_uiautomator2s_client_would(shelf, message):
    shelf.phone.fault("click", "error", target="Follow", message=message)
    outcome = shelf.follow("demo_no_retry")
    assert outcome.outcome is AttemptOutcome.FAILED and shelf.notes.states == [EffectState.REFUTED]
    assert shelf.follows("demo_no_retry") == 0


# what may go wrong elsewhere


def test_a_server_that_dies_between_two_steps_is_started_again(shelf):
    shelf.phone.fault("dumpWindowHierarchy", "kill_u2", skip=3)
    assert shelf.follow("demo_restarted") == Outcome(AttemptOutcome.COMPLETED)
    assert shelf.follows("demo_restarted") == 1


@pytest.mark.parametrize(("screen", "answer"), [("save_login", "Not now"), ("permission", "Don't allow")])
def test_a_dialog_that_may_be_declined(shelf, screen, answer):
    shelf.app("show", screen=screen)
    assert shelf.follow(f"demo_{screen}").outcome is AttemptOutcome.COMPLETED
    assert shelf.memory()["answers"][-1]["answer"] == answer


@pytest.mark.parametrize("screen", ["login", "captcha", "birthday", "ads_consent", "rate_limit"])
def test_a_screen_that_only_a_person_may_pass(shelf, screen, monkeypatch):
    monkeypatch.setattr(watch, "OPAQUE_S", 1.0)
    answers = shelf.memory()["answers"]
    shelf.app("show", screen=screen)
    outcome = shelf.follow("demo_stopped")
    assert outcome.outcome is AttemptOutcome.FAILED and outcome.needs_person
    assert outcome.message.startswith("VIRTUAL01: ") and outcome.hint
    assert shelf.notes.steps[-1].outcome is StepOutcome.FAILED and shelf.notes.steps[-1].hierarchy
    assert shelf.memory()["answers"] == answers  # nothing was answered


def test_an_element_that_never_appears_keeps_screenshot_and_hierarchy(shelf, monkeypatch, hasty):
    profile = load_profile("tiktok")
    nowhere = profile.model_copy(
        update={"elements": {**profile.elements, "follow_button": (), "followed": ()}}
    )
    monkeypatch.setattr(Profiles, "load", lambda profiles, app: nowhere)
    outcome = shelf.follow("demo_nowhere")
    assert outcome.outcome is AttemptOutcome.FAILED and "waited" in outcome.message
    last = shelf.notes.steps[-1]
    assert last.outcome is StepOutcome.FAILED and last.screenshot and "demo_nowhere" in (last.hierarchy or "")
    assert last.source.startswith("library/tiktok/follow.yaml:")


def test_a_config_that_no_flow_can_do_is_refused_before_anything(shelf):
    task = shelf.task("post", None, {"add_product_link": 1, "material_list": ["a.mp4"]})
    (problem,) = shelf.backend.check([task])
    assert "cannot do add_product_link: 1" in problem.message and problem.hint == "set add_product_link to 0"
    assert shelf.perform(task).outcome is AttemptOutcome.FAILED


def test_closing_leaves_the_phone_without_a_server(shelf):
    shelf.follow("demo_closed")
    assert shelf.phone.get()["uiautomator2"] is True
    shelf.backend.close()
    assert eventually(lambda: not shelf.phone.get()["uiautomator2"])


# phones that cannot be used


@pytest.mark.parametrize(
    ("action", "words"),
    [("offline", "offline"), ("unplug", "no connected phone"), ("unauthorized", "unauthorized")],
)
def test_a_phone_that_is_not_ready_is_found_before_anything_starts(shelf, action, words):
    task = shelf.task("follow", "@demo_never", {"target_users": ["@demo_never"]})
    assert shelf.backend.check([task]) == []
    shelf.phone.post(action)
    (problem,) = eventually(lambda: [p for p in shelf.backend.check([task]) if words in p.message])
    assert problem.lane == "VIRTUAL01" and problem.hint
    outcome = shelf.perform(task)
    assert outcome.outcome is AttemptOutcome.FAILED and "VIRTUAL01" in outcome.message


def test_an_app_that_is_not_installed(phones, tmp_path):
    shelf = Shelf(phones("VIRTUAL01"), tmp_path)
    shelf.phone.post("uninstall", package=APP)
    task = shelf.task("follow", "@demo", {"target_users": ["@demo"]})
    (problem,) = shelf.backend.check([task])
    assert "tiktok is not installed" in problem.message
    outcome = shelf.perform(task)
    assert outcome.outcome is AttemptOutcome.FAILED and outcome.message == problem.message
    shelf.backend.close()
