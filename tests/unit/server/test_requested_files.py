"""The files that a request names: videos and images of the daemon's owner, as they are then, and nothing else."""

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from local_api_desk import Api

from runner.errors import UsageError
from runner.media_file import MediaFile
from runner.server.local_api import requested_files
from runner.server.local_api.envelope import ApiError
from runner.server.local_api.intake import take_in
from runner.server.local_api.requested_files import RequestedFiles
from runner.server.local_api.shapes import NewTask
from runner.tasks import SeenFile, Task

VIDEO = b"\0\0\0\x18ftypmp42" + b"x" * 100
PICTURE = b"\x89PNG\r\n\x1a\n" + b"x" * 100
KEY = b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n"


def made(files: RequestedFiles, *paths: Path, serials: int = 1, **config: object) -> tuple[Task, ...]:
    request = NewTask(
        serials=[f"S{number}" for number in range(serials)],
        script_name="post",
        script_config={"material_list": [str(path) for path in paths]} | config,
    )
    return take_in(request, datetime(2026, 11, 21, 17, tzinfo=UTC), ZoneInfo("UTC"), files).tasks


def refusal(files: RequestedFiles, path: Path, **config: object) -> str:
    with pytest.raises(ApiError) as caught:
        made(files, path, **config)
    assert caught.value.code == 40001
    return caught.value.message.replace(str(path), "PATH")


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """A folder with a video, beside a home with secrets."""
    folder = tmp_path / "media"
    folder.mkdir()
    (folder / "launch.mp4").write_bytes(VIDEO)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "id_rsa").write_bytes(KEY)
    (tmp_path / "home" / "private.mp4").write_bytes(VIDEO)
    (tmp_path / "home" / "key.mp4").write_bytes(KEY)
    return folder


def seen(video: Path) -> SeenFile:
    with MediaFile(video) as file:
        return SeenFile(str(video), hashlib.sha256(VIDEO).hexdigest(), file.fingerprint)


def test_a_task_knows_its_file_by_its_content(media: Path) -> None:
    video = media / "launch.mp4"
    (task,) = made(RequestedFiles(), video)
    assert task.options.files == (seen(video),)
    assert "files" not in task.config


def test_the_ledger_keeps_what_was_seen(media: Path, tmp_path: Path) -> None:
    api = Api(tmp_path)
    request = {
        "serials": ["S1"],
        "script_name": "post",
        "script_config": {"material_list": [str(media / "launch.mp4")]},
    }
    (task_id,) = api.data("POST", "/task", request)["task_ids"]
    row = api.ledger.tasks.get(task_id)
    assert row is not None
    assert row.task.options.files == (seen(media / "launch.mp4"),)
    assert "sha256" not in str(api.data("GET", f"/task/{task_id}"))
    api.ledger.close()


def test_tasks_that_take_turns_know_each_their_own(media: Path) -> None:
    (media / "second.mp4").write_bytes(VIDEO + b"2")
    for config in ({}, {"material_source": "localFolder", "material_path": str(media)}):
        paths = [] if config else [media / "launch.mp4", media / "second.mp4"]
        tasks = made(RequestedFiles(), *paths, serials=3, **config)
        names = [Path(file.path).name for task in tasks for file in task.options.files]
        assert names == ["launch.mp4", "second.mp4", "launch.mp4"]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "place",
    [
        lambda media: media / "no-such.mp4",
        lambda media: media / "no" / "such.mp4",
        lambda media: media,
        lambda media: media.parent / "home" / "id_rsa",
        lambda media: media.parent / "home" / "key.mp4",
        lambda media: media.parent / "pipe.mp4",
        lambda media: Path("/dev/zero"),
        lambda media: Path("/proc/self/environ"),
        lambda media: Path("/etc/shadow"),
        lambda media: media / ("x" * 300),
    ],
)
def test_an_answer_does_not_tell_what_else_there_is(place: Callable[[Path], Path], media: Path) -> None:
    os.mkfifo(media.parent / "pipe.mp4")
    nothing = refusal(RequestedFiles(), media / "nothing.mp4")
    assert refusal(RequestedFiles(), place(media)) == nothing
    assert "PATH is no video" in nothing


def test_a_folder_is_no_answer_either(media: Path) -> None:
    def asked(folder: Path) -> str:
        with pytest.raises(ApiError) as caught:
            made(RequestedFiles(), material_source="localFolder", material_path=str(folder))
        return caught.value.message.replace(str(folder), "PATH")

    (media.parent / "empty").mkdir()
    folders = [media.parent / "empty", media / "launch.mp4", media / "none", Path("/proc/1/fd")]
    assert len(set(map(asked, folders))) == 1


def test_folders_confine_whatever_way_leads_out_of_them(media: Path) -> None:
    (media / "link.mp4").symlink_to(media.parent / "home" / "private.mp4")
    (media / "out").symlink_to(media.parent / "home")
    beside = media.parent / "media-other"
    beside.mkdir()
    (beside / "a.mp4").write_bytes(VIDEO)
    files = RequestedFiles([media])
    assert made(files, media / "launch.mp4")
    assert made(files, media / "." / "launch.mp4")
    nothing = refusal(files, media / "nothing.mp4")
    for path in (
        media.parent / "home" / "private.mp4",
        media / ".." / "home" / "private.mp4",
        media / "link.mp4",
        media / "out" / "private.mp4",
        beside / "a.mp4",
    ):
        assert made(RequestedFiles(), path)
        assert refusal(files, path) == nothing


def test_a_folder_that_is_a_link_holds_what_it_leads_to(media: Path) -> None:
    link = media.parent / "link"
    link.symlink_to(media)
    assert made(RequestedFiles([link]), media / "launch.mp4")
    assert made(RequestedFiles([link]), link / "launch.mp4")


def test_what_is_no_folder_is_told(media: Path) -> None:
    with pytest.raises(UsageError, match=r"launch\.mp4 is no folder"):
        RequestedFiles([media / "launch.mp4"])


def test_an_image_where_a_video_is_asked_for_is_told(media: Path) -> None:
    (media / "a.png").write_bytes(PICTURE)
    assert "an image, and a video is asked for" in refusal(RequestedFiles(), media / "a.png")


def test_a_file_that_has_not_changed_is_read_once(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    video = media / "launch.mp4"
    files = RequestedFiles()
    before = made(files, video, serials=3)
    with monkeypatch.context() as patched:
        patched.setattr(requested_files.MediaFile, "sha256", property(lambda file: pytest.fail("read again")))
        assert made(files, video)[0].options == before[0].options
    status = video.stat()
    video.write_bytes(VIDEO[:-1] + b"y")
    os.utime(video, ns=(status.st_atime_ns, status.st_mtime_ns))  # as a copy with its times does
    assert made(files, video)[0].options != before[0].options


def test_files_that_are_too_long_together(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requested_files, "MAX_BYTES_TOGETHER", len(VIDEO) * 2)
    (media / "second.mp4").write_bytes(VIDEO + b"2")
    made(RequestedFiles(), media / "launch.mp4", serials=9)
    with pytest.raises(ApiError, match="too long together"):
        made(RequestedFiles(), media / "launch.mp4", media / "second.mp4", serials=2)
