"""Finds what was meant by the name of a file that is not there: the same name in other letters, or a similar one."""

import os
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from runner.campaign.nearest import nearest

_MOST_NAMES = 1000
"""The most names of a folder that are looked at."""
_MOST_COMPARISONS = 20_000
"""The most names in all that are compared letter by letter."""


class Offer(NamedTuple):
    """A path as it would be written, and whether it differs only in case, accents or slashes."""

    path: str
    is_same: bool


class Nearby:
    """Reads each folder once, and guesses only once what a name in it was meant to be."""

    def __init__(self) -> None:
        self._folders: dict[str, dict[str, list[str]]] = {}
        self._found: dict[tuple[str, str], Offer | None] = {}
        self._left = _MOST_COMPARISONS

    def offer(self, written: str, folder: str) -> Offer | None:
        """The path that was probably meant by one that leads nowhere; both are relative to `folder`."""
        path, is_same = "", True
        for part in _parts(written):
            within = os.path.join(folder, path)  # noqa: PTH118
            found = self._part(within, part)
            if found is None:
                return None
            path, is_same = os.path.join(path, found.path), is_same and found.is_same  # noqa: PTH118
        return Offer(path, is_same)

    def _part(self, folder: str, part: str) -> Offer | None:
        if os.path.lexists(os.path.join(folder, part)):  # noqa: PTH118
            return Offer(part, is_same=True)
        if (folder, part) not in self._found:
            self._found[folder, part] = self._like(folder, part)
        return self._found[folder, part]

    def _like(self, folder: str, part: str) -> Offer | None:
        if folder not in self._folders:
            self._folders[folder] = _names(folder)
        names = self._folders[folder]
        same = names.get(_plain(part), [])
        if len(same) == 1:
            return Offer(same[0], is_same=True)
        self._left -= len(names)
        near = (
            nearest(part, (name for alike in names.values() for name in alike)) if self._left >= 0 else None
        )
        return Offer(near, is_same=False) if near else None


def _parts(written: str) -> Iterator[str]:
    """The parts of a path, the root among them; backslashes count as slashes."""
    if written.startswith("/"):
        yield "/"
    yield from filter(None, written.replace("\\", "/").split("/"))


def _names(folder: str) -> dict[str, list[str]]:
    """The names in a folder, by their form without regard to case and to how accents are written."""
    names: dict[str, list[str]] = {}
    try:
        with os.scandir(folder or ".") as found:
            for entry in islice(found, _MOST_NAMES):
                if entry.name[0] != "." and entry.name.isprintable():
                    names.setdefault(_plain(entry.name), []).append(entry.name)
    except (OSError, ValueError):
        return {}
    return names


def _plain(name: str) -> str:
    """A name without regard to case, and to how its accents are written."""
    from unicodedata import normalize

    # macOS writes an accent as a character of its own (NFD), most keyboards as one with its letter (NFC).
    return normalize("NFC", name).casefold()
