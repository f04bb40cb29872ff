"""Files that are posted are read once opened, in pieces."""

import hashlib
import os
import tracemalloc
from pathlib import Path

import pytest

from runner.media import Kind
from runner.media_file import MAX_BYTES, MediaFile

HEAD = b"\0\0\0\x18ftypmp42"
LONG = 200 * 1024 * 1024


def long_video(path: Path, size: int = LONG) -> Path:
    """A file with holes, which takes no room on the disk."""
    path.write_bytes(HEAD)
    os.truncate(path, size)
    return path


def test_a_long_file_is_never_in_memory(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        with MediaFile(long_video(tmp_path / "long.mp4")) as file:
            assert file.format is not None
            assert file.format.kind is Kind.VIDEO
            while file.read(65536):
                pass
            assert file.sha256_read == file.sha256
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_file_that_is_too_long_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="longer than 4 GiB"):
        MediaFile(long_video(tmp_path / "long.mp4", MAX_BYTES + 1))


def test_another_file_under_its_name_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(HEAD)
    with MediaFile(path) as file:
        other = tmp_path / "other"
        other.write_bytes(b"-----BEGIN OPENSSH PRIVATE KEY-----")
        other.replace(path)
        assert file.sha256 == hashlib.sha256(HEAD).hexdigest()
        assert file.read(100) == HEAD


def test_what_is_written_to_it_meanwhile_does_not_make_it_longer(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(HEAD)
    with MediaFile(path) as file:
        with path.open("ab") as again:
            again.write(b"more")
        assert file.read(100) + file.read(100) == HEAD


def test_where_it_lies_is_told_without_links(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.mp4").write_bytes(HEAD)
    (tmp_path / "link.mp4").symlink_to("folder/a.mp4")
    with MediaFile(tmp_path / "link.mp4") as file:
        assert file.real_path == os.path.realpath(tmp_path / "folder" / "a.mp4")


def test_a_fingerprint_tells_lengths_and_both_ends_apart(tmp_path: Path) -> None:
    middle = bytes(200_000)
    contents = [b"a" + middle + b"a", b"b" + middle + b"a", b"a" + middle + b"b", b"a" + middle + b"aa"]
    prints = set()
    for number, content in enumerate([*contents, contents[0]]):
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(content)
        with MediaFile(path) as file:
            prints.add(file.fingerprint)
    assert len(prints) == len(contents)
