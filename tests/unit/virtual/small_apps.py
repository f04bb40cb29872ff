"""Two small apps and a broken link, for phones without a connection."""

from collections.abc import Mapping
from typing import Any

from runner.virtual.apps.app import App, Device, Intent
from runner.virtual.views import View, Window


class Notes:
    """An app that remembers taps and text."""

    package = "org.example.notes"
    label = "Notes"
    activities = ("org.example.notes.Main", "org.example.notes.Share")
    version = "1.0.0"
    locale = ""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.taps: list[str] = []
        self.text = ""
        self.page = 0
        self.opened: list[Intent] = []

    def windows(self) -> list[Window]:
        button = View((0, 0, 100, 100), text="Save", clickable=True, on_tap=lambda: self.taps.append("tap"))
        button.on_long_tap = lambda: self.taps.append("long")
        grey = View((0, 100, 100, 200), text="Grey", enabled=False, on_tap=lambda: self.taps.append("grey"))
        field = View((0, 200, 100, 300), "android.widget.EditText", self.text, rid="notes:id/text")
        field.on_text, field.hint = self._write, "Write"
        page = View((0, 300, 100, 900), scrollable=True, rid="notes:id/list")
        page.children = [View((0, 300, 100, 400), text=f"Row {self.page}")]
        root = View((0, 0, 720, 1600), children=[button, grey, field, page])
        return [Window(self.package, self.activities[0], root)]

    def _write(self, text: str) -> None:
        self.text = text

    def start(self) -> None:
        self.taps.append("start")

    def accepts(self, intent: Intent) -> bool:
        return intent.data.startswith("notes://") or intent.action == "android.intent.action.SEND"

    def open(self, intent: Intent) -> None:
        self.opened.append(intent)

    def back(self) -> bool:
        return False

    def swipe(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        self.page = min(self.page + 1, 2) if end[1] < start[1] else max(self.page - 1, 0)

    def kill(self) -> None:
        self.page = 0

    def memory(self) -> dict[str, Any]:
        return {"text": self.text}

    def restore(self, memory: Mapping[str, Any]) -> None:
        self.text = memory["text"]

    def control(self, action: str, arguments: Mapping[str, Any]) -> None:
        raise ValueError(f"no action {action!r}")


class Home(Notes):
    """The home screen: only a package of its own."""

    package = "org.example.home"
    label = "Home"
    activities = ("org.example.home.Home",)
    version = "1.0.0"
    locale = ""


class Unplugged:
    """Counts what the faults do to the connection."""

    def __init__(self) -> None:
        self.broken: list[str] = []

    def drop(self) -> None:
        self.broken.append("drop")

    def unplug(self) -> None:
        self.broken.append("unplug")

    def reboot(self) -> None:
        self.broken.append("reboot")


def make_apps(device: Device) -> list[App]:
    return [Home(device), Notes(device)]
