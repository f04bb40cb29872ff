"""App profiles: which elements an app's screens are made of, and which screens only a person may pass.

Selectors live in these files (`apps/*.yaml`) and nowhere else.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import Field

from runner.campaign.reader import read
from runner.diagnostics import Diagnostic, tidy
from runner.errors import FlowError
from runner.flows.matching import find_all, tap_point
from runner.flows.reading import FlowModel, FlowReading, Names, legal, raise_for
from runner.flows.selectors import Selector, Selectors
from runner.flows.templates import Template, fill
from runner.phone.screen import Element, Screen

VARIABLES = frozenset({"user", "target", "caption", "account"})
"""The variables that selectors and links may name."""

_PACKAGE = re.compile(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)+")
"""The name of an Android package; the name of a profile has no dot."""


class Stop(FlowModel):
    """A screen at which only a person may go on."""

    when: Selectors = Field(description="What shows that it is this screen.")
    unless: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(), description="Elements whose presence shows that it is only a text on an ordinary screen."
    )
    message: str = Field(
        description="What a person is told.", examples=["the app asks for a login: log in by hand"]
    )


class Dismissal(FlowModel):
    """A dialog that may be declined."""

    when: Selectors = Field(description="What shows that it is this dialog.")
    tap: Selectors | None = Field(
        default=None, description="What declines it; without it, the back key does."
    )


class Profile(FlowModel):
    """One app as the runner sees it."""

    version: Literal[1] = Field(description="The version of this format.")
    app: str = Field(description="The name of the profile, which flows use.", examples=["tiktok"])
    language: str = Field(description="The language of the app's labels.")
    packages: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = Field(
        description="The app's packages; the first that is installed is used.",
        examples=[["com.zhiliaoapp.musically"]],
    )
    launch_activity: str | None = Field(
        default=None, description="The activity that starts the app; its own, if it is not given."
    )
    share_activity: str | None = Field(
        default=None, description="The activity that takes shared files; needed by `share_file`."
    )
    links: Mapping[str, Template] = Field(
        default={},
        description="Links that the app opens, by name; `${user}` and others are filled in.",
        examples=[{"user": "https://www.tiktok.com/@${user}"}],
    )
    bottom_bar: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(), description="Elements of the bar at the bottom, which lies over others."
    )
    elements: Mapping[str, Selectors] = Field(
        description="The app's elements by name: what finds each of them, in the order in which it is tried.",
        examples=[{"profile_tab": {"desc": "Profile"}}],
    )
    stops: Mapping[str, Stop] = Field(
        default={}, description="Screens at which only a person may go on, by name."
    )
    dismiss: Mapping[str, Dismissal] = Field(default={}, description="Dialogs that are declined, by name.")


@dataclass(frozen=True, slots=True)
class AppView:
    """A profile with one of the app's packages and with variables; it finds elements on screens."""

    profile: Profile
    package: str
    variables: Mapping[str, str]

    def find(self, name: str, screen: Screen) -> Element | None:
        """The first element of this name on the screen."""
        return next(iter(self.find_all(name, screen)), None)

    def find_all(self, name: str, screen: Screen) -> list[Element]:
        """All elements of this name on the screen, in the order of the tree."""
        return self._search(self.profile.elements[name], screen)

    def point(self, element: Element, screen: Screen) -> tuple[int, int] | None:
        """Where to tap an element: never on the bar that lies over it. None if nothing of it is visible."""
        bar = self._bar(screen)
        if any(part is element or part in screen.ancestors(element) for part in bar):  # the bar itself
            return tap_point(element, None)
        return tap_point(element, self.bar_top(screen))

    def bar_top(self, screen: Screen) -> int | None:
        """The upper edge of the bar at the bottom; None if it is not shown."""
        return min((part.bounds[1] for part in self._bar(screen)), default=None)

    def stop_of(self, screen: Screen) -> Stop | None:
        """The stop screen that is shown; None if there is none."""
        for stop in self.profile.stops.values():
            if self._search(stop.when, screen) and not any(self.find(name, screen) for name in stop.unless):
                return stop
        return None

    def dismissal_of(self, screen: Screen) -> tuple[str, Element | None] | None:
        """The dialog that is shown and may be declined: its name, and the element that declines it (None: the back
        key)."""
        for name, dismissal in self.profile.dismiss.items():
            if self._search(dismissal.when, screen):
                if dismissal.tap is None:
                    return name, None
                found = self._search(dismissal.tap, screen)
                if found:
                    return name, found[0]
        return None

    def link(self, name: str) -> str:
        """A link of the profile with its variables filled in, percent-encoded."""
        return fill(self.profile.links[name], self.variables, lambda value: quote(value, safe=""))

    def component(self, activity: str) -> str:
        """An activity as `am start -n` takes it."""
        return f"{self.package}/{activity}"

    def _bar(self, screen: Screen) -> list[Element]:
        return [found for name in self.profile.bottom_bar if (found := self.find(name, screen))]

    def _search(self, selectors: tuple[Selector, ...], screen: Screen) -> list[Element]:
        filled = [filled_in(selector, self.variables) for selector in selectors]
        return find_all(filled, screen, self.profile.packages)


def filled_in(selector: Selector, variables: Mapping[str, str]) -> Selector:
    """The selector with its variables replaced; values in patterns are escaped, so that they match only themselves."""
    changes: dict[str, Any] = {}
    for name, value in selector:
        if isinstance(value, str) and "${" in value:
            changes[name] = fill(value, variables, re.escape if name.endswith("_matches") else str)
        elif isinstance(value, Selector):
            inner = filled_in(value, variables)
            if inner is not value:
                changes[name] = inner
        elif name == "lacks" and value:
            changes[name] = tuple(filled_in(part, variables) for part in value)
    return selector.model_copy(update=changes) if changes else selector


def read_profile(text: str, path: str) -> tuple[Profile | None, list[Diagnostic]]:
    """A profile from the text of its file, or its problems."""
    reading = FlowReading(read(text, path))
    data = reading.document.data
    names = Names(variables=set(VARIABLES))
    profile = reading.build(Profile, data, (), names) if data is not None else None
    if profile is not None:
        for at, name in _mentioned(profile):
            if name not in profile.elements:
                reading.note(at, "unknown-element", f"the profile has no element {name!r}")
    return (None if reading.diagnostics else profile), tidy(reading.diagnostics)


def _mentioned(profile: Profile) -> Iterator[tuple[list[str | int], str]]:
    for index, name in enumerate(profile.bottom_bar):
        yield ["bottom_bar", index], name
    for stop_name, stop in profile.stops.items():
        for index, name in enumerate(stop.unless):
            yield ["stops", stop_name, "unless", index], name


def apps() -> list[str]:
    """The app profiles that come with the runner, by name."""
    found = (file.name for file in (files("runner.flows") / "apps").iterdir())
    return sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))


@cache
def load_profile(app: str) -> Profile:
    """A profile that comes with the runner, or for the name of a package one without elements, whose flows describe
    what they tap. Raises FlowError if there is none, or if it is wrong."""
    if _PACKAGE.fullmatch(app):
        return Profile(version=1, app=app, language="en", packages=(app,), elements={})
    path = f"apps/{app}.yaml"
    if app not in apps():
        raise FlowError(f"there is no app profile {app!r}", hint=legal(app, apps()))
    profile, diagnostics = read_profile((files("runner.flows") / path).read_text(encoding="utf-8"), path)
    raise_for(diagnostics)
    assert profile is not None
    return profile
