"""The app in another language: its screens are built in English, and translated when they are shown.

What people wrote stays as it is: names, captions, comments, and what is in a field.
"""

import re
from collections.abc import Mapping

from runner.virtual.apps.parts import EDIT
from runner.virtual.apps.shortvideo import french
from runner.virtual.apps.shortvideo.ids import Ids
from runner.virtual.views import View, Window

LANGUAGES = ("en", "fr")
_WRITTEN = ("title", "desc", "comment_text", "draft", "sound_strip", "profile_name", "result_name")
"""The parts of screens whose words come from people."""

_COUNT = re.compile(r"(?P<number>\d{1,3}(?:[,.]\d{1,3})*)(?P<unit>[KM]?)")
NO_BREAK_SPACE, NARROW_NO_BREAK_SPACE = "\u00a0", "\u202f"


def translate(windows: list[Window], language: str, ids: Ids) -> list[Window]:
    """The windows, with the app's words in a language of LANGUAGES."""
    if language == "fr":
        written = {ids(part) for part in _WRITTEN}
        for window in windows:
            for view in window.root.walk():
                _translate(view, written)
    return windows


def tab_name(name: str, language: str) -> str:
    """A tab over the feed: the only place where Following has a word of its own in French."""
    return "Abonnements" if (name, language) == ("Following", "fr") else name


def _translate(view: View, written: set[str]) -> None:
    view.desc = _french(view.desc, french.DESCRIPTIONS)
    view.hint = _french(view.hint, {})
    if view.cls != EDIT and view.rid not in written:
        view.text = _french(view.text, french.SENTENCES)


def _french(words: str, patterns: Mapping[str, str]) -> str:
    if not words:
        return words
    if words in french.WORDS:
        return french.WORDS[words]
    if words.isupper() and words.capitalize() in french.WORDS:
        return french.WORDS[words.capitalize()].upper()
    if _COUNT.fullmatch(words):
        return _french_count(words)
    for pattern, translated in patterns.items():
        found = re.fullmatch(pattern, words)
        if found is not None:
            return translated.format(*map(_french_count, found.groups()))
    return words


def _french_count(words: str) -> str:
    """12.3K as 12,3 K, and 8,028 as 8 028, with the blanks that do not break; other words stay."""
    found = _COUNT.fullmatch(words)
    if found is None:
        return words
    if found["unit"]:
        return found["number"].replace(".", ",") + NO_BREAK_SPACE + found["unit"]
    return found["number"].replace(",", NARROW_NO_BREAK_SPACE)
