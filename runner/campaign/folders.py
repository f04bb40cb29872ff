"""Walks through folders of campaigns, for everything that reads or watches them: it follows links, and visits each
folder once, however many ways lead there."""

import os
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

# On the root of an ext4 file system, readable by root only: no sign of a mistake.
_OF_THE_SYSTEM = "lost+found"


class Visit(NamedTuple):
    """A folder and its files. `dead_ends` lead nowhere: links back to where the walk came from, folders that may not be
    read. `links` are the linked folders in it, which are visited by themselves."""

    folder: str
    names: tuple[str, ...]
    links: tuple[str, ...]
    dead_ends: tuple[str, ...]


def walk(root: str, leave_out: Collection[str] = ()) -> Iterator[Visit]:
    """Visit a folder and all below it, except hidden ones and those whose name is to be left out; names are sorted.
    Folders come before links to folders, so that a link to one of them does not change its path."""
    seen: set[tuple[int, int]] = set()
    waiting = deque([root])
    failures: list[OSError] = []
    while waiting:
        for folder, below, names in os.walk(waiting.popleft(), onerror=failures.append):
            if not _is_new(folder, seen):
                below.clear()
                continue
            below[:] = sorted(name for name in below if name[0] != "." and name not in leave_out)
            paths = [os.path.join(folder, name) for name in below]  # noqa: PTH118
            links = [path for path in paths if os.path.islink(path)]  # noqa: PTH114
            loops = {path for path in links if _leads_back(root, folder, path)}
            links = [path for path in links if path not in loops]
            waiting += links
            yield Visit(folder, tuple(sorted(names)), tuple(links), tuple(sorted(loops)))
    # A folder that has gone since its parent was listed is no dead end.
    failed = (str(failure.filename) for failure in failures)
    shut = [path for path in failed if os.path.isdir(path) and not path.endswith(_OF_THE_SYSTEM)]  # noqa: PTH112
    yield Visit(root, (), (), tuple(sorted(shut)))


def are_within(files: Iterable[str], roots: Sequence[Path]) -> bool:
    """Whether all files are among `roots`, files and folders, or lie in one of these folders or beside one of these
    files, wherever links lead."""
    named = {os.path.realpath(path) for path in roots}
    folders = [os.path.realpath(path if path.is_dir() else path.parent) for path in roots]
    return all(
        real in named or any(map(Path(real).is_relative_to, folders)) for real in map(os.path.realpath, files)
    )


def _is_new(folder: str, seen: set[tuple[int, int]]) -> bool:
    try:
        found = os.stat(folder)  # noqa: PTH116
    except OSError:
        return False
    identity = (found.st_dev, found.st_ino)
    is_new = identity not in seen
    seen.add(identity)
    return is_new


def _leads_back(root: str, folder: str, link: str) -> bool:
    """Whether a link in a folder leads to that folder or to one above it, on the walk's way there or on the disk."""
    target, place = os.path.realpath(link), folder
    while True:
        real = os.path.realpath(place)
        if real == target or real.startswith(target.rstrip("/") + "/"):
            return True
        if len(place) <= len(root):
            return False
        place = os.path.dirname(place)  # noqa: PTH120
