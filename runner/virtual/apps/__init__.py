"""The apps of a virtual phone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runner.virtual.apps.app import App, Device
from runner.virtual.apps.browser import Browser
from runner.virtual.apps.launcher import Launcher
from runner.virtual.apps.notes import NotesApp
from runner.virtual.apps.picturenet import PictureNet
from runner.virtual.apps.settings_app import SettingsApp
from runner.virtual.apps.shortvideo import ShortVideo

if TYPE_CHECKING:
    from runner.virtual.apps.written.models import AppFile


def installed(device: Device, files: "Sequence[AppFile]" = ()) -> list[App]:
    """The apps on a phone, the home screen first; the browser, which has no icon there, last. `files` describe apps of
    somebody's own."""
    apps: list[App] = [ShortVideo(device), SettingsApp(), PictureNet(device), NotesApp(device)]
    if files:
        from runner.virtual.apps.written.app import WrittenApp  # only who has such files waits for pydantic

        apps += [WrittenApp(device, file) for file in files]
    return [Launcher(device, apps), *apps, Browser()]
