"""What an app profile finds on one screen: for those who write profiles, and for recorded screens. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runner.flows.app_view import AppView
from runner.flows.elements import variables_of
from runner.flows.matching import matches
from runner.flows.profile import VARIABLES, Profile
from runner.flows.selectors import Selector
from runner.phone.screen import Bounds, Element, Screen

_ANY_NAME = "[a-z0-9_.]{2,24}"
"""What `${user}` matches while nobody is named: small letters, since other words of a page begin with a large one."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where an element was found: by which of its candidates, from 0, and what it says."""

    candidate: int
    bounds: Bounds
    words: str


@dataclass(frozen=True, slots=True)
class ScreenCheck:
    """What a profile finds on a screen: elements by name, and the names of the stop and the dialog that it takes it
    for; `opaque` if the app is shown and nothing of it can be read."""

    language: str
    elements: Mapping[str, Found]
    stop: str | None
    dismiss: str | None
    opaque: bool

    def missing(self, expected: Collection[str]) -> list[str]:
        return [name for name in expected if name not in self.elements]

    def as_json(self, file: str, expected: Collection[str]) -> dict[str, Any]:
        elements = {
            name: {"candidate": found.candidate, "bounds": list(found.bounds), "words": found.words}
            for name, found in self.elements.items()
        }
        return {
            "file": file,
            "elements": elements,
            "missing": self.missing(expected),
            "stop": self.stop,
            "dismiss": self.dismiss,
            "opaque": self.opaque,
        }


def check_screen(
    profile: Profile, screen: Screen, *, language: str | None = None, user: str | None = None
) -> ScreenCheck:
    """What the profile finds in a language; in that of its languages in which it finds most, if none is named.

    Without a `user`, selectors that name one find any. What names other variables, such as a caption, is not looked
    for.
    """
    languages = [language] if language else [profile.language, *profile.languages]
    found = [_check(profile.in_language(one), screen, user) for one in languages]
    return max(found, key=lambda one: len(one.elements) + (one.stop is not None) + (one.dismiss is not None))


def _check(profile: Profile, screen: Screen, user: str | None) -> ScreenCheck:
    known = {"user": user, "target": f"@{user}"} if user else {}
    app = AppView(profile, profile.packages[0], dict.fromkeys(VARIABLES, "") | known)
    elements = {}
    for name, candidates in profile.elements.items():
        ways = candidates if user else [_of_anybody(selector) for selector in candidates]
        for index, selector in enumerate(ways):
            if not known.keys() >= set(variables_of((selector,))):
                continue
            if shown := app.search([selector], screen):
                elements[name] = Found(index, shown[0].bounds, shown[0].words)
                break
    stop, dialog = app.stop_of(screen), app.dialog_of(screen)
    return ScreenCheck(
        profile.language,
        elements,
        next((name for name, one in profile.stops.items() if one is stop), None),
        # Nothing is declined on a screen that only a person may pass.
        dialog.name if dialog and stop is None else None,
        screen.is_opaque(profile.packages),
    )


def names_of(element: Element, profile: Profile, screen: Screen) -> dict[str, list[Element]]:
    """The names of the profile that find an element, in any of its languages, each with all that it finds there.

    Only names that are true of the element are looked for everywhere else: to look for all takes seconds on a screen of
    many hundred elements.
    """
    found: dict[str, list[Element]] = {}
    for language in (profile.language, *profile.languages):
        shown = profile.in_language(language)
        app = AppView(shown, shown.packages[0], dict.fromkeys(VARIABLES, ""))
        for name, candidates in shown.elements.items():
            ways = [one for one in map(_of_anybody, candidates) if not set(variables_of((one,)))]
            if name not in found and any(matches(one, element, screen) for one in ways):
                everything = next(filter(None, (app.search([one], screen) for one in ways)), [])
                if element in everything:
                    found[name] = everything
    return found


def _of_anybody(selector: Selector) -> Selector:
    """The selector with any name in place of `${user}`."""
    return selector.model_copy(update=dict(_changes(selector)))


def _changes(selector: Selector) -> Iterator[tuple[str, Any]]:
    for name, value in selector:
        if isinstance(value, str) and "${user}" in value and name.endswith("_matches"):
            yield name, re.sub(r"^\(\?i\)", "", value).replace("${user}", _ANY_NAME)
        elif isinstance(value, Selector):
            yield name, _of_anybody(value)
