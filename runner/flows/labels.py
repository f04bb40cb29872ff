"""Which selectors hold in every language of an app. Pure."""

import re
from collections.abc import Sequence

from runner.flows.selectors import Selector

_IS_WORDED = ("text", "text_matches", "text_starts", "desc", "desc_matches", "desc_starts", "hint_matches")
# Variables, flags of a pattern, and its classes of characters are written with letters, and are no words.
_NO_WORDS = re.compile(r"\$\{[^}]*\}|\(\?[a-zA-Z]+\)|\\[a-zA-Z]")
_LETTER = re.compile(r"[^\W\d_]")


def without_words(candidates: Sequence[Selector]) -> tuple[Selector, ...]:
    """The candidates that name no word of the app, themselves or in the selectors within them."""
    return tuple(selector for selector in candidates if not _has_words(selector))


def _has_words(selector: Selector) -> bool:
    for name, value in selector:
        if name in _IS_WORDED and value is not None and _LETTER.search(_NO_WORDS.sub("", value)):
            return True
        inner = value if isinstance(value, tuple) else (value,)
        if any(_has_words(part) for part in inner if isinstance(part, Selector)):
            return True
    return False
