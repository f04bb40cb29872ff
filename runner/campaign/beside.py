"""Files that campaigns go by and that lie beside them: flows, app profiles, accounts, phones."""

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

from runner.campaign.document import Document
from runner.campaign.reader import MAX_BYTES, read
from runner.diagnostics import FILE_START, Diagnostic, Severity
from runner.regular_file import open_regular

T = TypeVar("T")


class FilesBeside(Generic[T]):
    """Files of one kind. An unchanged one is read once, however many campaigns go by it."""

    def __init__(self, made_of: Callable[[Document], T]) -> None:
        self._made_of = made_of
        # The signature is only a key of the cache.
        self._kept = lru_cache(maxsize=256)(lambda path, _signature: self.load(Path(path)))

    def find(self, path: str) -> T | None:
        """The file as it is now; None if it is not there."""
        try:
            status = os.stat(path)  # noqa: PTH116 - for each campaign of a folder, and a Path costs more than the look
        except OSError:
            return None
        times = (status.st_mtime_ns, status.st_ctime_ns)
        return self._kept(path, (*times, status.st_size, status.st_ino, status.st_dev))

    def load(self, path: Path) -> T:
        """Read a file; one that cannot be read is a diagnostic too."""
        return self._made_of(_read(path))

    def forget(self) -> None:
        """Have the files read again, whether they seem changed or not."""
        self._kept.cache_clear()


def beside(path: str, *names: str) -> str:
    """The path of what lies beside a file: a name, or names that lead through folders."""
    return os.path.join(os.path.dirname(path), *names)  # noqa: PTH118, PTH120 - as above


def _read(path: Path) -> Document:
    try:
        with open_regular(path) as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        problem = Diagnostic(str(path), FILE_START, Severity.ERROR, "unreadable-file", message)
        return Document(str(path), "", None, None, (problem,))
    return read(raw, str(path))
