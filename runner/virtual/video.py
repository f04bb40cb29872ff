"""A recording of the screen as an MP4 file (ISO/IEC 14496-12): a picture for each time that the screen has changed."""

import struct
from tempfile import TemporaryFile

from PIL import Image

from runner.virtual import h264
from runner.virtual.files import PIECE_BYTES, Body, Writing

_A_SECOND = 1000
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_START = b"\0\0\0\1"


class Recording:
    """Pictures of one size, each with the time since the start at which it is first seen, in milliseconds."""

    def __init__(self, width: int, height: int) -> None:
        """The size of the film, in pixels: even numbers."""
        self.size = (width, height)
        self._file = TemporaryFile()  # noqa: SIM115 - closed when the film is there
        self._lengths: list[int] = []
        self._times_ms: list[int] = []

    def add(self, image: Image.Image, at_ms: int) -> bytes:
        """The picture as a part of a stream that has no container; see `stream_start`."""
        unit = h264.encode(image.resize(self.size), len(self._lengths))
        self._file.write(struct.pack(">I", len(unit)) + unit)
        self._lengths.append(4 + len(unit))
        self._times_ms.append(at_ms)
        return _START + unit

    @property
    def is_empty(self) -> bool:
        return not self._lengths

    def close(self) -> None:
        """Forget the pictures: nobody wants a film of them."""
        self._file.close()

    def stream_start(self) -> bytes:
        """What a stream without a container begins with."""
        return _START + h264.sequence_set(*self.size) + _START + h264.picture_set()

    def film(self, end_ms: int) -> Body:
        """The MP4 file; the recording is over then."""
        writing = Writing()
        head = _box(b"ftyp", b"isom" + struct.pack(">I", 0x200) + b"isomiso2avc1mp41")
        writing.add(head + struct.pack(">I4s", 8 + sum(self._lengths), b"mdat"))
        self._file.seek(0)
        while piece := self._file.read(PIECE_BYTES):
            writing.add(piece)
        self._file.close()
        writing.add(self._index(len(head) + 8, max(end_ms, self._times_ms[-1] + 1)))
        return writing.body()

    def _index(self, start: int, end_ms: int) -> bytes:
        width, height = self.size
        following = [*self._times_ms[1:], end_ms]
        durations = [later - at for at, later in zip(self._times_ms, following, strict=True)]
        length = sum(durations)
        movie = struct.pack(">6IH10x", 0, 0, 0, _A_SECOND, length, 0x10000, 0x100)
        movie += _MATRIX + bytes(24) + struct.pack(">I", 2)
        track = (
            struct.pack(">6I", 7, 0, 0, 1, 0, length)
            + bytes(16)
            + _MATRIX
            + struct.pack(">II", width << 16, height << 16)
        )
        media = struct.pack(">5I2H", 0, 0, 0, _A_SECOND, length, 0x55C4, 0)
        handler = struct.pack(">II4s12x", 0, 0, b"vide") + b"VideoHandle\0"
        places = _box(b"dinf", _box(b"dref", struct.pack(">II", 0, 1) + _box(b"url ", struct.pack(">I", 1))))
        table = _box(b"stbl", self._description() + self._table(durations, start))
        information = _box(b"minf", _box(b"vmhd", struct.pack(">I8x", 1)) + places + table)
        described = _box(b"mdia", _box(b"mdhd", media) + _box(b"hdlr", handler) + information)
        return _box(b"moov", _box(b"mvhd", movie) + _box(b"trak", _box(b"tkhd", track) + described))

    def _description(self) -> bytes:
        width, height = self.size
        sequence, picture = h264.sequence_set(width, height), h264.picture_set()
        about = bytes([1, *sequence[1:4], 0xFF, 0xE1])
        about += struct.pack(">H", len(sequence)) + sequence + struct.pack(">BH", 1, len(picture)) + picture
        sample = struct.pack(">6xH16xHHIIIH32xHh", 1, width, height, 0x480000, 0x480000, 0, 1, 24, -1) + _box(
            b"avcC", about
        )
        return _box(b"stsd", struct.pack(">II", 0, 1) + _box(b"avc1", sample))

    def _table(self, durations: list[int], start: int) -> bytes:
        """How long each picture is seen, how large it is, and where they are: all in one chunk."""
        count = len(durations)
        times = b"".join(struct.pack(">II", 1, duration) for duration in durations)
        sizes = struct.pack(f">{count}I", *self._lengths)
        return (
            _box(b"stts", struct.pack(">II", 0, count) + times)
            + _box(b"stsc", struct.pack(">5I", 0, 1, 1, count, 1))
            + _box(b"stsz", struct.pack(">3I", 0, 0, count) + sizes)
            + _box(b"stco", struct.pack(">3I", 0, 1, start))
        )


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content
