"""What can be posted: videos and images, told by their content, and by their name if there is only that.

Checks, the plan, the backends and files of requests ask here, so that none of them takes what another refuses.
The first bytes are those of each format's own description: ISO/IEC 14496-12 and its brands, RIFF, EBML.
"""

import os
import stat
from enum import StrEnum
from typing import NamedTuple

from runner.file_names import is_utf8

HEAD_BYTES = 64
"""How many first bytes tell what a file is."""


class Kind(StrEnum):
    VIDEO = "video"
    IMAGE = "image"

    @property
    def named(self) -> str:
        return "an image" if self is Kind.IMAGE else "a video"

    @property
    def suffixes(self) -> frozenset[str]:
        """The endings of the names of such files, in lower case."""
        return frozenset(suffix for suffix, found in _BY_SUFFIX.items() if found.kind is self)


class Format(NamedTuple):
    """A format of files, with the name by which people know it; the first suffix is its usual one."""

    name: str
    mime_type: str
    suffixes: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        return Kind(self.mime_type.partition("/")[0])


MP4 = Format("MP4", "video/mp4", (".mp4", ".m4v"))
MOV = Format("MOV", "video/quicktime", (".mov",))
GP3 = Format("3GP", "video/3gpp", (".3gp",))
WEBM = Format("WebM", "video/webm", (".webm",))
MKV = Format("MKV", "video/x-matroska", (".mkv",))
AVI = Format("AVI", "video/x-msvideo", (".avi",))
JPEG = Format("JPEG", "image/jpeg", (".jpg", ".jpeg"))
PNG = Format("PNG", "image/png", (".png",))
WEBP = Format("WebP", "image/webp", (".webp",))
HEIC = Format("HEIC", "image/heic", (".heic",))
GIF = Format("GIF", "image/gif", (".gif",))
BMP = Format("BMP", "image/bmp", (".bmp",))

FORMATS = (MP4, MOV, WEBM, MKV, AVI, GP3, JPEG, PNG, WEBP, HEIC, GIF, BMP)

_BY_SUFFIX = {suffix: found for found in FORMATS for suffix in found.suffixes}
_ISO_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_ISO_IMAGES = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif")
_SIGNATURES = {b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG, b"GIF87a": GIF, b"GIF89a": GIF}
_RIFF = {b"WEBP": WEBP, b"AVI ": AVI}
_EBML = b"\x1a\x45\xdf\xa3"


def by_content(head: bytes) -> Format | None:
    """The format of a file with these first HEAD_BYTES; None if it is none that can be posted."""
    if head[4:8] in _ISO_BOXES and not _is_text(head[:4]):
        return _iso(head)
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head.startswith(_EBML):
        return WEBM if b"webm" in head else MKV
    # Many texts begin with these two letters; in a BMP four reserved bytes are zero.
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return BMP
    return next((found for start, found in _SIGNATURES.items() if head.startswith(start)), None)


def by_name(name: str) -> Format | None:
    """The format by the ending of a file's name, in any case of letters; None if that names none."""
    return _BY_SUFFIX.get(os.path.splitext(name)[1].lower())  # noqa: PTH122 - folders hold thousands


def is_silent(name: str) -> bool:
    """Whether a name says nothing about the file, so that its content must."""
    return not os.path.splitext(name)[1]  # noqa: PTH122


def read_format(path: str | os.PathLike[str]) -> Format | None:
    """The format of a file by its content; None if that is no format, or the file is no regular one. Raises OSError if
    it cannot be read."""
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe must not hold it up
    try:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            return None
        return by_content(os.read(opened, HEAD_BYTES))
    finally:
        os.close(opened)


def is_posted(path: str, kind: Kind) -> bool:
    """Whether a file of a folder is posted: by its name, or by its content if the name says nothing. A hidden file is
    not, nor one whose name is no text, since no record could name it."""
    name = os.path.basename(path)  # noqa: PTH119 - folders hold thousands
    if name.startswith(".") or not is_utf8(name):
        return False
    if not is_silent(name):
        found = by_name(name)
        return found is not None and found.kind is kind
    try:
        content = read_format(path)
    except OSError:
        return False
    return content is not None and content.kind is kind


def sent_as(path: str | os.PathLike[str]) -> tuple[str, str] | None:
    """The media type and the ending with which a phone gets a file, since its media store goes by endings; None if it
    is neither a video nor an image. Content counts before the name."""
    try:
        content = read_format(path)
    except OSError:
        content = None
    named = by_name(os.fspath(path))
    found = content or named
    if found is None:
        return None
    fits = named is not None and named.kind is found.kind
    suffix = os.path.splitext(path)[1].lower() if fits else found.suffixes[0]  # noqa: PTH122
    return found.mime_type, suffix


def _is_text(size: bytes) -> bool:
    """Whether the bytes for the size of a box are letters: `The free world` is no video."""
    return all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in size)


def _iso(head: bytes) -> Format:
    brand = head[8:12]
    if head[4:8] != b"ftyp":
        return MOV  # QuickTime files may begin with any box
    if brand in _ISO_IMAGES:
        return HEIC
    if brand.startswith((b"3gp", b"3g2")):
        return GP3
    return MOV if brand == b"qt  " else MP4
