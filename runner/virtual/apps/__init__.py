"""The apps of a virtual phone."""

from runner.virtual.apps.app import App, Device
from runner.virtual.apps.browser import Browser
from runner.virtual.apps.launcher import Launcher
from runner.virtual.apps.notes import NotesApp
from runner.virtual.apps.picturenet import PictureNet
from runner.virtual.apps.settings_app import SettingsApp
from runner.virtual.apps.shortvideo import ShortVideo


def installed(device: Device) -> list[App]:
    """The apps on a phone, the home screen first; the browser, which has no icon there, last."""
    apps: list[App] = [ShortVideo(device), SettingsApp(), PictureNet(device), NotesApp(device)]
    return [Launcher(device, apps), *apps, Browser()]
