"""Looks at the files that campaigns name: at each once, however many configs name it."""

import os
from dataclasses import dataclass
from enum import StrEnum
from stat import S_ISDIR, S_ISREG

from runner.checks.nearby import Nearby
from runner.planning.material import IMAGES, VIDEOS

_HEAD_BYTES = 16
_ISO_IMAGES = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif")
_ISO_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_SIGNATURES = {
    b"\x1a\x45\xdf\xa3": "video",  # WebM, Matroska
    b"\xff\xd8\xff": "image",  # JPEG
    b"\x89PNG\r\n\x1a\n": "image",
    b"GIF8": "image",
    b"BM": "image",
}
_RIFF = {b"WEBP": "image", b"AVI ": "video"}


class Kind(StrEnum):
    VIDEO = "video"
    IMAGE = "image"

    @property
    def named(self) -> str:
        return "an image" if self is Kind.IMAGE else "a video"

    def names(self, path: str) -> bool:
        """Whether a file has the name of such media."""
        return os.path.splitext(path)[1].lower() in (IMAGES if self is Kind.IMAGE else VIDEOS)  # noqa: PTH122


@dataclass(frozen=True, slots=True)
class Look:
    """What a path turned out to be.

    `missing` and `unreadable` are sentences; with neither it is a file, and `kind` says what it starts like.
    """

    missing: str | None = None
    unreadable: str | None = None
    kind: Kind | None = None


class Files:
    """The file system as it was when each path was first looked at."""

    def __init__(self) -> None:
        self._files: dict[str, Look] = {}
        self._folders: dict[str, tuple[str, ...] | str] = {}
        self.nearby = Nearby()

    def look(self, path: str) -> Look:
        """What a path that should be media is."""
        look = self._files.get(path)
        if look is None:
            look = self._files[path] = _look(path)
        return look

    def folder(self, path: str) -> tuple[str, ...] | str:
        """The paths of the files in a folder, sorted; or a sentence that says what is wrong with it."""
        found = self._folders.get(path)
        if found is None:
            found = self._folders[path] = _folder(path)
        return found


def _look(path: str) -> Look:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - a Path costs more than the look itself
    except (FileNotFoundError, NotADirectoryError):
        return Look(missing=f"there is no file {path}")
    except (OSError, ValueError) as error:
        return Look(missing=f"{path} cannot be found: {_reason(error)}")
    if S_ISDIR(mode):
        return Look(unreadable=f"{path} is a folder, not a file")
    if not S_ISREG(mode):
        return Look(unreadable=f"{path} is no regular file")
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        return Look(unreadable=f"{path} cannot be read: {_reason(error)}")
    return Look(kind=_kind(head)) if head else Look(unreadable=f"{path} is empty")


def _folder(path: str) -> tuple[str, ...] | str:
    try:
        with os.scandir(path) as found:
            return tuple(sorted(item.path for item in found if item.name[0] != "." and item.is_file()))
    except FileNotFoundError:
        return f"there is no folder {path}"
    except NotADirectoryError:
        return f"{path} is a file, not a folder"
    except (OSError, ValueError) as error:
        return f"{path} cannot be read: {_reason(error)}"


def _reason(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)


def _kind(head: bytes) -> Kind | None:
    """What a file is by its first bytes."""
    if head[4:8] in _ISO_BOXES:
        return Kind.IMAGE if head[8:12] in _ISO_IMAGES else Kind.VIDEO
    if head[:4] == b"RIFF":
        named = _RIFF.get(head[8:12])
    else:
        named = next((kind for start, kind in _SIGNATURES.items() if head.startswith(start)), None)
    return Kind(named) if named else None
