"""A phone's files, and the media index over them."""

import hashlib
import tracemalloc

import pytest

from runner.virtual.files import MAX_IN_MEMORY, Files, Writing, share
from runner.virtual.media import MediaIndex, collection_of


@pytest.fixture
def files() -> Files:
    return Files(lambda: 1_000.0)


def test_the_shared_storage_has_many_names(files: Files) -> None:
    files.write("/sdcard/DCIM/a.mp4", b"a")
    for path in ("/storage/emulated/0/DCIM/a.mp4", "/mnt/sdcard/./DCIM/a.mp4", "/sdcard/x/../DCIM/a.mp4"):
        assert files.read(path) == b"a"


def test_equal_files_are_kept_once(files: Files) -> None:
    other = Files(lambda: 0.0)
    files.write("/sdcard/a", b"same")
    other.write("/sdcard/b", b"sa" + b"me")
    assert files.entry("/sdcard/a").body is other.entry("/sdcard/b").body


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/system/x", "Read-only file system"),
        ("/sdcard/nowhere/x", "No such file or directory"),
        ("/sdcard/DCIM", "Is a directory"),
        ("/sdcard/file/x", "Not a directory"),
    ],
)
def test_a_file_that_cannot_be_written_says_why(files: Files, path: str, error: str) -> None:
    files.write("/sdcard/file", b"")
    with pytest.raises(OSError, match=error):
        files.write(path, b"x")


def test_folders_are_moved_and_removed_with_what_is_in_them(files: Files) -> None:
    files.make_folder("/sdcard/a/b", parents=True)
    files.write("/sdcard/a/b/c", b"c")
    files.move("/sdcard/a", "/sdcard/Download")
    assert files.read("/sdcard/Download/a/b/c") == b"c"
    files.remove("/sdcard/Download/a")
    assert files.names("/sdcard/Download") == []


def test_an_id_belongs_to_a_file_until_it_is_gone(files: Files) -> None:
    index = MediaIndex(files)
    files.write("/sdcard/DCIM/a.mp4", b"a")
    files.write("/sdcard/DCIM/b.jpg", b"b")
    files.write("/sdcard/DCIM/notes.txt", b"n")
    index.scan_tree()
    first = index.scan("/sdcard/DCIM/a.mp4")
    assert first is not None
    assert index.path(f"content://media/external/video/media/{first.id}") == "/storage/emulated/0/DCIM/a.mp4"
    assert index.path(f"content://media/external/images/media/{first.id}") is None
    assert [row["_display_name"] for row in index.rows("images")] == ["b.jpg"]
    assert [row["_display_name"] for row in index.rows("file")] == ["a.mp4", "b.jpg"]
    files.remove("/sdcard/DCIM/a.mp4")
    assert index.rows("video") == []


def test_collections_are_told_from_other_uris() -> None:
    assert collection_of("content://media/external/video/media/12") == "video"
    assert collection_of("content://media/external_primary/images/media") == "images"
    assert collection_of("content://contacts/people") is None


@pytest.mark.parametrize("length", [0, 10, MAX_IN_MEMORY, MAX_IN_MEMORY + 1, 3 * MAX_IN_MEMORY])
def test_a_file_of_any_length_is_kept_as_it_came(length: int) -> None:
    content = bytes(range(256)) * (length // 256 + 1)
    writing = Writing()
    for start in range(0, length, 50_000):
        writing.add(content[start : min(start + 50_000, length)])
    body = writing.body()
    assert (body.size, body.data) == (length, content[:length])
    assert body.digest("sha256") == hashlib.sha256(content[:length]).hexdigest()
    assert share(content[:length]) is body


def test_a_long_file_is_never_in_memory() -> None:
    files = Files(lambda: 0)
    piece = b"x" * 65536
    tracemalloc.start()
    try:
        writing = Writing()
        for _ in range(1000):
            writing.add(piece)
        files.write("/sdcard/Movies/long.mp4", writing.body())
        files.copy("/sdcard/Movies/long.mp4", "/sdcard/Movies/again.mp4")
        assert files.body("/sdcard/Movies/again.mp4").digest("sha256")
        assert all(files.body("/sdcard/Movies/again.mp4").pieces())
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()
