"""How values that a flow read from screens are compared. Pure."""

import re
from collections.abc import Callable, Sequence

from runner.phone.screen import normalise

_CUT = re.compile(r"(?:\s|…|\.\.\.)*\b(?:more|less)\s*$|…\s*$", re.IGNORECASE)
_NO_WORD = re.compile(r"\W+")
_SEPARATOR = " | "
_ROOM = "(room)"


def listed(items: Sequence[str], *, room: bool) -> str:
    """A list of tiles as a value. `room` says that one more tile would still be on the screen."""
    return _SEPARATOR.join([*items, _ROOM] if room else items)


def same(left: str, right: str) -> bool:
    """Whether two texts are the same, normalised."""
    return normalise(left) == normalise(right)


def shows_caption(shown: str, caption: str) -> bool:
    """Whether what a screen shows is a caption, as far as it shows it.

    Screens cut captions short ("... more"), and hierarchies garble emoji: only letters and digits count, and
    a shown beginning is enough if it has at least 20 of them.
    """
    written = _letters(caption)
    seen = {_letters(shown), _letters(_CUT.sub("", shown))}
    return written in seen or any(len(text) >= 20 and written.startswith(text) for text in seen)


def unchanged(now: str, before: str) -> bool:
    """Whether a list of tiles surely is the one it was."""
    new, old = now.split(_SEPARATOR), before.split(_SEPARATOR)
    if old[-1] == _ROOM:
        return len(new) == len(old) and new[-1] == _ROOM
    return _stayed(new, old) > _shifted(new, old)


def prepended(now: str, before: str) -> bool:
    """Whether a list of tiles surely has a new first item.

    A full screen drops its last tile for the new one, and the counts on the tiles grow meanwhile: such a list
    is held against what it was and against what it was shifted by one, and the better fit decides. Where both
    fit alike (all tiles say `0`), neither `unchanged` nor this is true.
    """
    new, old = now.split(_SEPARATOR), before.split(_SEPARATOR)
    if old[-1] == _ROOM:
        return len(new) > len(old) or (len(new) == len(old) and new[-1] != _ROOM)
    return _shifted(new, old) > _stayed(new, old)


def _letters(text: str) -> str:
    return _NO_WORD.sub("", text).casefold()


def _stayed(new: list[str], old: list[str]) -> int:
    return _alike(new, old) if len(new) == len(old) else 0


def _shifted(new: list[str], old: list[str]) -> int:
    """How well `new` is explained by one item of any kind before the old ones."""
    return 1 + _alike(new[1:], old) if len(new) >= len(old) else 0


def _alike(left: list[str], right: list[str]) -> int:
    return sum(a == b for a, b in zip(left, right, strict=False))


COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "equal": same,
    "is_not": lambda left, right: not same(left, right),
    "shows": shows_caption,
    "does_not_show": lambda left, right: not shows_caption(left, right),
    "unchanged_from": unchanged,
    "prepended_to": prepended,
}
"""How two values are compared, by the key that asks for it."""
