"""The home screen: one icon for each app."""

from collections.abc import Sequence

from runner.virtual.apps.app import App, Device
from runner.virtual.apps.one_page import OnePage
from runner.virtual.apps.parts import SCREEN, WHITE, box, icon, picture, text
from runner.virtual.views import View, Window

_COLUMNS, _CELL, _ROW = 4, 170, 190
_LOWEST = 1180
_SYMBOLS = {
    "com.zhiliaoapp.musically": "note",
    "com.android.settings": "gear",
    "com.instagram.android": "heart",
    "org.example.notes": "text",
}


class Launcher(OnePage):
    """Shows the apps that it was given and starts what is tapped."""

    package = "com.android.launcher3"
    label = "Home"
    activities: tuple[str, ...] = ("com.android.launcher3.Launcher",)

    def __init__(self, device: Device, apps: Sequence[App]) -> None:
        self._device = device
        self._apps = list(apps)

    def add(self, app: App) -> None:
        """Show one more, or in the place of an earlier one of its package."""
        self._apps = [one for one in self._apps if one.package != app.package] + [app]

    def windows(self) -> list[Window]:
        icons = [self._icon(app, place) for place, app in enumerate(self._apps)]
        clock = self._device.now()
        time = text((40, 180, 680, 290), f"{clock:%H:%M}", size=96, color=WHITE, align="center")
        date = text((40, 290, 680, 340), f"{clock:%A, %d %B}", size=30, color=WHITE, align="center")
        wall = picture(SCREEN, "wallpaper", cls="android.view.View")
        workspace = box(SCREEN, wall, time, date, *icons, rid=f"{self.package}:id/workspace")
        return [Window(self.package, self.activities[0], box(SCREEN, workspace))]

    @property
    def _top(self) -> int:
        """Where the icons begin: their lowest rows are always at one place."""
        rows = -(-len(self._apps) // _COLUMNS)
        return _LOWEST - max(0, rows - 2) * _ROW

    def _icon(self, app: App, place: int) -> View:
        left, top = 20 + (place % _COLUMNS) * _CELL, self._top + (place // _COLUMNS) * _ROW

        def launch() -> None:
            try:
                self._device.start_app(app.package)
            except KeyError:
                self._device.toast("App isn't installed")

        symbol = icon(
            (left + 37, top, left + 133, top + 96),
            _SYMBOLS.get(app.package, "dot"),
            size=56,
            color=WHITE,
            background="#121212",
            radius=24,
        )
        words = text(
            (left, top + 104, left + _CELL, top + 144), app.label, size=24, color=WHITE, align="center"
        )
        bounds = (left, top, left + _CELL, top + 160)
        return box(bounds, symbol, words, rid=f"{self.package}:id/icon", desc=app.label, on_tap=launch)

    def back(self) -> bool:
        """There is nothing behind the home screen."""
        return True
