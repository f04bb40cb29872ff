"""The files that a run leaves behind: the screen at each step, as a picture and as XML."""

from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from runner.errors import LedgerError
from runner.private_files import make_folder, write_file


class Artifacts:
    """Files in one folder, named by task, attempt and step. Write each before the row that names it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save_screenshot(self, key: str, attempt: int, ordinal: int, jpeg: bytes) -> str:
        """Keep a screenshot; returns its path inside the folder."""
        return self._save(f"{_place(key, attempt, ordinal)}.jpg", jpeg)

    def save_hierarchy(self, key: str, attempt: int, ordinal: int, xml: str) -> str:
        """Keep a screen's XML; returns its path inside the folder."""
        return self._save(f"{_place(key, attempt, ordinal)}.xml", xml.encode(errors="replace"))

    def read(self, path: str) -> bytes | None:
        """What was saved under this path; None if somebody has removed it since."""
        try:
            return (self._folder / path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LedgerError(f"cannot read {self._folder / path}: {error.strerror}") from error

    def size(self, path: str) -> int | None:
        """How many bytes were saved under this path; None if somebody has removed it since."""
        try:
            return (self._folder / path).stat().st_size
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LedgerError(f"cannot read {self._folder / path}: {error.strerror}") from error

    def remove(self, paths: Iterable[str]) -> None:
        """Remove what was saved under these paths, and the tasks' folders that this leaves empty."""
        for path in (self._folder / path for path in paths):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise LedgerError(f"cannot remove {path}: {error.strerror}") from error
            with suppress(OSError):  # it holds others, or it is gone
                path.parent.rmdir()

    def _save(self, name: str, content: bytes) -> str:
        path = self._folder / name
        try:
            make_folder(path.parent)
            write_file(path, content)
        except OSError as error:
            raise LedgerError(
                f"cannot write {path}: {error.strerror}",
                hint="make room on the disk, or make the folder writable for this user",
            ) from error
        return name


def _place(key: str, attempt: int, ordinal: int) -> str:
    """A short path that no task key can lead astray: two letters first, lest one folder holds all."""
    name = blake2b(key.encode(), digest_size=10).hexdigest()
    return f"{name[:2]}/{name[2:]}/{attempt}-{ordinal:03}"
