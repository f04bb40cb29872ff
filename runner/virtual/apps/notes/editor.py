"""One note: its title, its text, and what can be done with it."""

from runner.virtual.apps.notes.memory import Note
from runner.virtual.apps.notes.screen import ACCENT, EDITOR, Screen, Surroundings, page, question, rid
from runner.virtual.apps.parts import BUTTON, PALE, STATUS_BAR, Action, button, field, icon, text
from runner.virtual.views import View


class Editor(Screen):
    """Save keeps the note and leads back to the list; an empty note is refused. Leaving asks if something changed."""

    activity = EDITOR

    def __init__(self, app: Surroundings, note: Note | None) -> None:
        super().__init__(app)
        self.note = note
        self.title = note.title if note else ""
        self.text = note.text if note else ""
        self.focused = ""
        self.asking = ""
        """Which question lies over the page: empty, delete, discard."""

    @property
    def changed(self) -> bool:
        before = (self.note.title, self.note.text) if self.note else ("", "")
        return (self.title, self.text) != before

    def build(self) -> View:
        back = icon((0, STATUS_BAR, 90, 140), "back", rid=rid("back"), desc="Back", on_tap=self._leave)
        words = "Edit note" if self.note else "New note"
        heading = text((110, STATUS_BAR, 450, 140), words, rid=rid("toolbar_title"), size=34, bold=True)
        save = button(
            (540, 60, 700, 132), "Save", self._save, rid=rid("save_note"), background=ACCENT, color="#ffffff"
        )
        parts = [back, heading, save]
        if self.note is not None:
            delete = icon(
                (450, 60, 530, 132), "cross", cls=BUTTON, rid=rid("delete_note"), desc="Delete note"
            )
            delete.on_tap, delete.clickable = self._ask_to_delete, True
            parts.append(delete)
        title = field(
            (40, 170, 680, 260),
            self.title,
            "Title",
            on_tap=self._focusing("title"),
            on_text=self._set_title,
            focused=self.focused == "title",
            rid=rid("note_title_field"),
            background=PALE,
            size=34,
            radius=12,
        )
        body = field(
            (40, 290, 680, 1100),
            self.text,
            "Write something",
            on_tap=self._focusing("text"),
            on_text=self._set_text,
            focused=self.focused == "text",
            rid=rid("note_text_field"),
            background=PALE,
            radius=12,
            valign="top",
        )
        return page(*parts, title, body, *self._question())

    def _question(self) -> list[View]:
        stay = ("Cancel", self._stay)
        if self.asking == "delete":
            return [
                question("Delete this note?", "It cannot be brought back.", ("Delete", self._delete), stay)
            ]
        if self.asking == "discard":
            yes = ("Discard", self.app.leave)
            return [question("Discard changes?", "What you typed is not saved.", yes, stay)]
        return []

    def _focusing(self, name: str) -> Action:
        def focus() -> None:
            self.focused = name

        return focus

    def _set_title(self, words: str) -> None:
        self.focused = "title"
        self.title = words

    def _set_text(self, words: str) -> None:
        self.focused = "text"
        self.text = words

    def _save(self) -> None:
        memory = self.app.state
        if not self.title.strip() and not self.text.strip():
            self.app.device.toast("An empty note is not saved")
            return
        if memory.ignore_next_save:
            memory.ignore_next_save = False
            return
        now = self.app.now()
        if self.note is None:
            self.note = memory.add(self.title, self.text, now)
        else:
            self.note.title, self.note.text, self.note.changed = self.title, self.text, now
        memory.saves.append({"id": str(self.note.id), "title": self.title, "text": self.text, "at": now})
        self.app.device.toast("Note saved")
        self.app.leave()

    def _ask_to_delete(self) -> None:
        self.asking = "delete"

    def _delete(self) -> None:
        assert self.note is not None, "only a kept note has the button"
        memory = self.app.state
        memory.notes.remove(self.note)
        memory.deletions.append({"id": str(self.note.id), "title": self.note.title, "at": self.app.now()})
        self.app.leave()

    def _stay(self) -> None:
        self.asking = ""

    def _leave(self) -> None:
        if self.changed:
            self.asking = "discard"
        else:
            self.app.leave()

    def back(self) -> bool:
        if self.asking:
            self._stay()
        else:
            self._leave()
        return True
