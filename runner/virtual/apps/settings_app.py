"""The phone's settings: another app, for when one is in the way."""

from runner.virtual.apps.app import Intent
from runner.virtual.apps.one_page import OnePage
from runner.virtual.apps.parts import GREY, LINEAR, SCREEN, WHITE, WIDTH, box, text
from runner.virtual.views import View, Window

_LINES = (
    ("Network & internet", "Mobile, Wi-Fi, hotspot"),
    ("Connected devices", "Bluetooth, pairing"),
    ("Apps", "Permissions, default apps"),
    ("Battery", "100%"),
    ("Display", "Dark theme, font size"),
    ("About phone", "Virtual phone"),
)


class SettingsApp(OnePage):
    """A list that opens nothing."""

    package = "com.android.settings"
    label = "Settings"
    activities: tuple[str, ...] = ("com.android.settings.Settings",)

    def windows(self) -> list[Window]:
        title = text((40, 90, 680, 180), "Settings", size=52)
        rows = [self._row(words, more, 220 + 140 * n) for n, (words, more) in enumerate(_LINES)]
        root = box(SCREEN, title, *rows, background=WHITE, rid="android:id/content")
        return [Window(self.package, self.activities[0], box(SCREEN, root))]

    def _row(self, words: str, more: str, top: int) -> View:
        title = text((40, top + 16, 680, top + 68), words, rid="android:id/title", size=32)
        summary = text((40, top + 68, 680, top + 112), more, rid="android:id/summary", size=26, color=GREY)
        return box((0, top, WIDTH, top + 140), title, summary, cls=LINEAR, on_tap=_nothing)

    def accepts(self, intent: Intent) -> bool:
        return intent.action.startswith("android.settings.") or super().accepts(intent)

    def back(self) -> bool:
        return False


def _nothing() -> None:
    """What a tap on a line does."""
