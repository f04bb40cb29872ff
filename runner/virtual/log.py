"""The phone's log: entries in buffers, and the forms in which logcat shows them."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

PRIORITIES = "VDIWEFS"
BUFFERS = ("main", "system", "crash", "kernel", "radio", "events")
DEFAULT_BUFFERS = ("main", "system", "crash", "kernel")
_MOST_ENTRIES = 2000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `number` counts the entries of a phone, `at` is aware."""

    number: int
    at: datetime
    uid: int
    pid: int
    priority: str
    tag: str
    text: str
    buffer: str = "main"


class Log:
    """The entries of all buffers, oldest first; the oldest give way."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_MOST_ENTRIES)
        self.written = 0
        """How many there have been."""

    def write(
        self,
        at: datetime,
        priority: str,
        tag: str,
        text: str,
        *,
        uid: int = 1000,
        pid: int = 1000,
        buffer: str,
    ) -> None:
        """Each line of the text is an entry."""
        for line in text.splitlines() or [""]:
            self.written += 1
            self._entries.append(Entry(self.written, at, uid, pid, priority, tag, line, buffer))

    def entries(self, buffers: tuple[str, ...]) -> Iterator[Entry]:
        return (entry for entry in self._entries if entry.buffer in buffers)

    def clear(self, buffers: tuple[str, ...] = BUFFERS) -> None:
        kept = [entry for entry in self._entries if entry.buffer not in buffers]
        self._entries.clear()
        self._entries.extend(kept)


@dataclass(frozen=True, slots=True)
class Form:
    """How entries are written: one of the formats of `logcat -v`, and what modifies it."""

    name: str = "threadtime"
    year: bool = False
    utc: bool = False
    digits: int = 3
    uid: bool = False
    epoch: bool = False
    zone: bool = False

    def write(self, entry: Entry) -> str:
        return _FORMATS[self.name](entry, self)

    def time(self, entry: Entry) -> str:
        fraction = f"{entry.at.microsecond:06d}000"[: self.digits]
        if self.epoch:
            return f"{int(entry.at.timestamp()):>19}.{fraction}"
        zone = " +0000" if self.zone or self.utc else ""
        return f"{entry.at:{'%Y-' if self.year else ''}%m-%d %H:%M:%S}.{fraction}{zone}"


def _brief(entry: Entry, form: Form) -> str:
    return f"{entry.priority}/{entry.tag:<8}({_owner(entry, form)}{entry.pid:>5}): {entry.text}"


def _long(entry: Entry, form: Form) -> str:
    about = f"{form.time(entry)} {_owner(entry, form)}{entry.pid:>5}:{entry.pid:>5} {entry.priority}/{entry.tag:<8}"
    return f"[ {about} ]\n{entry.text}\n"


def _process(entry: Entry, form: Form) -> str:
    return f"{entry.priority}({_owner(entry, form)}{entry.pid:>5}) {entry.text}  ({entry.tag})"


def _raw(entry: Entry, form: Form) -> str:
    return entry.text


def _tag(entry: Entry, form: Form) -> str:
    return f"{entry.priority}/{entry.tag:<8}: {entry.text}"


def _thread(entry: Entry, form: Form) -> str:
    return f"{entry.priority}({_owner(entry, form)}{entry.pid:>5}:{entry.pid:>5}) {entry.text}"


def _threadtime(entry: Entry, form: Form) -> str:
    about = f"{form.time(entry)} {_owner(entry, form)}{entry.pid:>5} {entry.pid:>5} {entry.priority}"
    return f"{about} {entry.tag:<8}: {entry.text}"


def _time(entry: Entry, form: Form) -> str:
    return f"{form.time(entry)} {_brief(entry, form)}"


def _owner(entry: Entry, form: Form) -> str:
    return f"{entry.uid:>5}:" if form.uid else ""


_FORMATS: dict[str, Callable[[Entry, Form], str]] = {
    "brief": _brief,
    "long": _long,
    "process": _process,
    "raw": _raw,
    "tag": _tag,
    "thread": _thread,
    "threadtime": _threadtime,
    "time": _time,
}
FORMATS = tuple(_FORMATS)
