"""The app itself: which screen is on top, and what the phone hands to it."""

from collections.abc import Mapping
from typing import Any

from runner.virtual.apps import arguments as wish
from runner.virtual.apps.app import Device, Intent
from runner.virtual.apps.arguments import Action, Arguments, carry_out
from runner.virtual.apps.notes.editor import Editor
from runner.virtual.apps.notes.memory import Memory, Note, from_json
from runner.virtual.apps.notes.note_list import NoteList
from runner.virtual.apps.notes.screen import EDITOR, MAIN, PACKAGE, Screen, page, question
from runner.virtual.views import Window


class NotesApp:
    """A list of notes and an editor."""

    package = PACKAGE
    label = "Notes"
    version = "1.0.0"
    locale = ""
    activities: tuple[str, ...] = (MAIN, EDITOR)

    def __init__(self, device: Device) -> None:
        self.device = device
        self.state = Memory()
        self._list = NoteList(self)
        self._screen: Screen = self._list

    def now(self) -> str:
        return self.device.now().isoformat()

    def windows(self) -> list[Window]:
        if self.state.tip:
            words = "Notes are found by their text, too."
            tip = question("Tip of the day", words, ("Got it", self._close_tip))
            return [Window(PACKAGE, MAIN, page(tip))]
        return [Window(PACKAGE, self._screen.activity, self._screen.build())]

    def start(self) -> None:
        """It is shown as it was left."""

    def accepts(self, intent: Intent) -> bool:
        return intent.component.startswith(f"{PACKAGE}/")

    def open(self, intent: Intent) -> None:
        if intent.component.endswith(EDITOR):
            self.edit(None)

    def back(self) -> bool:
        if self.state.tip:
            self._close_tip()
            return True
        return self._screen.back()

    def swipe(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        self._screen.swipe(end[1] - start[1])

    def kill(self) -> None:
        """What was typed and not saved is lost."""
        self._list = NoteList(self)
        self._screen = self._list

    def memory(self) -> dict[str, Any]:
        return self.state.as_json()

    def restore(self, memory: Mapping[str, Any]) -> None:
        self.state = from_json(memory)

    def control(self, action: str, arguments: Mapping[str, Any]) -> None:
        carry_out(ACTIONS, self, action, arguments)
        self.device.changed()

    def edit(self, note: Note | None) -> None:
        self._screen = Editor(self, note)

    def leave(self) -> None:
        self._screen = self._list

    def _close_tip(self) -> None:
        self.state.tip = False


def _add_note(app: NotesApp, arguments: Arguments) -> None:
    app.state.add(str(wish.needed(arguments, "title")), str(arguments.get("text", "")), app.now())


def _forget_notes(app: NotesApp, _arguments: Arguments) -> None:
    app.state.notes.clear()
    app.leave()


def _show_tip(app: NotesApp, _arguments: Arguments) -> None:
    app.state.tip = True


def _ignore_next_save(app: NotesApp, _arguments: Arguments) -> None:
    app.state.ignore_next_save = True


ACTIONS: dict[str, Action[NotesApp]] = {
    "add_note": (("title", "text"), _add_note),
    "forget_notes": ((), _forget_notes),
    "show_tip": ((), _show_tip),
    "ignore_next_save": ((), _ignore_next_save),
}
