"""The ways to post on virtual phones: images, the gallery, sounds, and what comes after Post."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from phone_shelf import VIDEO, Shelf, hurry, untouched

from runner.flows import flow_run
from runner.tasks import Again, AttemptOutcome, EffectState, Outcome

pytestmark = pytest.mark.phones

DONE = Outcome(AttemptOutcome.COMPLETED)
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def shelf(started, tmp_path) -> Iterator[Shelf]:
    """A phone that nothing was done to yet."""
    shelf = untouched(started, tmp_path, "POST")
    shelf.app("set_upload_seconds", seconds=0.3)
    yield shelf
    shelf.backend.close()


@pytest.fixture(autouse=True)
def brisk(monkeypatch) -> None:
    """How long things may take to come to rest, or not to come at all; in seconds."""
    shorter = {1.0: 0.1, 2.0: 0.2, 3.0: 0.3, 8.0: 2.0, 10.0: 0.5}
    hurry(monkeypatch, lambda limit_s: shorter.get(limit_s, limit_s))
    monkeypatch.setattr(flow_run, "JUDGE_S", 0.5)


def images(folder: Path, count: int) -> list[str]:
    paths = [folder / f"{number}.png" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(PNG + bytes([number]) * 400)
    return [str(path) for path in paths]


def hashes(paths: list[str]) -> list[str]:
    return [hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths]


def post(shelf: Shelf, **config: Any) -> Outcome:
    wanted = {"captions": "Mine #demo", "material_list": [str(shelf.video)], "sound_wait_time": 30, **config}
    return shelf.perform(shelf.task("post", None, wanted))


def only(shelf: Shelf) -> Any:
    """The one post that the phone remembers."""
    (made,) = shelf.memory()["posts"]
    return made


# images


@pytest.mark.parametrize("count", [1, 3])
def test_images_are_posted_in_their_order_with_a_title(shelf, tmp_path, count):
    files = images(tmp_path, count)
    config = {"content_type": 1, "image_count": count, "material_list": files}
    assert post(shelf, captions="The title ## First line###second #demo", **config) == DONE
    made = only(shelf)
    assert [media["sha256"] for media in made["media"]] == hashes(files)
    assert (made["title"], made["caption"]) == ("The title", "First line\nsecond #demo")
    assert shelf.phone.memory()["media"]["media"] == []  # the files are off the phone again


def test_an_image_is_found_where_its_tile_tells_nothing(shelf, tmp_path):
    shelf.app("set_earlier_posts", count=12)
    for position in range(12):  # of tiles that grow, one above the other, each may be the next one
        shelf.app("set_views", position=position, views=1200 - 100 * position)
    assert post(shelf, content_type=1, material_list=images(tmp_path, 1)) == DONE
    assert only(shelf)["caption"] == "Mine #demo"


@pytest.mark.parametrize(
    ("add_sound", "sound"), [("0", ""), ("-1", "a tune for demo photos"), (1, "a tune for demo photos")]
)
def test_the_sound_under_images(shelf, tmp_path, add_sound, sound):
    config = {"content_type": 1, "material_list": images(tmp_path, 1), "add_sound": add_sound}
    assert post(shelf, **config) == DONE
    assert only(shelf)["sound"] == sound


def test_a_sound_that_the_app_does_not_put_under_a_post(shelf):
    outcome = post(shelf, add_sound="1")
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, Again.NEVER)
    assert "no sound" in outcome.message and shelf.memory()["posts"] == []


# by the plus button, by a sound


@pytest.mark.parametrize("entry", ["thumbnail", "upload"])
def test_a_video_from_the_gallery(shelf, entry):
    shelf.app("set_gallery_entry", style=entry)
    assert post(shelf, post_way="addButton") == DONE
    (media,) = only(shelf)["media"]
    assert media["sha256"] == hashlib.sha256(VIDEO).hexdigest()
    assert shelf.memory()["answers"] == []  # the shutter was not touched


@pytest.mark.parametrize(
    "sound", ["paper boats", "https://www.tiktok.com/music/paper-boats-7000000000000000001"]
)
def test_a_video_under_a_sound(shelf, sound):
    assert post(shelf, post_way="useSound", sound_name=sound) == DONE
    assert only(shelf)["sound"] == "paper boats"
    assert shelf.memory()["answers"] == []  # no story was made of it


def test_what_the_app_asks_for_before_the_camera_is_the_users_to_answer(shelf):
    shelf.app("set_permissions", ask=True)
    outcome = post(shelf, post_way="addButton")
    assert outcome.outcome is AttemptOutcome.FAILED and outcome.needs_person
    assert shelf.memory()["answers"] == [] and shelf.memory()["posts"] == []


def test_a_slow_editor_and_a_caption_field_that_unfolds(shelf):
    shelf.app("set_editor_seconds", seconds=3)
    shelf.app("set_caption_editor", style="unfolds")
    assert post(shelf) == DONE
    assert only(shelf)["caption"] == "Mine #demo" and shelf.memory()["drafts"] == []


# after Post


@pytest.mark.parametrize("screen", ["notifications", "share_tray", "widget_page", "contacts"])
def test_what_comes_after_post_is_declined(shelf, screen):
    shelf.app("interrupt_at", moment="post", screen=screen)
    assert post(shelf) == DONE
    assert only(shelf)["state"] == "posted"
    answers = {answer["answer"] for answer in shelf.memory()["answers"]}
    assert answers <= {"Not now", "Don\u2019t allow", "back", "Back"}


@pytest.mark.parametrize("place", ["profile", "friends", "new_post"])
def test_wherever_post_leads(shelf, place):
    shelf.app("set_after_post", screen=place)
    assert post(shelf) == DONE
    assert only(shelf)["caption"] == "Mine #demo"


def test_the_wait_for_the_upload_is_a_maximum(shelf):
    shelf.app("set_upload_seconds", seconds=4)
    outcome = post(shelf, upload_wait_time=1)
    assert outcome.outcome is AttemptOutcome.COMPLETED
    assert shelf.notes.states == [EffectState.COMMITTED] and only(shelf)["state"] == "posted"


# this machine's library


def test_a_video_of_the_library_by_its_tags(shelf, tmp_path, monkeypatch):
    library = tmp_path / "library"
    (library / "Autumn").mkdir(parents=True)
    (library / "plain.mp4").write_bytes(b"\0\0\0\x18ftypisom" + b"plain" * 100)
    (library / "Autumn" / "clip.mp4").write_bytes(b"\0\0\0\x18ftypisom" + VIDEO)
    monkeypatch.setenv("RUNNER_MATERIAL_LIBRARY", str(library))
    assert post(shelf, material_list=[], materials_tags="winter, autumn") == DONE
    (media,) = only(shelf)["media"]
    assert media["sha256"] == hashes([str(library / "Autumn" / "clip.mp4")])[0]
