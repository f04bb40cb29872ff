"""Recorded screens as cases: what an app profile has to find on each of them, and what not.

A case is three files in `apps/cases/APP/` beside the campaigns: `NAME.xml`, the screen; `NAME.yaml`, what is expected;
and `NAME.jpg`, a picture for people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from runner.campaign.app_file import FOLDER, apps_beside, texts_of
from runner.campaign.reader import MAX_BYTES, read
from runner.errors import FlowError
from runner.flows.profile import Profile, Profiles
from runner.flows.reading import FlowModel, FlowReading, Names, raise_for
from runner.flows.screen_check import ScreenCheck, check_screen
from runner.phone.screen import Screen, parse
from runner.regular_file import open_regular

MOST_BYTES = 8 * 1024 * 1024
"""The largest hierarchy that is read; those of phones have some hundred kilobytes."""

_Names = Annotated[tuple[str, ...], Field(strict=False)]


class Expectation(FlowModel):
    """What is expected of a profile on one screen. Elements that are in neither list are not looked for."""

    version: Literal[1] = 1
    app: str
    language: str | None = None
    found: _Names = ()
    absent: _Names = ()
    stop: str | None = None
    dismiss: str | None = None


@dataclass(frozen=True)
class Case:
    """A recorded screen, and what is expected on it."""

    name: str
    path: Path
    expected: Expectation
    screen: Screen
    profile: Profile

    def __str__(self) -> str:
        return f"{self.expected.app}/{self.name}"

    def check(self) -> ScreenCheck:
        """What the profile finds on the screen now."""
        return check_screen(self.profile, self.screen, language=self.expected.language)

    def problems(self) -> list[str]:
        """What is not as expected, a sentence for each."""
        expected, now = self.expected, self.check()
        said = [f"it lacks {name}" for name in expected.found if name not in now.elements]
        said += [f"it has {name}, which was not there" for name in expected.absent if name in now.elements]
        for what, before, is_now in (
            ("stop", expected.stop, now.stop),
            ("dialog", expected.dismiss, now.dismiss),
        ):
            if before != is_now:
                said.append(
                    f"it is taken for the {what} {is_now or '(none)'}, which was {before or '(none)'}"
                )
        return said


def folder_of(campaigns: Path, app: str) -> Path:
    """Where the cases of an app lie."""
    return campaigns / FOLDER / "cases" / app


def cases(campaigns: str | Path, app: str | None = None) -> list[Case]:
    """The cases of an app, or of all apps, beside the campaigns in a folder, by name. Raises FlowError if one of them,
    or its profile, cannot be read."""
    folder = Path(campaigns)
    own = Profiles.over(texts_of(apps_beside(str(folder / "campaign.yaml"))))
    apps = [app] if app else _folders(folder / FOLDER / "cases")
    return [load_case(path, own.load(name)) for name in apps for path in _files(folder_of(folder, name))]


def load_case(path: Path, profile: Profile) -> Case:
    """The case whose expectation is in this file."""
    reading = FlowReading(read(_content(path, MAX_BYTES), str(path)))
    expected = reading.build(Expectation, reading.document.data, (), Names())
    raise_for(reading.diagnostics)
    assert expected is not None
    xml = _content(path.with_suffix(".xml"), MOST_BYTES)
    return Case(path.stem, path, expected, parse(xml.decode("utf-8", errors="replace")), profile)


def _folders(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.is_dir()) if folder.is_dir() else []


def _files(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.glob("*.yaml")))


def _content(path: Path, most: int) -> bytes:
    try:
        with open_regular(path) as file:
            content = file.read(most + 1)
    except OSError as error:
        raise FlowError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > most:
        raise FlowError(f"{path} is too large")
    return content
