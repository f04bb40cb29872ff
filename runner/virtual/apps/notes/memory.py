"""The notes, and what was done to them: all that outlives a restart of the phone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Entry = dict[str, str]


@dataclass(slots=True)
class Note:
    """A kept note; `created` and `changed` are ISO 8601 in UTC."""

    id: int
    title: str
    text: str
    created: str
    changed: str


@dataclass(slots=True)
class Memory:
    """`notes` are those that are there, the oldest first; `saves` and `deletions` grow in the order of doing.

    `tip` says whether the tip of the day covers the app, `ignore_next_save` whether the next tap on Save does nothing.
    """

    next_id: int = 1
    notes: list[Note] = field(default_factory=list)
    saves: list[Entry] = field(default_factory=list)
    deletions: list[Entry] = field(default_factory=list)
    searches: list[Entry] = field(default_factory=list)
    tip: bool = False
    ignore_next_save: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def add(self, title: str, text: str, now: str) -> Note:
        """Keep a new note."""
        note = Note(self.next_id, title, text, now, now)
        self.next_id += 1
        self.notes.append(note)
        return note

    def matching(self, words: str) -> list[Note]:
        """The notes that hold the words in title or text, whatever their case; the latest change first."""
        wanted = words.strip().casefold()
        found = [note for note in self.notes if wanted in f"{note.title}\n{note.text}".casefold()]
        return sorted(found, key=lambda note: (note.changed, note.id), reverse=True)


def from_json(data: Mapping[str, Any]) -> Memory:
    """The memory that `as_json` wrote."""
    return Memory(**{**data, "notes": [Note(**note) for note in data["notes"]]})
