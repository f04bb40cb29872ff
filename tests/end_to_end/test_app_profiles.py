"""App profiles on virtual phones: another language, the user's own, untested versions, and screens in between."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from phone_shelf import APP, Notes, Shelf

from runner.backends.device import DeviceBackend
from runner.flows import watch
from runner.scripts.script import FlowText, ProfileText
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome

pytestmark = pytest.mark.phones


@pytest.fixture
def shelf(started, tmp_path) -> Iterator[Shelf]:
    shelf = Shelf(started, tmp_path)
    shelf.phone.calm()
    shelf.app("clear")
    shelf.app("set_language", language="en")
    shelf.app("set_launch_seconds", seconds=0)
    shelf.app("set_upload_seconds", seconds=0.3)
    shelf.phone.post("version", package=APP, version="46.9.3")
    yield shelf
    shelf.backend.close()


def with_language(shelf: Shelf, language: str) -> None:
    shelf.backend.close()
    settings = replace(shelf.settings, language=language)
    shelf.backend = DeviceBackend(settings)


def with_own(shelf: Shelf, profiles: dict[str, str], flows: dict[str, str] | None = None) -> None:
    shelf.backend.close()
    texts = {app: ProfileText(f"apps/{app}.yaml", text) for app, text in profiles.items()}
    own = {("c", name): FlowText(f"flows/{name}.yaml", text) for name, text in (flows or {}).items()}
    shelf.backend = DeviceBackend(shelf.settings, None, own, lambda campaign: texts)


# languages


def test_a_french_phone_follows_and_posts(shelf):
    shelf.app("set_language", language="fr")
    assert shelf.follow("demo_francais") == Outcome(AttemptOutcome.COMPLETED)
    assert shelf.follows("demo_francais") == 1
    assert shelf.notes.states == [EffectState.COMMITTED]
    shelf.notes, before = Notes(), len(shelf.memory()["posts"])
    assert shelf.post("Une nouvelle vidéo").outcome is AttemptOutcome.COMPLETED
    assert [post["caption"] for post in shelf.memory()["posts"]][before:] == ["Une nouvelle vidéo"]
    assert shelf.notes.states == [EffectState.COMMITTED]


def test_a_user_who_is_followed_already_is_told_from_the_counter_of_the_same_name(shelf):
    shelf.app("set_language", language="fr")
    shelf.app("set_relation", user="demo_suivie", state="following")
    assert "already following" in shelf.follow("demo_suivie").message


def test_a_phone_in_a_language_without_labels_is_told_before_the_first_tap(shelf, started):
    started.device("VIRTUAL01").shell("setprop persist.sys.locale sv-SE")
    try:
        task = shelf.task("follow", "@demo_svensk", {"target_users": ["@demo_svensk"]})
        (problem,) = shelf.backend.check([task])
        assert "VIRTUAL01" in problem.message and "needs labels for sv" in problem.message
        outcome = shelf.perform(task)
        assert "needs labels for sv" in outcome.message and outcome.again is Again.NEVER
        assert shelf.notes.steps == [] and shelf.follows("demo_svensk") == 0
    finally:
        started.device("VIRTUAL01").shell("setprop persist.sys.locale en-US")


def test_the_setting_goes_before_what_the_phone_says(shelf):
    with_language(shelf, "fr")
    outcome = shelf.follow("demo_setting")
    assert outcome.outcome is AttemptOutcome.FAILED and shelf.follows("demo_setting") == 0
    shelf.app("set_language", language="fr")
    assert shelf.follow("demo_setting").outcome is AttemptOutcome.COMPLETED


# profiles of the user's own


def test_a_profile_of_the_users_own_lies_over_the_shipped_one(shelf):
    wrong = (
        "version: 1\napp: tiktok\nelements: {profile_tab: {desc: My page}, own_profile: {desc: My menu}}\n"
    )
    with_own(shelf, {"tiktok": wrong})
    outcome = shelf.follow("demo_own")
    assert outcome.outcome is AttemptOutcome.FAILED and "profile tab" in outcome.message
    right = (
        "version: 1\napp: tiktok\nelements: {profile_tab: [{desc: My page}, {desc: Profile, index: -1}]}\n"
    )
    with_own(shelf, {"tiktok": right})
    assert shelf.follow("demo_own").outcome is AttemptOutcome.COMPLETED


NOTES = """
version: 1
app: notes
packages: [org.example.notes]
elements:
  new_note: {id: add_note}
  editor: {id: note_title_field}
  picture: {desc: Picture, unverified: true}
"""
FLOW = """
version: 1
name: look
app: notes
effects: none
steps:
  - launch: {fresh: true}
  - tap: new_note
  - wait_for: editor
  - finish: the editor is open
"""


def test_an_app_that_comes_with_no_profile(shelf):
    with_own(shelf, {"notes": NOTES}, {"look": FLOW})
    task = replace(shelf.task("follow", None, {}), script="look", config={})
    assert shelf.backend.check([task]) == []
    assert shelf.perform(task) == Outcome(AttemptOutcome.COMPLETED, "the editor is open")


def test_a_step_that_needs_what_nobody_has_recorded_fails_plainly(shelf):
    with_own(shelf, {"notes": NOTES}, {"look": FLOW.replace("tap: new_note", "tap: picture")})
    outcome = shelf.perform(replace(shelf.task("follow", None, {}), script="look", config={}))
    assert "nobody has recorded picture" in outcome.message and outcome.again is Again.NEVER
    assert shelf.notes.steps[-1].kind == "tap" and shelf.notes.steps[-1].duration_s < 10


def test_an_untested_version_is_said_with_the_task(shelf):
    shelf.phone.post("version", package=APP, version="48.1.0")
    outcome = shelf.follow("demo_version")
    assert outcome.outcome is AttemptOutcome.COMPLETED
    assert "the app is version 48.1.0" in outcome.message and "43.1.4 - 47.0.3" in outcome.message


def test_phones_are_listed_with_what_nobody_has_tried(shelf, started, tmp_path):
    shelf.phone.post("version", package=APP, version="48.1.0")
    command = [sys.executable, "-m", "runner", "phones"]
    environment = os.environ | {"ANDROID_ADB_SERVER_PORT": str(started.adb_port)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    first, *more = done.stdout.splitlines()
    assert first == "VIRTUAL01  device  battery 87 %, charging" and "  tiktok  48.1.0  en-US" in more
    assert (
        "    warning: the app is version 48.1.0, and the profile tiktok was tested with 43.1.4 - 47.0.3"
        in more
    )


def test_a_phone_s_screen_is_checked(shelf, started, tmp_path):
    shelf.follow("demo_checked")
    words = ["app", "check", "tiktok", "--serial", "VIRTUAL01", "--expect", "followed", "--format", "json"]
    environment = os.environ | {"ANDROID_ADB_SERVER_PORT": str(started.adb_port)}
    command = [sys.executable, "-m", "runner", *words]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    (screen,) = json.loads(done.stdout)["screens"]
    assert screen["file"] == "VIRTUAL01" and screen["elements"]["followed"]["words"] == "Following"


# screens in between


@pytest.mark.parametrize(
    "screen", ["permission_camera", "permission_photos", "phone_login", "account_status"]
)
def test_what_only_a_person_may_answer_stops_the_task(shelf, screen):
    answers = shelf.memory()["answers"]
    shelf.app("show", screen=screen)
    outcome = shelf.follow(f"demo_{screen}")
    assert outcome.outcome is AttemptOutcome.FAILED and outcome.needs_person
    assert shelf.memory()["answers"] == answers and shelf.follows(f"demo_{screen}") == 0


def test_a_permission_that_nobody_knows_stops_the_task_by_its_id(shelf):
    """In French nobody has recorded how Android asks for contacts."""
    shelf.app("set_language", language="fr")
    shelf.app("show", screen="permission")
    assert shelf.follow("demo_inconnu").needs_person


@pytest.mark.parametrize(
    ("screen", "answer"),
    [
        ("permission", "Don't allow"),
        ("permission_location", "Don't allow"),
        ("permission_notifications", "Don't allow"),
        ("notifications", "Not now"),
        ("contacts", "Don\u2019t allow"),
        ("share_tray", "back"),
        ("widget_page", "back"),
        ("save_login", "Not now"),
    ],
)
def test_what_may_be_declined_is_declined(shelf, screen, answer):
    shelf.app("show", screen=screen)
    assert shelf.follow("demo_" + screen[-12:]).outcome is AttemptOutcome.COMPLETED
    assert shelf.memory()["answers"][-1]["answer"] == answer


def test_a_permission_that_is_asked_for_once_more_and_in_capitals(shelf):
    shelf.app("set_permissions", ask=False, google=True, capitals=True)
    for _ in range(2):
        shelf.app("show", screen="permission_notifications")
        shelf.follow("demo_capitals")
        shelf.notes = Notes()
    assert [one["answer"] for one in shelf.memory()["answers"]][-2:] == ["Don't allow"] * 2
    assert shelf.memory()["permissions"]["notifications"] == "denied for good"
    shelf.app("set_permissions", ask=False, google=False, capitals=False)


def test_a_card_that_asks_for_an_update_gets_the_back_key_once(shelf, monkeypatch):
    monkeypatch.setattr(watch, "OPAQUE_S", 1.0)
    shelf.app("show", screen="update")
    assert shelf.follow("demo_update").outcome is AttemptOutcome.COMPLETED
    assert shelf.memory()["answers"][-1] | {"at": ""} == {"screen": "update", "answer": "back", "at": ""}


def test_an_app_that_is_still_launching_is_waited_for(shelf, monkeypatch):
    monkeypatch.setattr(watch, "OPAQUE_S", 0.5)
    shelf.app("set_launch_seconds", seconds=3)
    assert shelf.follow("demo_slow_start").outcome is AttemptOutcome.COMPLETED
