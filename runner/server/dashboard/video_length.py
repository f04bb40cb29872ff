"""How long a video lasts, by its file's own word: the movie header of ISO/IEC 14496-12 (MP4, MOV, 3GP). Other formats
would need a decoder."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from runner.media_file import MediaFile

MOST_BOXES = 64
"""How many boxes of a level are looked at: a file may have a million, to waste time."""

LONGEST_S = 100 * 3600.0


class _Box(NamedTuple):
    """Where the content of a box begins, and where it ends."""

    kind: bytes
    start: int
    end: int


def video_length_s(file: MediaFile) -> float | None:
    """In seconds; None if the file does not say. Raises OSError."""
    size = file.status.st_size
    for box in _boxes(file, 0, size):
        if box.kind == b"moov":
            for inner in _boxes(file, box.start, box.end):
                if inner.kind == b"mvhd":
                    return _length(file.read_at(inner.start, 32))
    return None


def _boxes(file: MediaFile, at: int, end: int) -> Iterator[_Box]:
    for _ in range(MOST_BOXES):
        head = file.read_at(at, 16)
        if at + 8 > end or len(head) < 8:
            return
        size, kind = struct.unpack(">I4s", head[:8])
        start = at + 8
        if size == 1 and len(head) == 16:
            (size,), start = struct.unpack(">Q", head[8:]), at + 16
        elif size == 0:
            size = end - at
        if at + size > end or at + size < start:
            return
        yield _Box(kind, start, at + size)
        at += size


def _length(header: bytes) -> float | None:
    # version, flags, made, changed, units a second, duration in units; in version 1 instants and duration are longer
    layout = ">3xxQQIQ" if header[:1] == b"\x01" else ">3xxIIII"
    if len(header) < struct.calcsize(layout):
        return None
    _, _, per_second, duration = struct.unpack_from(layout, header)
    length_s = duration / per_second if per_second else 0.0
    return length_s if 0 < length_s < LONGEST_S else None
