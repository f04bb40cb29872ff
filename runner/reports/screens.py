"""The screens of an HTML report: pictures and hierarchies, each once, and no more than a file may hold."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO

from runner.store.artifacts import Artifacts
from runner.store.rows import StepRow, TaskRecord
from runner.tasks import TaskState

LONGEST_HIERARCHY = 200_000
"""Where a hierarchy is cut, in characters."""

HIERARCHIES = 5
"""One part in so many of the room for screens is for hierarchies at most."""

USUAL_SIZE = (300, 640)
"""The width and height of a picture that cannot be read."""

_FIRST = (TaskState.UNCERTAIN, TaskState.FAILED, TaskState.MISSED)


class Whole(str):
    """A text that a report does not cut."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ReportPicture:
    """A picture in the report; `name` is that of its one definition."""

    name: str
    width: int
    height: int


class ReportScreens:
    """What a report shows of the screens of its tasks.

    `definitions` are the pictures in base64, by name; however many steps show a picture, it is there once. Those of
    tasks with problems go first, then those of the newest tasks, and of each task the last ones: what a person looks
    for. What has no room is counted in `left_out`.
    """

    def __init__(self, artifacts: Artifacts, records: Iterable[TaskRecord], most_bytes: int) -> None:
        self.definitions: dict[str, str] = {}
        self._pictures: dict[str, ReportPicture] = {}
        self._hierarchies: dict[str, str] = {}
        self._without_room: set[str] = set()
        self._artifacts = artifacts
        steps = list(_in_order_of_interest(records))
        for_hierarchies = most_bytes // HIERARCHIES
        spent = 0
        for path in dict.fromkeys(step.hierarchy for step in steps if step.hierarchy):
            spent += self._add_hierarchy(path, for_hierarchies - spent)
        for path in dict.fromkeys(step.screenshot for step in steps if step.screenshot):
            spent += self._add_picture(path, most_bytes - spent)

    @property
    def left_out(self) -> int:
        return len(self._without_room)

    def picture(self, path: str) -> ReportPicture | None:
        """The picture that was saved under a path; None if it was left out or is gone."""
        return self._pictures.get(path)

    def was_left_out(self, path: str) -> bool:
        """Whether a picture is there, and had no room."""
        return path in self._without_room

    def hierarchy(self, path: str) -> str | None:
        """The text of a hierarchy; None if it was left out."""
        return self._hierarchies.get(path)

    def _add_hierarchy(self, path: str, room: int) -> int:
        """Take a hierarchy in if there is room for it; returns the bytes that it takes."""
        text = (self._artifacts.read(path) or b"").decode("utf-8", "replace")
        if len(text) > LONGEST_HIERARCHY:
            text = f"{text[:LONGEST_HIERARCHY]}\n... {len(text) - LONGEST_HIERARCHY} more characters"
        size = len(text.encode()) + 4 * sum(map(text.count, "<>&\"'"))  # what escaping adds
        if size > room:
            self._without_room.add(path)
            return 0
        self._hierarchies[path] = Whole(text)
        return size

    def _add_picture(self, path: str, room: int) -> int:
        size = self._artifacts.size(path)
        if size is None:
            return 0
        if size * 4 // 3 + 4 > room:
            self._without_room.add(path)
            return 0
        jpeg = self._artifacts.read(path) or b""
        name = f"p{blake2b(jpeg, digest_size=8).hexdigest()}"
        self._pictures[path] = ReportPicture(name, *_size_of(jpeg))
        if name in self.definitions:
            return 0
        self.definitions[name] = Whole(b64encode(jpeg).decode("ascii"))
        return len(self.definitions[name])


def _in_order_of_interest(records: Iterable[TaskRecord]) -> Iterator[StepRow]:
    newest_first = sorted(records, key=lambda record: record.row.id, reverse=True)
    for record in sorted(newest_first, key=lambda record: record.row.state not in _FIRST):
        for attempt in reversed(record.attempts):
            yield from reversed(attempt.steps)


def _size_of(jpeg: bytes) -> tuple[int, int]:
    from PIL import Image

    try:
        return Image.open(BytesIO(jpeg)).size
    except (OSError, ValueError, Image.DecompressionBombError):
        return USUAL_SIZE
