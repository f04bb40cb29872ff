import hashlib
import os
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from runner.backends.material import Looks, glance, material, material_files
from runner.errors import TaskError, Unsupported
from runner.media_file import MediaFile
from runner.scripts import SCRIPTS, complete
from runner.tasks import SeenFile, Task, TaskOptions

VIDEO = b"\0\0\0\x18ftypmp42"
FOLDER = {"material_source": "localFolder", "material_path": "/nowhere"}


def config(**settings: Any) -> dict[str, Any]:
    return complete(SCRIPTS["post"], settings)


def names(settings: dict[str, Any], ordinal: int) -> list[str]:
    return [path.name for path in material(settings, ordinal)]


def test_devices_take_turns_through_the_list() -> None:
    settings = config(material_list=["/m/one.mp4", "/m/two.mp4"])

    assert [names(settings, ordinal) for ordinal in range(3)] == [["one.mp4"], ["two.mp4"], ["one.mp4"]]


def test_the_list_wins_over_the_folder(tmp_path: Path) -> None:
    (tmp_path / "other.mp4").touch()
    settings = config(
        material_list=["/m/one.mp4"], material_source="localFolder", material_path=str(tmp_path)
    )

    assert names(settings, 0) == ["one.mp4"]


def test_each_task_takes_as_many_images_as_asked_and_never_one_twice() -> None:
    settings = config(content_type=1, image_count=2, material_list=["/m/a.png", "/m/b.png", "/m/c.png"])
    few = config(content_type=1, image_count=5, material_list=["/m/a.png", "/m/b.png"])

    assert [names(settings, ordinal) for ordinal in range(2)] == [["a.png", "b.png"], ["c.png", "a.png"]]
    assert names(few, 0) == ["a.png", "b.png"]


def test_a_folder_gives_its_videos_or_its_images_by_name(tmp_path: Path) -> None:
    for name in ("b.MP4", "a.mp4", "notes.txt", ".hidden.mp4", "c.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "folder.mp4").mkdir()
    folder = {"material_source": "localFolder", "material_path": str(tmp_path)}

    assert [names(config(**folder), ordinal) for ordinal in range(3)] == [["a.mp4"], ["b.MP4"], ["a.mp4"]]
    assert names(config(**folder, content_type=1), 0) == ["c.jpg"]


def test_content_counts_where_a_name_says_nothing(tmp_path: Path) -> None:
    video = b"\0\0\0\x18ftypisom"
    for name, content in {"clip": video, "README": b"words", "c.mp4.part": video, "d.3GP": b""}.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / os.fsdecode(b"no-text-\xff.mp4")).write_bytes(video)
    folder = {"material_source": "localFolder", "material_path": str(tmp_path)}

    assert [names(config(**folder), ordinal) for ordinal in range(3)] == [["clip"], ["d.3GP"], ["clip"]]


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()

    with pytest.raises(TaskError, match=f"looked for videos in {tmp_path} and found none"):
        material(config(material_source="localFolder", material_path=str(tmp_path)), 0)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="No such file or directory"):
        material(config(material_source="localFolder", material_path=str(tmp_path / "gone")), 0)


def test_a_material_library_is_not_there() -> None:
    with pytest.raises(Unsupported, match="no material library"):
        material(config(), 0)


def post(campaign: str = "c", backend: str = "device", order: str | None = "next", **config: Any) -> Task:
    filled = complete(SCRIPTS["post"], config)
    due = datetime(2026, 11, 21, tzinfo=UTC)
    made = Task("k", campaign, "e", "post", backend, "S1", None, None, "n", 0, due, 300.0, filled)
    return replace(made, options=TaskOptions(order=order))


def test_files_are_recognised_by_their_content(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(VIDEO + b"a")
    (tmp_path / "b.mp4").write_bytes(VIDEO + b"a")
    paths = [str(tmp_path / name) for name in ("a.mp4", "b.mp4", "gone.mp4")]
    config = {"material_list": paths}
    others = [post("api", "local_api", **config), post("d", order=None, **config), post("f", **FOLDER)]
    found = Looks().files([post(**config), *others])

    assert set(found) == {("c", "e"), ("f", "e")}
    assert found["f", "e"] == ()  # its folder is not there: each attempt tells
    first, second, gone = found["c", "e"]
    assert first.sha256 == second.sha256 == hashlib.sha256(VIDEO + b"a").hexdigest()
    assert gone == SeenFile(paths[2], "")
    assert [file.sha256 for file in glance(post(**config).config)] == [
        first.fingerprint,
        first.fingerprint,
        "",
    ]


def test_what_was_read_ahead_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.mp4").write_bytes(VIDEO)
    looks, one = Looks(), post(material_list=[str(tmp_path / "a.mp4"), str(tmp_path / "gone.mp4")])
    looks.ahead(one.config, threading.Event())
    monkeypatch.setattr(MediaFile, "sha256", property(lambda self: pytest.fail("it is read again")))

    assert looks.at(one.config)[0].sha256 == hashlib.sha256(VIDEO).hexdigest()


def test_reading_ahead_ends_when_the_daemon_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.mp4").write_bytes(VIDEO)
    monkeypatch.setattr(MediaFile, "sha256", property(lambda self: pytest.fail("it is read")))
    stopping = threading.Event()
    stopping.set()
    Looks().ahead(post(material_list=[str(tmp_path / "a.mp4")]).config, stopping)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUNNER_MATERIAL_LIBRARY", str(tmp_path))
    for name in (
        "plain.mp4",
        "Autumn/clip.mp4",
        "studio/big-autumn_2.mp4",
        "autumnal.mp4",
        ".old/autumn.mp4",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "autumn.txt").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("", ["Autumn/clip.mp4", "autumnal.mp4", "plain.mp4", "studio/big-autumn_2.mp4"]),
        ("autumn", ["Autumn/clip.mp4", "studio/big-autumn_2.mp4"]),
        (" AUTUMN 2 , plain,", ["plain.mp4", "studio/big-autumn_2.mp4"]),
    ],
)
def test_the_library_gives_its_files_by_the_words_of_their_names(
    library: Path, tags: str, found: list[str]
) -> None:
    files = material_files(config(materials_tags=tags))
    assert [str(path.relative_to(library)) for path in files] == found


def test_a_library_without_anything_of_that_tag_is_told(library: Path) -> None:
    with pytest.raises(TaskError, match="looked for videos tagged winter in the material library"):
        material(config(materials_tags="winter"), 0)


def test_files_that_are_listed_win_over_the_library(library: Path) -> None:
    assert names(config(material_list=["/a.mp4"], materials_tags="autumn"), 0) == ["a.mp4"]
