"""Files of other hosts that this one keeps, by the hash of their content, in a folder that does not grow beyond a size.

material/SHA256/NAME      whole, and checked; one content under each name that tasks call it by
material/SHA256.part      what has come of it so far
"""

import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from runner.errors import RunnerError
from runner.media_file import FileHashes, MediaFile
from runner.private_files import make_folder

PART = ".part"


class NoRoom(RunnerError):
    """A file does not fit: into the size of the cache, or onto the disk."""


class _Kept(NamedTuple):
    path: Path
    sha256: str
    bytes: int
    used: float


class MaterialCache:
    """Any thread may call it; one process has the folder. Every method may raise OSError.

    What is removed to make room is what was used the longest ago, and nothing that is in use.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder = folder
        self._most_bytes = most_bytes
        self._hashes = FileHashes()
        self._lock = threading.Lock()
        self._in_use: Counter[str] = Counter()
        self._coming: dict[str, int] = {}

    @contextmanager
    def using(self, sha256: str) -> Iterator[None]:
        """While this is open, a content stays, whole or in part."""
        with self._lock:
            self._in_use[sha256] += 1
        try:
            yield
        finally:
            with self._lock:
                self._in_use[sha256] -= 1
                if not self._in_use[sha256]:
                    del self._in_use[sha256]
                    self._coming.pop(sha256, None)

    def find(self, sha256: str, path: str) -> Path | None:
        """A content that is kept, under the name of the path that a task has for it; None if it is not here whole."""
        folder = self.folder / sha256
        try:
            kept = next(iter(sorted(folder.iterdir())), None)
        except FileNotFoundError:
            return None
        if kept is None or self._hash(kept) != sha256:
            shutil.rmtree(folder)  # a disk that has lost something: it comes anew
            return None
        named = folder / _name(path)
        with suppress(FileExistsError):
            os.link(kept, named)
        os.utime(folder)
        return named

    def part(self, sha256: str) -> Path:
        """Where a content grows."""
        make_folder(self.folder)
        return self.folder / f"{sha256}{PART}"

    def keep(self, sha256: str, path: str) -> Path:
        """Keep a part that has come whole, and was checked; returns its path, under the name that a task has for it."""
        folder, named = self.folder / sha256, self.folder / sha256 / _name(path)
        make_folder(folder)
        self.part(sha256).replace(named)
        with self._lock:
            self._coming.pop(sha256, None)
        return named

    def drop_part(self, sha256: str) -> None:
        """Forget what has come of a content."""
        with self._lock:
            self._coming.pop(sha256, None)
        self.part(sha256).unlink(missing_ok=True)

    def make_room(self, sha256: str, bytes_: int) -> None:
        """Make room for a content of this length, of which a part may be here. Raises NoRoom."""
        if bytes_ > self._most_bytes:
            raise NoRoom(
                f"it has {_mb(bytes_)}, and the cache {self.folder} keeps {_mb(self._most_bytes)} at most",
                hint="set RUNNER_MATERIAL_CACHE to more",
            )
        with self._lock:
            self._coming[sha256] = bytes_
            here = self._size(self.part(sha256))
            kept = sorted(self._kept(), key=lambda one: one.used)
            together = sum(max(one.bytes, self._coming.get(one.sha256, 0)) for one in kept)
            # What others wait for has its place already; what has no file yet counts all the same.
            together += sum(n for name, n in self._coming.items() if name not in {one.sha256 for one in kept})
            while together > self._most_bytes or self._free() < bytes_ - here:
                oldest = next((one for one in kept if one.sha256 not in self._in_use), None)
                if oldest is None:
                    del self._coming[sha256]
                    raise NoRoom(self._why_none(bytes_ - here, together))
                _remove(oldest.path)
                kept.remove(oldest)
                together -= max(oldest.bytes, self._coming.pop(oldest.sha256, 0))

    def _why_none(self, missing: int, together: int) -> str:
        if together > self._most_bytes:
            return f"the cache {self.folder} keeps {_mb(self._most_bytes)} at most, and all of it is in use"
        return f"the disk of {self.folder} has {_mb(self._free())} left, and {_mb(missing)} are to come"

    def _kept(self) -> Iterator[_Kept]:
        with os.scandir(self.folder) as found:
            for one in found:
                path, status = Path(one.path), one.stat(follow_symlinks=False)
                if one.is_dir(follow_symlinks=False):
                    first = next(path.iterdir(), None)  # its other names are links to the same content
                    yield _Kept(path, one.name, self._size(first), status.st_mtime)
                elif path.suffix == PART:
                    yield _Kept(path, path.stem, status.st_size, status.st_mtime)

    def _size(self, path: Path | None) -> int:
        try:
            return path.stat().st_size if path else 0
        except FileNotFoundError:
            return 0

    def _free(self) -> int:
        return shutil.disk_usage(self.folder).free

    def _hash(self, path: Path) -> str | None:
        with suppress(OSError), MediaFile(path) as file:
            return self._hashes.sha256(file)
        return None


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _name(path: str) -> str:
    """The name of a file of another machine, as one of this one."""
    name = PurePosixPath(path).name
    return name if name not in ("", ".", "..") and "\0" not in name else "file"


def _mb(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB"
