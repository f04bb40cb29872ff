"""Looks at the files that campaigns name, at each once, however many configs name it."""

import os
from dataclasses import dataclass
from stat import S_ISDIR, S_ISREG

from runner.checks.nearby import Nearby
from runner.media import HEAD_BYTES, Kind, by_content, is_posted
from runner.media_file import MediaFile


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """What a path turned out to be.

    `missing` and `unreadable` are sentences; without either it is a file, and `kind` is what its first bytes say.
    """

    missing: str | None = None
    unreadable: str | None = None
    kind: Kind | None = None


class Files:
    """The file system as it was when each path was first looked at."""

    def __init__(self) -> None:
        self._files: dict[str, InspectedFile] = {}
        self._folders: dict[str, tuple[str, ...] | str] = {}
        self._fingerprints: dict[str, str] = {}
        self._posted: dict[tuple[str, Kind], tuple[str, ...]] = {}
        self.nearby = Nearby()

    def inspect(self, path: str) -> InspectedFile:
        """What the file at a path is, which should be media."""
        look = self._files.get(path)
        if look is None:
            look = self._files[path] = _inspect(path)
        return look

    def folder(self, path: str) -> tuple[str, ...] | str:
        """The paths of the files in a folder, sorted; or a sentence that says what is wrong with it."""
        found = self._folders.get(path)
        if found is None:
            found = self._folders[path] = _folder(path)
        return found

    def posted(self, path: str, kind: Kind) -> tuple[str, ...]:
        """The files of a folder that are posted as media of a kind; none if the folder cannot be read."""
        posted = self._posted.get((path, kind))
        if posted is None:
            found = self.folder(path)
            files = () if isinstance(found, str) else found
            posted = self._posted[path, kind] = tuple(file for file in files if is_posted(file, kind))
        return posted

    def fingerprint(self, path: str) -> str:
        """What tells contents apart, without reading whole videos; empty if the file cannot be read."""
        if path not in self._fingerprints:
            self._fingerprints[path] = _fingerprint(path)
        return self._fingerprints[path]


def _fingerprint(path: str) -> str:
    try:
        with MediaFile(path) as file:
            return file.fingerprint
    except (OSError, ValueError):
        return ""


def _inspect(path: str) -> InspectedFile:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - a Path costs more than the look itself
    except (FileNotFoundError, NotADirectoryError):
        return InspectedFile(missing=f"there is no file {path}")
    except (OSError, ValueError) as error:
        return InspectedFile(missing=f"{path} cannot be found: {_reason(error)}")
    if S_ISDIR(mode):
        return InspectedFile(unreadable=f"{path} is a folder, not a file")
    if not S_ISREG(mode):
        return InspectedFile(unreadable=f"{path} is no regular file")
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            head = file.read(HEAD_BYTES)
    except OSError as error:
        return InspectedFile(unreadable=f"{path} cannot be read: {_reason(error)}")
    if not head:
        return InspectedFile(unreadable=f"{path} is empty")
    found = by_content(head)
    return InspectedFile(kind=found.kind if found else None)


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
