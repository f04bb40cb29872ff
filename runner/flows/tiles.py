"""Lists of tiles, newest first, and whether one surely has a new first tile. Pure.

A tile tells only its count of views. Counts grow, are rounded (`12.3K`), or are missing where a bar cuts the tile. So
two lists are compared shifted by some places, and a shift explains the change if no count would have shrunk.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runner.phone.screen import normalise

_SEPARATOR = " | "
_ROOM = "(room)"
_COUNT = re.compile(r"(\d[\d.,\s]*?)\s*([KMB]?)", re.IGNORECASE)
_SIZES = {"": 1, "K": 1e3, "M": 1e6, "B": 1e9}

MOST = 3
"""How many tiles may have come, or gone, between two looks."""


def listed(items: Sequence[str], *, room: bool) -> str:
    """A list of tiles as a value. `room` says that the screen has room for one more tile."""
    return _SEPARATOR.join([*items, _ROOM] if room else items)


def unchanged(now: str, before: str) -> bool:
    """Whether a list of tiles surely has not changed: no other shift explains it as well."""
    change = _Change.between(before, now)
    grown = {shift: change.grown(shift) for shift in change.explanations()}
    return 0 in grown and all(grown[0] < grown[shift] for shift in grown if shift != 0)


def prepended(now: str, before: str) -> bool:
    """Whether a list of tiles surely has a new first item: nothing else explains it at all.

    If counts tell nothing (all tiles say `0`), neither `unchanged` nor this is true, unless the lists had room: then
    they were seen whole, and their lengths tell.
    """
    explanations = _Change.between(before, now).explanations()
    return bool(explanations) and all(shift > 0 for shift in explanations)


@dataclass(frozen=True, slots=True)
class _Change:
    """Two lists; `old_is_whole` and `new_is_whole` say whether the screen showed all tiles of each."""

    old: list[str]
    new: list[str]
    old_is_whole: bool
    new_is_whole: bool

    @classmethod
    def between(cls, before: str, now: str) -> "_Change":
        (old, old_is_whole), (new, new_is_whole) = _read(before), _read(now)
        return cls(old, new, old_is_whole, new_is_whole)

    def explanations(self) -> list[int]:
        """How many new first tiles the list may have; below zero, how many of its first tiles may be gone."""
        return [shift for shift in range(-MOST, MOST + 1) if self._explains(shift)]

    def grown(self, shift: int) -> int:
        """How many counts would have grown with this shift."""
        return sum(bool(old and new) and not _alike(old, new) for old, new in self._pairs(shift))

    def _explains(self, shift: int) -> bool:
        more = len(self.new) - len(self.old)
        if (self.old_is_whole and shift < more) or (self.new_is_whole and shift > more):
            return False
        pairs = list(self._pairs(shift))
        # Half of the old list at least: a shift under which hardly any tile is seen again would explain everything.
        is_seen = self.old_is_whole or 2 * len(pairs) >= len(self.old)
        return is_seen and all(_may_become(old, new) for old, new in pairs)

    def _pairs(self, shift: int) -> Iterator[tuple[str, str]]:
        return zip(self.old[max(0, -shift) :], self.new[max(0, shift) :], strict=False)


def _read(value: str) -> tuple[list[str], bool]:
    items = value.split(_SEPARATOR)
    return (items[:-1], True) if items[-1] == _ROOM else (items, False)


def _may_become(old: str, new: str) -> bool:
    """Whether a tile that said `old` may say `new` later. A tile that says nothing may be any tile."""
    if not old or not new or _alike(old, new):
        return True
    was, now = _count(old), _count(new)
    return was is not None and now is not None and was <= now


def _alike(old: str, new: str) -> bool:
    return normalise(old) == normalise(new)


def _count(words: str) -> float | None:
    """The number that a tile shows: `8,028`, `12.3K`, `1,2 M`."""
    found = _COUNT.fullmatch(normalise(words))
    if found is None:
        return None
    digits, size = re.sub(r"\s", "", found[1]), found[2].upper()
    # Before K, M or B a comma is a decimal one (`1,2 M`); without a size it parts thousands (`8,028`).
    text = digits.replace(",", ".") if size else re.sub(r"[.,]", "", digits)
    try:
        return float(text) * _SIZES[size]
    except ValueError:
        return None
