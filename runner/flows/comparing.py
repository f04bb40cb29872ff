"""Compares values that a flow read from screens. Pure."""

import re
from collections.abc import Callable

from runner.flows.tiles import prepended, unchanged
from runner.phone.screen import normalise

_CUT = re.compile(
    r"(?:…|(?<!\.)\.\.\.)\s*(?:(?:see\s+)?(?:more|less))?\s*$|\s(?:see\s+)?(?:more|less)\s*$", re.I
)
"""How screens show that they cut a text. Garbled emoji are dots too, in pairs, so exactly three dots count."""

_NO_WORD = re.compile(r"\W+")

CUT_LETTERS, WHOLE_LETTERS = 20, 60
"""How many letters and digits of a beginning are enough if the screen shows that it cut the text, and if it does not:
no app cuts a text that is shorter than that."""


def same(left: str, right: str) -> bool:
    """Whether two texts are the same, normalised."""
    return normalise(left) == normalise(right)


def shows_caption(shown: str, caption: str) -> bool:
    """Whether a screen surely shows this caption, as far as it shows it.

    Screens cut captions short ("... more"), and hierarchies garble emoji: so only letters and digits count, and a
    beginning is enough if it is long.
    """
    written, beginning = _letters(caption), _letters(_CUT.sub("", shown))
    least = CUT_LETTERS if _CUT.search(shown) else WHOLE_LETTERS
    is_long = len(beginning) >= least
    return _letters(shown) == written or (is_long and written.startswith(beginning))


def is_other_caption(shown: str, caption: str) -> bool:
    """Whether a screen surely shows another caption than this: not even a beginning of it.

    For a short beginning neither this nor `shows_caption` is true, since it may be cut from either.
    """
    written, beginning = _letters(caption), _letters(_CUT.sub("", shown))
    may_be_cut = bool(beginning) and written.startswith(beginning)
    return _letters(shown) != written and not may_be_cut


def is_more(now: str, before: str) -> bool:
    """Whether a count as a screen shows it (`1,204`) is more than another. A rounded one (`12.3K`) tells nothing."""
    numbers = [re.sub(r"[.,\s]", "", normalise(text)) for text in (now, before)]
    return all(number.isdecimal() for number in numbers) and int(numbers[0]) > int(numbers[1])


def _letters(text: str) -> str:
    return _NO_WORD.sub("", text).casefold()


COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "equal": same,
    "is_not": lambda left, right: not same(left, right),
    "shows": shows_caption,
    "does_not_show": is_other_caption,
    "unchanged_from": unchanged,
    "prepended_to": prepended,
    "more_than": is_more,
}
"""The comparisons of two values, by the key that asks for each. No comparison with an unread value is true."""
