"""Small pictures of the files that campaigns post. A page gets a key for each file of a plan, and only a key leads to a
picture: no path ever comes from outside."""

import hashlib
import hmac
import secrets
import struct
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image, ImageOps

from runner.campaign.paths import here
from runner.campaign.resolve import ResolvedCampaign
from runner.media import Kind, by_name
from runner.media_file import MediaFile
from runner.reports.shown import shortened, visible
from runner.scripts.post import FILES_KEY, FOLDER_KEY, is_from_folder, is_from_library
from runner.server.dashboard.video_length import video_length_s
from runner.settings import material_library

SIDE = 240
"""The longest side of a picture, in pixels: twice what a page shows, for dense screens."""

MOST_KEYS = 20_000
MOST_CACHED_BYTES = 32 * 1024 * 1024
MOST_FILE_BYTES = 64 * 1024 * 1024
MOST_PIXELS = 64_000_000
"""A picture with more is not decoded: that would take seconds, and hundreds of megabytes."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
UNDECODABLE = (OSError, ValueError, SyntaxError, EOFError, struct.error, Image.DecompressionBombError)
"""What Pillow raises for files that are not what they seem."""

SVG = "image/svg+xml"


class Thumbnail(NamedTuple):
    content: bytes
    media_type: str


class _Place(NamedTuple):
    """A file, and the entry whose plan named it."""

    campaign: str
    entry: str
    path: str


class Thumbnails:
    """Makes pictures when they are asked for, and keeps some. Any thread may call it."""

    def __init__(self, in_force: Callable[[], Sequence[ResolvedCampaign]]) -> None:
        self._in_force = in_force
        self._secret = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self._places: OrderedDict[str, _Place] = OrderedDict()
        self._made: OrderedDict[tuple[object, ...], Thumbnail] = OrderedDict()
        self._bytes = 0

    def key(self, campaign: str, entry: str, path: str) -> str:
        """The key that leads to the picture of a file which a task of this entry posts."""
        place = _Place(campaign, entry, path)
        words = "\0".join(place).encode("utf-8", "surrogatepass")
        key = hmac.new(self._secret, words, hashlib.sha256).hexdigest()[:32]
        with self._lock:
            self._places[key] = place
            self._places.move_to_end(key)
            while len(self._places) > MOST_KEYS:
                self._places.popitem(last=False)
        return key

    def picture(self, key: str) -> Thumbnail | None:
        """The picture of a key: of a video, or of what cannot be shown, a drawing with its name, length and size. None
        if nobody gave this key out, or if no campaign in force names the file any more."""
        with self._lock:
            place = self._places.get(key)
        if place is None or not self._is_named(place):
            return None
        try:
            with MediaFile(place.path) as file:
                status = file.status
                identity = (place.path, status.st_ino, status.st_size, status.st_mtime_ns)
                with self._lock:
                    if (known := self._made.get(identity)) is not None:
                        self._made.move_to_end(identity)
                        return known
                made = _made(file, place.path)
        except (OSError, ValueError):
            return _drawing(place.path, ["not to be read here"])
        self._keep(identity, made)
        return made

    def _is_named(self, place: _Place) -> bool:
        campaign = next((one for one in self._in_force() if one.name == place.campaign), None)
        entry = next((one for one in campaign.entries if one.name == place.entry), None) if campaign else None
        return entry is not None and is_named(entry.config, place.path)

    def _keep(self, identity: tuple[object, ...], made: Thumbnail) -> None:
        with self._lock:
            before = self._made.pop(identity, None)
            self._made[identity] = made
            self._bytes += len(made.content) - (len(before.content) if before else 0)
            while self._bytes > MOST_CACHED_BYTES:
                self._bytes -= len(self._made.popitem(last=False)[1].content)


def is_named(config: Mapping[str, Any], path: str) -> bool:
    """Whether a config posts this file: it lists it, or the file lies in its folder or in the material library."""
    if FILES_KEY not in config:
        return False
    if is_from_folder(config):
        return Path(path).parent == Path(config[FOLDER_KEY])
    if is_from_library(config):
        library = material_library()
        return library is not None and Path(path).is_relative_to(library) and ".." not in Path(path).parts
    return Path(path) in (Path(here(one)) for one in config[FILES_KEY])


def _made(file: MediaFile, path: str) -> Thumbnail:
    size = file.status.st_size
    found = file.format
    if found is not None and found.kind is Kind.IMAGE and size <= MOST_FILE_BYTES:
        try:
            return Thumbnail(_jpeg(file.read(size)), "image/jpeg")
        except (*UNDECODABLE, Image.DecompressionBombWarning):
            return _drawing(path, [found.name, _size(size)])
    kind = found.name if found else "no video, no image"
    length_s = video_length_s(file) if found is not None and found.kind is Kind.VIDEO else None
    return _drawing(path, [kind, *([_length(length_s)] if length_s is not None else []), _size(size)])


def _jpeg(content: bytes) -> bytes:
    """Raises what Pillow raises."""
    with Image.open(BytesIO(content), formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        image.draft("RGB", (SIDE, SIDE))  # a JPEG is decoded at a part of its size
        turned = ImageOps.exif_transpose(image)
        turned.thumbnail((SIDE, SIDE))
        flat = turned.convert("RGBA")
        plain = Image.new("RGB", flat.size, "white")
        plain.paste(flat, mask=flat)
        out = BytesIO()
        plain.save(out, "JPEG", quality=80)
        return out.getvalue()


def _drawing(path: str, facts: Sequence[str]) -> Thumbnail:
    """A film strip with the file's name and facts about it."""
    name = visible(Path(path).name)
    lines = [shortened([name], 22)[name], *facts]
    named = by_name(name)
    is_video = named is not None and named.kind is Kind.VIDEO
    holes = "".join(
        f'<rect x="{x}" y="{y}" width="10" height="10" rx="2" fill="#8a94a3"/>'
        for x in range(12, 240, 28)
        for y in (8, 142)
    )
    top = 88 - 11 * (len(lines) - 1)
    words = "".join(
        f'<text x="120" y="{top + 24 * number}" font-size="{17 if number == 0 else 15}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 160" width="240" height="160">'
        f'<rect width="240" height="160" rx="8" fill="#39424f"/>{holes if is_video else ""}'
        '<g fill="#f4f6f9" font-family="system-ui, sans-serif" text-anchor="middle" dominant-baseline="middle">'
        f"{words}</g></svg>"
    )
    return Thumbnail(svg.encode("utf-8", "replace"), SVG)


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def _size(count: int) -> str:
    """`3.4 MB`."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
