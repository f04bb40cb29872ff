"""Which words of a recorded screen may be somebody's own, and what stands in their place. Pure.

A text stays if all of its words are words of controls: those that the app profile has in its selectors, those in
`CONTROLS`, those that the person who records allows, and short numbers. Otherwise each of its words is replaced; of a
text that a selector of the profile recognises, the words of the profile stay. What was typed into a field is always
replaced. Handles, addresses and long numbers are replaced wherever they stand.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from runner.flows.profile import Labels, Profile
from runner.flows.selectors import Selector
from runner.phone.screen import normalise

_WORDS_OF_CONTROLS = """
    a about accept account accounts activity add album albums all allow and any app apply are at back block bottom by
    camera cancel caption change chat clear close comment comments confirm connect continue copy create date day delete
    deny description details disable discard dismiss don't done download draft drafts edit email empty enable enter
    error exit explore favorite favorites feed file filter find finish follow followers following folder folders for
    forgot found friends from gallery get go got hide history home hour image images in inbox info insights invite is it
    item items keep language later learn library like liked likes link list live loading location log login logout mark
    menu message messages minute mode month more music mute my name new next no none not notes note notification
    notifications now of off ok okay older on open options or other page password paste pause people permission phone
    photo photos pin play post posts preview previous privacy private profile public publish quit read recent refresh
    reload remind remove rename reply report request requested reset restore result results retry review save saved
    scan search see select send set settings share show sign skip sort sound sounds start status stop story submit
    suggested switch tab tag tags tap terms text the this time title to today tomorrow top total try turn type undo
    unfollow untitled update upload use user users verify version video videos view views volume week what while
    with write year yes yesterday yet you your
"""
CONTROLS = frozenset(_WORDS_OF_CONTROLS.split())
"""Words that apps put on their controls."""

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_PERSON = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|@[\w.]*\w")
"""Addresses of e-mail, and handles."""
_URL = re.compile(r"(?:https?://|www\.)\S+")
_NUMBER = re.compile(r"\+?\d(?:[\s().\u00a0\u202f/-]{0,2}\d){6,}")
"""Seven digits and more, in whatever groups: phone numbers, cards, accounts."""
_TOKEN = re.compile(r"\w+(?:['\u2019]\w+)*")
_COUNT = re.compile(r"\d{1,6}[KMBkm]?")
_CHARACTER = re.compile(r"[^\W_]")
_EXACT = ("text", "desc", "text_starts", "desc_starts")
_PATTERNS = ("text_matches", "desc_matches", "hint_matches")


class Words:
    """What may stay of the texts of a screen; `allowed` are texts that the person who records it allows."""

    def __init__(self, profile: Profile, allowed: Iterable[str] = ()) -> None:
        self._selectors = list(_selectors_of(profile))
        said = [*_literals(self._selectors), *allowed]
        self._known = CONTROLS | {word.casefold() for text in said for word in _WORD.findall(normalise(text))}
        self._labels = {
            normalise(getattr(one, key))
            for one in self._selectors
            for key in ("text", "desc")
            if getattr(one, key)
        } | {normalise(text) for text in allowed}
        self._people: dict[str, str] = {}

    def shown(self, text: str, *, is_typed: bool = False) -> str:
        """The text, with replacements for what may be somebody's own."""
        plain = normalise(text)
        if not plain or ("@" not in plain and plain in self._labels):
            return text
        marked = _PERSON.sub(self._stand_in, _URL.sub("https://example.org/", text))
        marked = _NUMBER.sub(lambda found: re.sub(r"\d", "0", found[0]), marked)
        if not is_typed and (self._is_recognised(plain) or self._is_control(text)):
            return self._replaced(marked, self._known)
        return self._replaced(marked, ())

    def _stand_in(self, found: re.Match[str]) -> str:
        """The same invented name for the same person, wherever they stand."""
        name = found[0].casefold().lstrip("@")
        person = self._people.setdefault(name, f"person{len(self._people) + 1}")
        return f"@{person}" if found[0].startswith("@") else f"{person}@example.org"

    def _is_control(self, text: str) -> bool:
        is_clean = not _PERSON.search(text) and not _URL.search(text) and not _NUMBER.search(text)
        return is_clean and all(word.casefold() in self._known for word in _WORD.findall(normalise(text)))

    def _is_recognised(self, plain: str) -> bool:
        return any(_recognises(one, plain) for one in self._selectors)

    def _replaced(self, text: str, known: Collection[str]) -> str:
        stand_ins = {*self._people.values(), "example", "org", "https"}

        def shape(found: re.Match[str]) -> str:
            token = found[0]
            parts = _WORD.findall(token)
            if token in stand_ins or _COUNT.fullmatch(token):
                return token
            if parts and all(normalise(one).casefold() in known for one in parts):
                return token
            return _CHARACTER.sub(_stand_in_for, token)

        return _TOKEN.sub(shape, text)


def _stand_in_for(character: re.Match[str]) -> str:
    if character[0].isdigit():
        return "0"
    return "X" if character[0].isupper() else "x"


def _selectors_of(profile: Profile) -> Iterator[Selector]:
    every: list[Profile | Labels] = [profile, *profile.languages.values()]
    for labels in every:
        for candidates in labels.elements.values():
            yield from _with_inner(candidates)
        for stop in labels.stops.values():
            yield from _with_inner(stop.when)
        for dialog in labels.dismiss.values():
            yield from _with_inner((*dialog.when, *(dialog.tap or ())) if dialog else ())


def _with_inner(selectors: Iterable[Selector]) -> Iterator[Selector]:
    for one in selectors:
        yield one
        for _, value in one:
            parts: Any = value if isinstance(value, tuple) else (value,)
            yield from _with_inner(part for part in parts if isinstance(part, Selector))


def _literals(selectors: Iterable[Selector]) -> Iterator[str]:
    for one in selectors:
        yield from (re.sub(r"\$\{\w+\}", " ", getattr(one, key)) for key in _EXACT if getattr(one, key))
        for key in _PATTERNS:
            # Without variables, and what a backslash makes of a letter: `\d` is no word.
            yield re.sub(r"\$\{\w+\}|\\.|\(\?\w+\)", " ", getattr(one, key) or "")


def _recognises(one: Selector, plain: str) -> bool:
    starts = [start for start in (one.text_starts, one.desc_starts) if start and "${" not in start]
    if any(plain.startswith(normalise(start)) for start in starts):
        return True
    patterns = [getattr(one, key) for key in _PATTERNS if getattr(one, key)]
    named = [pattern for pattern in patterns if _WORD.search("".join(_literals([one])))]
    return any(_matches(pattern, plain) for pattern in named)


def _matches(pattern: str, plain: str) -> bool:
    anybody = re.sub(r"\$\{\w+\}", r"[\\w.]+", pattern)
    try:
        return re.fullmatch(anybody, plain, re.DOTALL) is not None
    except re.error:
        return False
