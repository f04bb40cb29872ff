"""App profiles: which elements an app's screens are made of, and which screens only a person may pass.

Selectors live in these files (`apps/*.yaml`) and nowhere else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from runner.campaign.reader import read
from runner.diagnostics import Diagnostic, tidy
from runner.errors import FlowError, Unsupported
from runner.flows.labels import without_words
from runner.flows.profile_names import check_language, check_names
from runner.flows.reading import FlowModel, FlowReading, Names, legal, raise_for
from runner.flows.selectors import Candidates, Selector, Selectors
from runner.flows.templates import Template
from runner.flows.versions import VersionRange
from runner.scripts.script import ProfileText

VARIABLES = frozenset(
    {"user", "target", "caption", "comment", "file_count", "sound", "sound_link", "account", "handle"}
)
"""The variables that selectors and links may name."""

Language = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$"),
    Field(json_schema_extra={"patternErrorMessage": "a language is written as in `fr` or `pt-BR`"}),
]


SEND = "android.intent.action.SEND"
"""The action with which files are shared, unless an app has one of its own."""

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
    unless: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(), description="Elements whose presence shows that it is only a text on an ordinary screen."
    )
    tap: Selectors | None = Field(
        default=None, description="What declines it; without it, the back key does."
    )
    to_front: bool = Field(
        default=False, description="Whether it is no page of the app, which is then brought to the front."
    )


class Labels(FlowModel):
    """What an app says in another language: each of its names lies over the one of the profile."""

    elements: Mapping[str, Candidates] = Field(
        default={}, description="Elements whose words differ; `null` for what is never shown."
    )
    stops: Mapping[str, Stop] = Field(
        default={}, description="Screens at which only a person may go on, by name."
    )
    dismiss: Mapping[str, Dismissal | None] = Field(
        default={}, description="Dialogs that are declined, by name."
    )


class Share(FlowModel):
    """Another place of the app that takes shared files."""

    activity: str = Field(description="The activity that takes them.")
    action: str = Field(default=SEND, description="The action with which it is started.")


class Profile(FlowModel):
    """One app as the runner sees it."""

    version: Literal[1] = Field(description="The version of this format.")
    app: str = Field(description="The name of the profile, which flows use.", examples=["tiktok"])
    language: Language = Field(default="en", description="The language of the labels in `elements`.")
    packages: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = Field(
        description="The app's packages; the first that is installed is used.",
        examples=[["com.zhiliaoapp.musically"]],
    )
    tested_with: Annotated[tuple[VersionRange, ...], Field(strict=False)] = Field(
        default=(),
        description="The versions of the app on which somebody has seen these screens, with all that begin so.",
        examples=[["43.1.4 - 47.0.3"]],
    )
    launch_activity: str | None = Field(
        default=None, description="The activity that starts the app; its own, if it is not given."
    )
    share_activity: str | None = Field(
        default=None, description="The activity that takes shared files; needed by `share_file`."
    )
    share_action: str = Field(
        default=SEND,
        description="The action with which `share_activity` is started.",
        examples=["com.instagram.share.ADD_TO_FEED"],
    )
    shares: Mapping[str, Share] = Field(
        default={},
        description="Other places that take shared files, by the name that `share_file` gives as `to`.",
        examples=[{"story": {"activity": "com.example.ShareToStory"}}],
    )
    links: Mapping[str, Template | None] = Field(
        default={},
        description="Links that the app opens, by name; `${user}` and others are filled in.",
        examples=[{"user": "https://www.tiktok.com/@${user}"}],
    )
    bottom_bar: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(), description="Elements of the bar at the bottom, which lies over others."
    )
    elements: Mapping[str, Candidates] = Field(
        default={},
        description="The app's elements by name: what finds each of them, in the order in which it is tried.",
        examples=[{"profile_tab": {"desc": "Profile"}}],
    )
    stops: Mapping[str, Stop] = Field(
        default={}, description="Screens at which only a person may go on, by name."
    )
    dismiss: Mapping[str, Dismissal | None] = Field(
        default={}, description="Dialogs that are declined, by name."
    )
    languages: Mapping[Language, Labels] = Field(
        default={}, description="What the app says in other languages, by language.", examples=[{"fr": {}}]
    )

    def in_language(self, language: str) -> "Profile":
        """The profile for an app that is shown in a language: the labels of that language over what has no words.

        A phone says `fr-FR` where the profile may know `fr` only.
        """
        known = next((name for name in (language, language.partition("-")[0]) if self.knows(name)), None)
        if known == self.language:
            return self
        labels = self.languages[known] if known else Labels()
        wordless = {name: group for name, all_of in self.elements.items() if (group := without_words(all_of))}
        return self.model_copy(
            update={
                "language": known or language,
                "elements": {**wordless, **labels.elements},
                "stops": {**self.stops, **labels.stops},
                "dismiss": {**self.dismiss, **labels.dismiss},
            }
        )

    def knows(self, language: str) -> bool:
        """Whether it has labels in this language."""
        return language == self.language or language in self.languages


def is_unverified(candidates: Sequence[Selector]) -> bool:
    """Whether nobody has recorded the element; one without any candidates is known never to be shown."""
    return bool(candidates) and all(selector.unverified for selector in candidates)


def unrecorded(profile: Profile, names: Sequence[str]) -> Unsupported:
    """The failure of a step, or a flow, that needs elements which nobody has recorded in the app's language."""
    language = profile.language
    return Unsupported(
        f"the app profile {profile.app} needs labels for {language}: nobody has recorded {', '.join(names)}",
        hint=f"look at the app in {language}, and write what it shows into apps/{profile.app}.yaml beside the "
        "campaigns (docs/app-profiles.md)",
    )


def read_profile(text: str, path: str, base: Any = None) -> tuple[Profile | None, list[Diagnostic]]:
    """A profile from the text of its file, or its problems.

    `base` is the data of the profile that comes with the runner, if there is one of this name: the text lies over it.
    """
    reading = FlowReading(read(text, path))
    data = reading.document.data
    if not isinstance(data, dict):
        return None, tidy(reading.diagnostics)
    whole = overlaid(base, data) if base is not None else data
    profile = reading.build(Profile, whole, (), Names(variables=set(VARIABLES)))
    # Asked of the data: one look at a file should show all of its problems.
    check_names(whole, reading)
    if base is not None:
        check_language(whole, base, reading)
    return (None if reading.diagnostics else profile), tidy(reading.diagnostics)


OVERLAID = {"links": 1, "elements": 1, "stops": 1, "dismiss": 1, "languages": 3}
"""The mappings of a profile of which single names are replaced, and how deep these names lie."""


def overlaid(below: Mapping[str, Any], above: Any) -> Any:
    """The data of a profile with another's over it, key by key: an element, a stop or a dialog is replaced whole."""
    if not isinstance(above, dict):
        return above
    over = {key: _over(below.get(key), value, OVERLAID.get(key, 0)) for key, value in above.items()}
    return {**below, **over}


def _over(below: Any, above: Any, depth: int) -> Any:
    if depth == 0 or not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{key: _over(below.get(key), value, depth - 1) for key, value in above.items()}}


def apps() -> list[str]:
    """The app profiles that come with the runner, by name."""
    found = (file.name for file in (files("runner.flows") / "apps").iterdir())
    return sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))


@lru_cache(maxsize=256)
def load_profile(app: str, own: ProfileText | None = None) -> Profile:
    """The profile of an app: the one that comes with the runner, and over it the user's `own` of this name. For the
    name of a package without either it is one without elements, whose flows describe what they tap.

    Raises FlowError if there is neither, or if one of them is wrong.
    """
    if own is None and _PACKAGE.fullmatch(app):
        return Profile(version=1, app=app, language="en", packages=(app,), elements={})
    if own is None and app not in apps():
        raise FlowError(f"there is no app profile {app!r}", hint=legal(app, apps()))
    text = own or _shipped(app)
    profile, diagnostics = read_profile(text.text, text.path, shipped_data(app) if own else None)
    raise_for(diagnostics)
    assert profile is not None
    return profile


@dataclass(frozen=True, slots=True)
class Profiles:
    """The app profiles that a campaign may use: its user's own by app, over those that come with the runner."""

    own: tuple[tuple[str, ProfileText], ...] = ()

    @classmethod
    def over(cls, own: Mapping[str, ProfileText]) -> "Profiles":
        return cls(tuple(sorted(own.items())))

    @property
    def names(self) -> list[str]:
        return sorted({*apps(), *dict(self.own)})

    def load(self, app: str) -> Profile:
        """The profile of an app. Raises FlowError if there is none, or if it is wrong."""
        own = dict(self.own).get(app)
        if own is None and app not in apps() and not _PACKAGE.fullmatch(app):
            raise FlowError(f"there is no app profile {app!r}", hint=legal(app, self.names))
        return load_profile(app, own)


def shipped_data(app: str) -> Any:
    """The data of a profile that comes with the runner; None if there is none of this name."""
    shipped = _shipped(app) if app in apps() else None
    return read(shipped.text, shipped.path).data if shipped else None


def _shipped(app: str) -> ProfileText:
    path = f"apps/{app}.yaml"
    return ProfileText(path, (files("runner.flows") / path).read_text(encoding="utf-8"))
