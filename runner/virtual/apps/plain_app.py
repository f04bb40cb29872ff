"""An installed app of which a virtual phone knows the manifest only: each of its activities is a page with its name."""

from runner.virtual.apps.app import Intent
from runner.virtual.apps.one_page import OnePage
from runner.virtual.apps.parts import GREY, SCREEN, WHITE, box, text
from runner.virtual.package import Package
from runner.virtual.views import Window

_NAMELESS = "MainActivity"
"""What the one activity is called of an app whose manifest names none."""


class PlainApp(OnePage):
    """It shows which activity is open, and remembers nothing."""

    def __init__(self, package: Package) -> None:
        self.package = package.package
        self.version = package.version_name
        self.label = package.package.rpartition(".")[2]
        self.activities = package.activities or (f"{package.package}.{_NAMELESS}",)
        self._first = package.launcher or self.activities[0]
        self._activity = self._first

    def windows(self) -> list[Window]:
        title = text((40, 90, 680, 180), self.label, size=52, rid="android:id/title")
        name = text((40, 190, 680, 240), self._activity, size=26, color=GREY, rid="android:id/summary")
        content = box(SCREEN, title, name, background=WHITE, rid="android:id/content")
        return [Window(self.package, self._activity, box(SCREEN, content))]

    def open(self, intent: Intent) -> None:
        self._activity = intent.component.partition("/")[2] or self._first

    def back(self) -> bool:
        was_first = self._activity == self._first
        self._activity = self._first
        return not was_first

    def kill(self) -> None:
        self._activity = self._first
