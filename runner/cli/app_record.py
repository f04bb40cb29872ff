"""`runner app record`: what a phone shows now becomes a case."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runner.campaign import patterns
from runner.cli.app_completion import complete_app
from runner.cli.app_screens import language_of, looking_at, with_campaigns
from runner.cli.format_option import format_option
from runner.cli.ledger_completion import complete_device
from runner.cli.output import print_json, say_lines
from runner.cli.own_profiles import profiles_beside
from runner.cli.several import taking_several
from runner.errors import TaskError, UsageError

if TYPE_CHECKING:
    from runner.flows.profile import Profile
    from runner.flows.recording import RecordedScreen
    from runner.flows.screen_check import ScreenCheck
    from runner.phone.screen import Screen
    from runner.phone.session import Session

LOOKS = 3
"""How often the screen is looked at until it stands still around its picture."""
MOST_SHOWN = 20
"""How many of the replaced texts are shown."""


@click.command(
    cls=taking_several("--expect", "--keep"),
    epilog="""\b
Examples:
  runner app record list --serial R58M123ABC                     of the app that is in front
  runner app record share --app tiktok --serial R58M123ABC --expect post_button
  runner app record editor --app notes --serial R58M123ABC --keep "Jot it down" --no-screenshot""",
)
@click.argument("name")
@click.option("--serial", required=True, metavar="SERIAL", shell_complete=complete_device,
              help="The phone whose screen is recorded.")  # fmt: skip
@click.option("--app", "app_name", metavar="APP", shell_complete=complete_app,
              help="The app profile (default: that of the app in front).")  # fmt: skip
@click.option("--expect", "expected", multiple=True, metavar="ELEMENT...",
              help="Elements that should be there, though the profile does not find them yet.")  # fmt: skip
@click.option("--keep", "kept", multiple=True, metavar="TEXT...",
              help="Texts of the app itself, which are not replaced.")  # fmt: skip
@click.option("--screenshot/--no-screenshot", default=True, help="Keep a picture too (default), or none.")
@click.option("--replace", is_flag=True, help="Write over a case of this name.")
@with_campaigns
@format_option
def record(
    name: str,
    serial: str,
    app_name: str | None,
    *,
    expected: tuple[str, ...],
    kept: tuple[str, ...],
    screenshot: bool,
    replace: bool,
    folder: Path,
    form: str,
) -> None:
    """Save what a phone shows now as the case NAME: hierarchy, picture, and what the profile finds there.

    Handles, addresses, long numbers and all words that are no words of controls are replaced, and the picture is
    blurred but where words stayed. What was replaced is shown here, so that --keep can name what belongs to the app.
    """
    import re

    if re.fullmatch(patterns.KEY, name) is None:
        raise UsageError(f"a case cannot be called {name!r}", hint="letters, digits, hyphens and underscores")
    with looking_at(serial) as session:
        seen, picture = look(session, with_picture=screenshot)
        profile = profiles_beside(folder).load(app_name) if app_name else profile_in_front(seen, folder)
        package = next((one for one in profile.packages if one in seen.packages), profile.packages[0])
        language = language_of(session.app(package), profile, None)
    made = Recording(profile, name, folder, seen, language, kept, expected)
    written = made.write(picture, replace=replace)
    if form == "json":
        print_json(made.as_json(written))
    else:
        say_lines(made.told(written, wants_picture=screenshot and picture is None))


def look(session: "Session", *, with_picture: bool) -> "tuple[Screen, bytes | None]":
    """What a phone shows, and a picture of just that; None for the picture if the screen does not stand still."""
    from runner.flows.recording import is_same

    seen = session.screen()
    for _ in range(LOOKS if with_picture else 0):
        try:
            picture = session.screenshot()
        except TaskError:  # a protected window
            return seen, None
        after = session.screen()
        if is_same(seen, after):
            return seen, picture
        seen = after
    return seen, None


def profile_in_front(seen: "Screen", folder: Path) -> "Profile":
    """The profile of the app that is shown. Raises UsageError if there is none."""
    from runner.flows.watch import SYSTEM_UI

    profiles = profiles_beside(folder)
    for name in profiles.names:
        profile = profiles.load(name)
        if set(profile.packages) & set(seen.packages):
            return profile
    shown = [package for package in seen.packages if package != SYSTEM_UI]
    raise UsageError(
        f"no app profile knows what is shown: {', '.join(shown) or 'nothing'}",
        hint="write one into apps/ beside the campaigns, or name the package: --app PACKAGE",
    )


class Recording:
    """A screen on its way to a case."""

    def __init__(
        self,
        profile: "Profile",
        name: str,
        folder: Path,
        seen: "Screen",
        language: str,
        kept: Sequence[str],
        expected: Sequence[str],
    ) -> None:
        from runner.flows.cases import folder_of
        from runner.flows.personal import Words
        from runner.flows.reading import legal
        from runner.flows.recording import without_personal
        from runner.flows.screen_check import check_screen
        from runner.phone.screen import parse

        if unknown := [one for one in expected if one not in profile.elements]:
            hint = legal(unknown[0], profile.elements)
            raise UsageError(f"the app profile has no element {unknown[0]!r}", hint=hint)
        self.profile, self.name, self._seen = profile, name, seen
        self.folder = folder_of(folder, profile.app)
        self.clean: RecordedScreen = without_personal(seen, Words(profile, kept))
        before = check_screen(profile, seen, language=language)
        self.check: ScreenCheck = check_screen(profile, parse(self.clean.xml), language=language)
        self.lost = [one for one in before.elements if one not in self.check.elements]
        self.missing = self.check.missing(expected)

    def write(self, picture: bytes | None, *, replace: bool) -> list[Path]:
        """Write the files of the case; returns their paths. Raises UsageError if they are there."""
        from runner.flows.recording import blurred

        files = {self._path("xml"): self.clean.xml.encode(), self._path("yaml"): self._expectation().encode()}
        if picture is not None:
            files[self._path("jpg")] = blurred(picture, self._seen, self.clean)
        there = [path for path in (*files, self._path("jpg")) if path.exists()]
        if there and not replace:
            raise UsageError(
                f"there is a case {self.name} already: {there[0]}", hint="--replace writes over it"
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if picture is None:
                self._path("jpg").unlink(missing_ok=True)  # it would be the picture of another screen
            for path, content in files.items():
                path.write_bytes(content)
        except OSError as error:
            raise UsageError(f"{error.filename} cannot be written: {error.strerror}") from error
        return list(files)

    def _path(self, kind: str) -> Path:
        return self.folder / f"{self.name}.{kind}"

    def _expectation(self) -> str:
        found = [*self.check.elements, *self.missing]
        absent = [name for name in self.profile.elements if name not in found]
        lines = [
            "# What the app profile finds on this screen: runner app check, and pytest, hold it against that.",
            "version: 1",
            f"app: {self.profile.app}",
            f"language: {self.check.language}",
            *_list("found", found),
            *_list("absent", absent),
        ]
        lines += [f"stop: {self.check.stop}"] * bool(self.check.stop)
        lines += [f"dismiss: {self.check.dismiss}"] * bool(self.check.dismiss)
        return "\n".join(lines) + "\n"

    def told(self, written: Sequence[Path], *, wants_picture: bool) -> Iterator[str]:
        """What was written, for people."""
        yield f"recorded {self.profile.app}/{self.name} ({self.check.language}):"
        yield from (f"  {path}" for path in written)
        yield f"  found: {', '.join(self.check.elements) or 'nothing that the profile names'}"
        if self.missing:
            yield f"  missing: {', '.join(self.missing)}; `runner app suggest {self.profile.app} {self.name}`"
        if wants_picture:
            yield "  without a picture: the screen did not stand still, or may not be pictured"
        if self.clean.replaced:
            yield "replaced, if a text is the app's own, record again with --replace --keep TEXT:"
            yield from (f"  {text[:70]!r}" for text in self.clean.replaced[:MOST_SHOWN])
            if more := len(self.clean.replaced) - MOST_SHOWN:
                yield from [f"  and {more} more"] * (more > 0)
        if self.lost:
            yield f"not found any more, since their words were replaced: {', '.join(self.lost)}"

    def as_json(self, written: Sequence[Path]) -> dict[str, Any]:
        return {
            "app": self.profile.app,
            "case": self.name,
            "language": self.check.language,
            "files": [str(path) for path in written],
            "found": list(self.check.elements),
            "missing": self.missing,
            "lost": self.lost,
            "replaced": list(self.clean.replaced),
        }


def _list(key: str, names: Sequence[str]) -> Iterator[str]:
    yield f"{key}:" if names else f"{key}: []"
    yield from (f"  - {name}" for name in names)
