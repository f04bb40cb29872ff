"""What the runner has changed on phones and will undo: written down before it is changed, so that a process that dies
leaves no trace either.

One small file for each phone that has any, in a folder beside the ledger: the next process that works from the ledger
finds it there.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote, unquote

from runner.errors import TaskError
from runner.private_files import make_folder, open_file

_SUFFIX = ".json"


class TraceKind(StrEnum):
    """A file that was copied to the phone's media; a screen that was dark, and was woken."""

    MEDIA = "media"
    SCREEN = "screen"


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing that was changed, for a task (its key). Of media, `what` is the path on the phone, and `size` how many
    bytes the whole file has; of a screen, `what` is since when the phone has been awake, as it says, once it has."""

    kind: TraceKind
    task: str
    what: str = ""
    size: int = 0


class Traces:
    """The traces on all phones. Any thread may call it; without a folder they last as long as this object.

    Methods that write raise TaskError if the folder takes no files: what cannot be written down is not changed.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Trace, ...]] = dict(_read_all(folder)) if folder else {}

    def serials(self) -> list[str]:
        """The phones on which there is any."""
        with self._lock:
            return sorted(self._kept)

    def of(self, serial: str) -> tuple[Trace, ...]:
        """The traces on a phone, oldest first."""
        with self._lock:
            return self._kept.get(serial, ())

    def note(self, serial: str, trace: Trace) -> None:
        """Write down what is about to be changed; when this returns, that is durable."""
        self._change(serial, lambda kept: kept if trace in kept else (*kept, trace))

    def forget(self, serial: str, gone: Iterable[Trace]) -> None:
        """Let go of what was undone, or is not to be undone any more."""
        over = set(gone)
        self._change(serial, lambda kept: tuple(one for one in kept if one not in over))

    def _change(self, serial: str, change: Callable[[tuple[Trace, ...]], tuple[Trace, ...]]) -> None:
        with self._lock:
            before = self._kept.get(serial, ())
            after = change(before)
            if after == before:
                return
            if self._folder is not None:
                _write(self._folder, serial, after)
            if after:
                self._kept[serial] = after
            else:
                self._kept.pop(serial, None)


def _read_all(folder: Path) -> Iterable[tuple[str, tuple[Trace, ...]]]:
    """What another process has left. A file that cannot be understood is left alone, and nothing is undone by it."""
    for path in sorted(folder.glob(f"*{_SUFFIX}")) if folder.is_dir() else ():
        try:
            rows = json.loads(path.read_text(encoding="utf-8"))
            traces = tuple(Trace(**{**row, "kind": TraceKind(row["kind"])}) for row in rows)
        except (OSError, ValueError, TypeError, KeyError):
            continue
        if traces:
            yield unquote(path.name.removesuffix(_SUFFIX)), traces


def _write(folder: Path, serial: str, traces: tuple[Trace, ...]) -> None:
    # A serial may be an address, and have a colon in it.
    path = folder / f"{quote(serial, safe='')}{_SUFFIX}"
    try:
        if not traces:
            # Not flushed: what was undone already is looked at once more, at the worst.
            path.unlink(missing_ok=True)
            return
        make_folder(folder)
        new = path.with_suffix(".new")
        with os.fdopen(open_file(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "w") as file:
            json.dump([asdict(one) for one in traces], file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        _flush_folder(folder)
    except OSError as error:
        raise TaskError(
            f"{serial}: what is changed on the phone could not be written down in {folder}: {error.strerror}",
            hint="make room there, and let the runner's user write: nothing is changed that could not be undone",
        ) from error


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
