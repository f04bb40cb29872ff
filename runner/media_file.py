"""A file to post, opened once: whatever this says about the file holds for what it reads, whatever becomes of the name.
It reads in pieces, however long the file is."""

import errno
import hashlib
import os
import threading
from functools import cached_property
from types import TracebackType
from typing import Self

from runner.media import HEAD_BYTES, Format, by_content
from runner.regular_file import open_regular

MAX_BYTES = 2**32 - 1
"""The longest file whose length adb can tell; no app takes as much."""

PIECE_BYTES = 1024 * 1024

END_BYTES = 64 * 1024

MAX_REMEMBERED = 10_000
"""How many files' hashes are kept, so that a file is not read again each time."""


class MediaFile:
    """Raises OSError, with a `strerror` that fits into a sentence: when it is made, if the path is no regular file or
    the file is too long, and in every method that reads."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = path
        self._file = open_regular(path)
        self.status = os.fstat(self._file.fileno())
        self._read = hashlib.sha256()
        if self.status.st_size > MAX_BYTES:
            self._file.close()
            raise OSError(errno.EFBIG, "it is longer than 4 GiB", path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    @cached_property
    def format(self) -> Format | None:
        """Its format by its content; None if it is neither a video nor an image."""
        return by_content(os.pread(self._file.fileno(), HEAD_BYTES, 0))

    @cached_property
    def real_path(self) -> str:
        """Its path, with no link on the way."""
        # By the descriptor, where the system can: the name may lead to another file by now.
        link = f"/proc/self/fd/{self._file.fileno()}"
        return os.readlink(link) if os.path.exists(link) else os.path.realpath(self._path)  # noqa: PTH110, PTH115

    @cached_property
    def sha256(self) -> str:
        """The hash of all of its content, in hexadecimal."""
        digest, at = hashlib.sha256(), 0
        while piece := os.pread(self._file.fileno(), PIECE_BYTES, at):
            digest.update(piece)
            at += len(piece)
        return digest.hexdigest()

    @cached_property
    def fingerprint(self) -> str:
        """What tells its content apart from others, for those who must not read whole videos: its length, and a hash
        of both of its ends."""
        size = self.status.st_size
        ends = (os.pread(self._file.fileno(), END_BYTES, at) for at in (0, max(size - END_BYTES, 0)))
        return f"{size}:{hashlib.sha256(b''.join(ends)).hexdigest()[:32]}"

    def read(self, size: int) -> bytes:
        """The next piece, empty at the end. The file ends where it did when it was opened, whatever is added since."""
        piece = self._file.read(min(size, self.status.st_size - self._file.tell()))
        self._read.update(piece)
        return piece

    def read_at(self, offset: int, size: int) -> bytes:
        """A piece from anywhere, shorter at the end of the file; `read` goes on where it was."""
        return os.pread(self._file.fileno(), size, offset)

    @property
    def sha256_read(self) -> str:
        """The hash of everything that `read` has returned so far."""
        return self._read.hexdigest()


class FileHashes:
    """The hashes of files: one that has not changed is read once. Any thread may ask."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], str] = {}
        self._lock = threading.Lock()

    def remembered(self, file: MediaFile) -> str | None:
        return self._known.get(_identity(file))

    def sha256(self, file: MediaFile) -> str:
        """The hash of a file's content. Raises OSError if it cannot be read."""
        known = self.remembered(file)
        if known is None:
            known = file.sha256  # not under the lock: others must not wait for a long file
            with self._lock:
                if len(self._known) >= MAX_REMEMBERED:
                    # Simpler than to find the oldest: they are read again when they are asked for.
                    self._known.clear()
                self._known[_identity(file)] = known
        return known


def _identity(file: MediaFile) -> tuple[int, ...]:
    """Device, inode, length, and the times of the last changes: changed content has another identity."""
    status = file.status
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
