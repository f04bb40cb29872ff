"""What a file is, by its first bytes and by its name."""

import os
from pathlib import Path

import pytest

from runner import media
from runner.media import Kind, by_content


@pytest.mark.parametrize(
    ("head", "mime_type"),
    [
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"\0\0\0\x18ftyp3gp4", "video/3gpp"),
        (b"\0\0\0\x14ftypqt  ", "video/quicktime"),
        (b"\0\0\0\x08wide\0\0\0\0", "video/quicktime"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", "video/x-matroska"),
        (b"RIFF\0\0\0\0AVI LIST", "video/x-msvideo"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
    ],
)
def test_content_tells(head: bytes, mime_type: str) -> None:
    found = media.by_content(head)
    assert found is not None and found.mime_type == mime_type


@pytest.mark.parametrize("head", [b"", b"-----BEGIN OPENSSH PRIVATE KEY", b"%PDF-1.7", b"RIFF\0\0\0\0WAVE"])
def test_other_content_is_nothing_that_can_be_posted(head: bytes) -> None:
    assert media.by_content(head) is None


def test_a_name_tells_in_whatever_letters() -> None:
    assert media.by_name("m/CLIP.3GP") == media.GP3
    assert media.by_name("photo.JPeG") == media.JPEG
    assert media.by_name("clip.mp4.part") is None


def test_a_file_is_sent_with_the_ending_that_its_content_asks_for(tmp_path: Path) -> None:
    clip = b"\0\0\0\x18ftypisom"
    for name in ("clip", "CLIP.MP4", "clip.jpg"):
        (tmp_path / name).write_bytes(clip)
    (tmp_path / "odd.mov").write_bytes(b"what no one knows")
    (tmp_path / "notes").write_text("words")

    assert media.sent_as(tmp_path / "clip") == ("video/mp4", ".mp4")
    assert media.sent_as(tmp_path / "CLIP.MP4") == ("video/mp4", ".mp4")
    assert media.sent_as(tmp_path / "clip.jpg") == ("video/mp4", ".mp4")
    assert media.sent_as(tmp_path / "odd.mov") == ("video/quicktime", ".mov")
    assert media.sent_as(tmp_path / "notes") is None


def test_a_pipe_is_no_media_and_holds_nothing_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "clip")
    assert media.read_format(tmp_path / "clip") is None


def test_every_ending_belongs_to_one_kind() -> None:
    assert ".3gp" in Kind.VIDEO.suffixes and ".heic" in Kind.IMAGE.suffixes
    assert not Kind.VIDEO.suffixes & Kind.IMAGE.suffixes


@pytest.mark.parametrize(
    "text", [b"The free world", b"you skip a line", b"BMW keys: 1234567890", b"GIF8 is a format"]
)
def test_a_text_that_begins_like_one_is_none(text: bytes) -> None:
    assert by_content(text) is None
