"""What a screen of the app is, and what it may ask of the app around it."""

from typing import Protocol

from runner.virtual.apps.app import Device
from runner.virtual.apps.notes.memory import Memory, Note
from runner.virtual.apps.parts import BUTTON, GREY, LINEAR, SCREEN, WHITE, Action, box, text
from runner.virtual.views import View

PACKAGE = "org.example.notes"
MAIN = f"{PACKAGE}.MainActivity"
EDITOR = f"{PACKAGE}.EditorActivity"

ACCENT = "#2f6f4f"


def rid(name: str) -> str:
    """The full resource-id of a part of a screen."""
    return f"{PACKAGE}:id/{name}"


class Surroundings(Protocol):
    """The app as its screens see it."""

    device: Device
    state: Memory

    def now(self) -> str:
        """The phone's time, ISO 8601."""
        ...

    def edit(self, note: Note | None) -> None:
        """Open the editor, for a new note or one that is kept."""
        ...

    def leave(self) -> None:
        """Back to the list."""
        ...


class Screen:
    """One screen. It keeps what a person did on it and builds its views anew each time."""

    activity = MAIN

    def __init__(self, app: Surroundings) -> None:
        self.app = app

    def build(self) -> View:
        """The screen's views."""
        raise NotImplementedError

    def back(self) -> bool:
        """Whether the back key was used up inside the screen."""
        return False

    def swipe(self, down: int) -> None:
        """A swipe by so many pixels."""


def page(*children: View) -> View:
    """A whole screen."""
    return box(SCREEN, box(SCREEN, *children, rid="android:id/content"), background=WHITE)


def question(title: str, words: str, yes: tuple[str, Action], no: tuple[str, Action] | None = None) -> View:
    """Android's plain dialog: `yes` is its button1, `no` its button2."""
    head = text((100, 620, 620, 690), title, rid=rid("alertTitle"), size=34, bold=True)
    body = text((100, 690, 620, 800), words, rid="android:id/message", size=28, color=GREY)
    buttons = [_choice((420, 820, 620, 900), yes, "android:id/button1")]
    if no is not None:
        buttons.append(_choice((180, 820, 410, 900), no, "android:id/button2"))
    card = box((60, 580, 660, 930), head, body, *buttons, cls=LINEAR, background=WHITE, radius=20)
    return box(SCREEN, card, background="#4a4a4e")


def _choice(bounds: tuple[int, int, int, int], choice: tuple[str, Action], name: str) -> View:
    words, on_tap = choice
    return text(bounds, words, cls=BUTTON, rid=name, on_tap=on_tap, color=ACCENT, bold=True, align="center")
