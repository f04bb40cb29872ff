"""The first screen: every note, the latest change first."""

from runner.virtual.apps.notes.memory import Note
from runner.virtual.apps.notes.screen import ACCENT, Screen, Surroundings, page, rid
from runner.virtual.apps.parts import (
    BUTTON,
    GREY,
    LINEAR,
    PALE,
    STATUS_BAR,
    WHITE,
    WIDTH,
    Action,
    box,
    field,
    icon,
    text,
)
from runner.virtual.views import View

_LIST_TOP, _LIST_BOTTOM, _ROW = 260, 1440, 150


class NoteList(Screen):
    """The search narrows the list while one types."""

    def __init__(self, app: Surroundings) -> None:
        super().__init__(app)
        self.query = ""
        self.focused = False
        self.first = 0

    def build(self) -> View:
        title = text((40, STATUS_BAR + 12, 500, 140), "Notes", rid=rid("toolbar_title"), size=44, bold=True)
        entry = field(
            (40, 160, 600, 236),
            self.query,
            "Search notes",
            on_tap=self._focus,
            on_text=self._type,
            focused=self.focused,
            rid=rid("search"),
            background=PALE,
            radius=16,
        )
        parts = [title, entry]
        if self.query:
            parts.append(icon((610, 160, 690, 236), "cross", rid=rid("clear_search"), desc="Clear search"))
            parts[-1].on_tap, parts[-1].clickable = self._clear, True
        add = icon(
            (560, 1450, 680, 1570),
            "plus",
            cls=BUTTON,
            rid=rid("add_note"),
            desc="New note",
            color=WHITE,
            background=ACCENT,
            radius=36,
            on_tap=self._add,
        )
        return page(*parts, self._list(), add)

    def _list(self) -> View:
        notes = self.app.state.matching(self.query)
        shown = notes[self.first : self.first + (_LIST_BOTTOM - _LIST_TOP) // _ROW]
        rows = [self._row(note, _LIST_TOP + _ROW * n) for n, note in enumerate(shown)]
        if not notes:
            words = "No notes found" if self.query.strip() else "No notes yet"
            rows = [text((60, 700, 660, 780), words, rid=rid("empty"), size=32, color=GREY, align="center")]
        area = (0, _LIST_TOP, WIDTH, _LIST_BOTTOM)
        recycler = "androidx.recyclerview.widget.RecyclerView"
        return box(area, *rows, cls=recycler, rid=rid("notes_list"), scrollable=True)

    def _row(self, note: Note, top: int) -> View:
        title = text(
            (40, top + 16, 680, top + 66), note.title or "Untitled", rid=rid("note_title"), size=32, bold=True
        )
        preview = text(
            (40, top + 70, 680, top + 112),
            note.text.partition("\n")[0],
            rid=rid("note_preview"),
            size=26,
            color=GREY,
        )
        bounds = (0, top, WIDTH, top + _ROW - 6)
        return box(
            bounds,
            title,
            preview,
            cls=LINEAR,
            rid=rid("note_row"),
            on_tap=self._opening(note),
            outline="#e4e4e6",
        )

    def _opening(self, note: Note) -> Action:
        def open_note() -> None:
            if self.query.strip():
                self.app.state.searches.append({"query": self.query, "at": self.app.now()})
            self.app.edit(note)

        return open_note

    def _add(self) -> None:
        self.app.edit(None)

    def _focus(self) -> None:
        self.focused = True

    def _type(self, words: str) -> None:
        self.focused = True
        self.query = words
        self.first = 0

    def _clear(self) -> None:
        self.query = ""
        self.focused = False

    def back(self) -> bool:
        used = self.focused or bool(self.query)
        self._clear()
        return used

    def swipe(self, down: int) -> None:
        step = 3 if down < -100 else -3 if down > 100 else 0
        last = max(0, len(self.app.state.matching(self.query)) - 3)
        self.first = min(max(0, self.first + step), last)
