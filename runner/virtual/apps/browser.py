"""The phone's browser: it opens web addresses that no other app takes, and shows which one it was."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from runner.virtual.apps.app import Intent
from runner.virtual.apps.one_page import OnePage
from runner.virtual.apps.parts import GREY, PALE, SCREEN, WHITE, box, text
from runner.virtual.views import Window

_VIEW = "android.intent.action.VIEW"
_START_PAGE = "about:blank"


class Browser(OnePage):
    """It loads nothing: its page tells the host of the address."""

    package = "com.android.chrome"
    label = "Chrome"
    version = "131.0.6778.81"
    activities: tuple[str, ...] = ("com.google.android.apps.chrome.Main",)

    def __init__(self) -> None:
        self._opened: list[str] = []
        self._address = _START_PAGE

    def windows(self) -> list[Window]:
        ids = f"{self.package}:id"
        bar = text((120, 64, 600, 128), self._address, size=26, background=PALE, rid=f"{ids}/url_bar")
        toolbar = box((0, 48, 720, 144), bar, background=WHITE, rid=f"{ids}/toolbar")
        host = urlsplit(self._address).netloc or "New tab"
        heading = text((40, 240, 680, 300), host, size=40)
        note = text((40, 310, 680, 360), self._address, size=24, color=GREY)
        page = box((0, 144, 720, 1600), heading, note, cls="android.webkit.WebView", background=WHITE)
        content = box(SCREEN, toolbar, page, rid="android:id/content")
        return [Window(self.package, self.activities[0], box(SCREEN, content))]

    def accepts(self, intent: Intent) -> bool:
        is_page = intent.action == _VIEW and intent.data.lower().startswith(("http://", "https://"))
        return is_page or super().accepts(intent)

    def open(self, intent: Intent) -> None:
        if intent.data:
            self._address = intent.data
            self._opened.append(intent.data)

    def back(self) -> bool:
        return False

    def kill(self) -> None:
        self._address = _START_PAGE

    def memory(self) -> dict[str, Any]:
        return {"opened": list(self._opened)}

    def restore(self, memory: Mapping[str, Any]) -> None:
        self._opened = list(memory["opened"])
