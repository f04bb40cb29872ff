"""Small pictures of what is posted: only of files that a campaign in force names, whatever they hold."""

import io
import struct
from pathlib import Path

import pytest
from PIL import Image

from runner.campaign.loader import load_text
from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.media_file import MediaFile
from runner.server.dashboard import thumbnails as module
from runner.server.dashboard.thumbnails import SIDE, SVG, Thumbnail, Thumbnails, is_named
from runner.server.dashboard.video_length import video_length_s

TEXT = """\
version: 1
name: posts
scripts:
  publish:
    script: post
    devices: [S1]
    config: {config}
"""


def posts(folder: Path, config: str) -> ResolvedCampaign:
    return resolve_campaign(load_text(TEXT.format(config=config), str(folder / "posts.yaml")))


def listing(folder: Path, *names: str) -> ResolvedCampaign:
    return posts(folder, f"{{content_type: 1, material_list: [{', '.join(map(repr, names))}]}}")


def image(path: Path, size: tuple[int, int] = (800, 400), form: str = "PNG") -> Path:
    Image.new("RGBA" if form == "PNG" else "RGB", size, "#336699").save(path, form)
    return path


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def video(seconds: int, version: int = 0) -> bytes:
    layout = ">B3xIIII" if version == 0 else ">B3xQQIQ"
    header = struct.pack(layout, version, 0, 0, 1000, seconds * 1000) + bytes(80)
    return box(b"ftyp", b"mp42" + bytes(8)) + box(b"mdat", bytes(500)) + box(b"moov", box(b"mvhd", header))


def made(folder: Path, *names: str) -> dict[str, Thumbnail | None]:
    campaign = listing(folder, *names)
    pictures = Thumbnails(lambda: [campaign])
    return {name: pictures.picture(pictures.key("posts", "publish", str(folder / name))) for name in names}


def test_an_image_becomes_small(tmp_path: Path) -> None:
    image(tmp_path / "a.png")
    image(tmp_path / "b.jpg", (300, 3000), "JPEG")
    found = made(tmp_path, "a.png", "b.jpg")
    for name, size in {"a.png": (SIDE, SIDE // 2), "b.jpg": (24, SIDE)}.items():
        picture = found[name]
        assert picture is not None and picture.media_type == "image/jpeg"
        assert Image.open(io.BytesIO(picture.content)).size == size


def test_a_video_is_drawn_with_its_name_length_and_size(tmp_path: Path) -> None:
    (tmp_path / "clip<&>.mp4").write_bytes(video(83))
    picture = made(tmp_path, "clip<&>.mp4")["clip<&>.mp4"]
    assert picture is not None and picture.media_type == SVG
    drawn = picture.content.decode()
    assert "clip&lt;&amp;&gt;.mp4" in drawn and ">1:23<" in drawn and "bytes" in drawn


def test_what_is_no_picture_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"nonsense" * 100)
    (tmp_path / "b.png").write_text("root: toor")
    (tmp_path / "c.png").mkdir()
    for name, picture in made(tmp_path, "a.png", "b.png", "c.png", "gone.png").items():
        assert picture is not None and picture.media_type == SVG, name
        assert b"toor" not in picture.content


def test_a_picture_of_too_many_pixels_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PIXELS", 1000)
    image(tmp_path / "a.png")
    picture = made(tmp_path, "a.png")["a.png"]
    assert picture is not None and picture.media_type == SVG


def test_only_given_keys_lead_to_pictures(tmp_path: Path) -> None:
    pictures = Thumbnails(lambda: [listing(tmp_path, "a.png")])
    image(tmp_path / "a.png")
    for key in ("", "a.png", str(tmp_path / "a.png"), "../a.png", "0" * 32):
        assert pictures.picture(key) is None


def test_a_file_that_is_named_no_longer_is_not_shown(tmp_path: Path) -> None:
    in_force = [listing(tmp_path, "a.png")]
    pictures = Thumbnails(lambda: in_force)
    image(tmp_path / "a.png")
    key = pictures.key("posts", "publish", str(tmp_path / "a.png"))
    assert pictures.picture(key) is not None
    in_force[:] = [listing(tmp_path, "b.png")]
    assert pictures.picture(key) is None
    in_force.clear()
    assert pictures.picture(key) is None


def test_a_key_for_another_file_shows_nothing(tmp_path: Path) -> None:
    """Nobody hands out such a key; if somebody did, it would lead nowhere."""
    campaign = listing(tmp_path, "a.png")
    pictures = Thumbnails(lambda: [campaign])
    for path in ("/etc/passwd", str(tmp_path / "b.png"), str(tmp_path / "x" / ".." / "b.png")):
        assert pictures.picture(pictures.key("posts", "publish", path)) is None


def test_files_of_a_folder_are_named_by_it(tmp_path: Path) -> None:
    config = posts(tmp_path, "{content_type: 1, material_source: localFolder, material_path: media}")
    entry = config.entries[0]
    assert is_named(entry.config, str(tmp_path / "media" / "a.png"))
    assert not is_named(entry.config, str(tmp_path / "a.png"))
    assert not is_named(entry.config, str(tmp_path / "media" / "below" / "a.png"))


def test_files_of_the_library_are_named_by_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNNER_MATERIAL_LIBRARY", str(tmp_path / "library"))
    entry = posts(tmp_path, "{content_type: 1, material_source: materialLibrary}").entries[0]
    assert is_named(entry.config, str(tmp_path / "library" / "deep" / "a.png"))
    assert not is_named(entry.config, str(tmp_path / "library" / ".." / "a.png"))
    monkeypatch.delenv("RUNNER_MATERIAL_LIBRARY")
    assert not is_named(entry.config, str(tmp_path / "library" / "a.png"))


def test_pictures_are_kept_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{number}.png" for number in range(5)]
    for name in names:
        image(tmp_path / name)
    campaign = listing(tmp_path, *names)
    pictures = Thumbnails(lambda: [campaign])
    keys = [pictures.key("posts", "publish", str(tmp_path / name)) for name in names]
    first = pictures.picture(keys[0])
    assert first is not None and pictures.picture(keys[0]) is first
    monkeypatch.setattr(module, "MOST_CACHED_BYTES", 2 * len(first.content))
    for key in keys[1:]:
        assert pictures.picture(key) is not None
    assert pictures.picture(keys[0]) is not first


@pytest.mark.parametrize("version", [0, 1])
def test_a_video_says_how_long_it_is(tmp_path: Path, version: int) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(video(83, version))
    with MediaFile(path) as file:
        assert video_length_s(file) == 83


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\0\x08moov",
        b"\0\0\0\0moov",
        b"\xff\xff\xff\xffmoov",
        b"\0\0\0\x01moov" + b"\xff" * 8,
        box(b"moov", box(b"mvhd", b"\0")),
        box(b"moov", box(b"mvhd", bytes(32))),
        box(b"free", b"") * 1000,
    ],
)
def test_a_broken_video_says_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with MediaFile(path) as file:
        assert video_length_s(file) is None
