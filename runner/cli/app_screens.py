"""The screens that `runner app` looks at: of phones, and recorded ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runner.cli.free_phone import free_phone
from runner.errors import UsageError
from runner.settings import Settings

if TYPE_CHECKING:
    from runner.flows.profile import Profile
    from runner.phone.app_facts import AppFacts
    from runner.phone.screen import Screen
    from runner.phone.session import Session

with_campaigns = click.option("--campaigns", "folder", type=click.Path(path_type=Path, file_okay=False),
                              default="campaigns", show_default=True, metavar="DIR",
                              help="Where apps/ with profiles of your own and cases lies.")  # fmt: skip


@contextmanager
def looking_at(serial: str) -> Iterator["Session"]:
    """A phone that is awake, and on which nothing works meanwhile: the look would end the helper of a task there."""
    from runner.phone.fleets import Fleets
    from runner.phone.session import Session

    settings = Settings.from_environment()
    with free_phone(settings, serial, only_looks=True):
        session = Session(Fleets(settings.every_adb_server), serial)
        try:
            session.open()
            yield session
        finally:
            session.close()


def language_of(app: "AppFacts", profile: "Profile", language: str | None) -> str:
    """The language in which an app is shown: as named, as set, as the phone says, or the profile's own."""
    return language or Settings.from_environment().language or app.language or profile.language


def recorded(file: Path) -> "Screen":
    """A recorded screen: a hierarchy as uiautomator writes it. Raises UsageError."""
    from runner.flows.cases import MOST_BYTES
    from runner.phone.screen import parse
    from runner.regular_file import open_regular

    try:
        with open_regular(file) as opened:
            xml = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    if len(xml) > MOST_BYTES:
        raise UsageError(f"{file} is too large for a hierarchy")
    return parse(xml.decode("utf-8", errors="replace"))
