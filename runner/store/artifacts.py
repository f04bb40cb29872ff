"""The files that a run leaves behind: the screen at each step, as a picture and as XML. Each host writes its own to its
own place, and whoever can reach that place reads them."""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence, Set
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from runner.errors import LedgerError
from runner.private_files import make_folder, write_file
from runner.store.artifact_folder import ArtifactFolder

MOST_CACHED_BYTES = 32 * 1024 * 1024
MOST_PLACES = 10_000
MOST_COPIES = 20

REMOVED = "it was removed after its time"

_ATTEMPT = re.compile(r".*/(\d+)-\d+\.[a-z]+", re.ASCII)


class ArtifactStore(Protocol):
    """One place of files. Any thread may call it. `read` and `remove` raise LedgerError if it cannot be reached."""

    problem: str | None
    """Why it cannot be reached now, as far as that is known."""

    def save(self, name: str, content: bytes) -> None: ...

    def read(self, name: str) -> bytes | None: ...

    def size(self, name: str) -> int | None: ...

    def remove(self, names: Iterable[str]) -> None: ...

    def where(self, name: str) -> str:
        """The path or the address of a file, for people."""
        ...

    def local(self, name: str) -> Path | None:
        """The file, if it is one of this machine now."""
        ...

    def task_folders(self) -> Iterable[list[str]]:
        """The names of the files of each task, one after the other, if they lie in a folder of this machine."""
        ...

    def start(self) -> None:
        """Be ready to write. Raises UsageError if nothing can be written there with what is installed."""
        ...

    def close(self) -> None: ...


class ArtifactPlace(NamedTuple):
    """Where a host writes its files: a URL."""

    host: str
    url: str


class ArtifactPlaces(Protocol):
    """What is known of other hosts."""

    def of(self, attempt_id: int) -> ArtifactPlace | None:
        """Where the host of an attempt writes; None if no host is known."""
        ...

    def all(self) -> Sequence[ArtifactPlace]:
        """Where hosts write, each of them."""
        ...


class Artifacts:
    """Files named by task, attempt and step. Write each before the row that names it.

    `place` is the folder of this machine, or a URL (`s3://...`, `file://...`); files wait in the folder `waiting`
    until they are there. `places` tells where other hosts write; None if there are none.
    """

    def __init__(
        self,
        place: Path | str,
        waiting: Path | None = None,
        places: ArtifactPlaces | None = None,
    ) -> None:
        self._place = place
        self._waiting = waiting
        self._own = ArtifactFolder(place) if isinstance(place, Path) else _store(place, waiting)
        # An attempt stays on its host: nobody asks twice.
        self._places = lru_cache(maxsize=MOST_PLACES)(places.of) if places is not None else None
        self._every_place: Callable[[], Sequence[ArtifactPlace]] = places.all if places is not None else tuple
        self._others: dict[str, ArtifactStore] = {}
        self._read: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where this host writes, as its row in the ledger says it."""
        return self._place.absolute().as_uri() if isinstance(self._place, Path) else self._place

    def save_screenshot(self, key: str, attempt: int, ordinal: int, jpeg: bytes) -> str:
        """Keep a screenshot; returns its path inside the folder."""
        return self._save(f"{_place(key, attempt, ordinal)}.jpg", jpeg)

    def save_hierarchy(self, key: str, attempt: int, ordinal: int, xml: str) -> str:
        """Keep a screen's XML; returns its path inside the folder."""
        return self._save(f"{_place(key, attempt, ordinal)}.xml", xml.encode(errors="replace"))

    def read(self, path: str) -> bytes | None:
        """What was saved under this path; None if it is not to be had, for which `absence` has words. Raises
        LedgerError if a folder of this machine cannot be read."""
        if isinstance(self._own, ArtifactFolder) and (content := self._own.read(path)) is not None:
            return content
        with self._lock:
            if (known := self._read.get(path)) is not None:
                self._read.move_to_end(path)
                return known
        for store in self._stores(path):
            try:
                content = store.read(path)
            except LedgerError:
                continue  # `absence` tells it
            if content is not None:
                self._keep(path, content)
                return content
        return None

    def size(self, path: str) -> int | None:
        """How many bytes were saved under this path; None as for `read`."""
        if isinstance(self._own, ArtifactFolder) and (size := self._own.size(path)) is not None:
            return size
        content = self.read(path)
        return None if content is None else len(content)

    def absence(self, path: str) -> str:
        """Why there is nothing under a path, as a sentence about it."""
        other = self._place_of(path)
        if self._own.problem:
            return f"it cannot be read now: {self._own.problem}"
        if other is None:
            return REMOVED
        store = self._other(other.url)
        if urlsplit(other.url).scheme == "file":
            return (
                f"it lies on host {other.host}, in {urlsplit(other.url).path}, or was removed after its time"
            )
        if store.problem:
            return (
                f"it lies where host {other.host} writes, and cannot be read from here now: {store.problem}"
            )
        return REMOVED

    def where(self, path: str) -> str:
        """The path or the address of a file, for people: `file://HOST/...` for one of another host."""
        other = self._place_of(path)
        if other is None:
            return self._own.where(path)
        parts = urlsplit(other.url)
        if parts.scheme == "file" and not parts.netloc:
            return parts._replace(netloc=other.host, path=f"{parts.path.rstrip('/')}/{path}").geturl()
        return self._other(other.url).where(path)

    def file(self, path: str) -> Path | None:
        """A file of this machine with what was saved under a path, for programs that want one: itself, or a copy that
        stays for a while. None as for `read`."""
        if (local := self._own.local(path)) is not None or self._waiting is None:
            return local
        content = self.read(path)
        if content is None:
            return None
        copy = self._waiting / "copies" / path.replace("/", "-")
        make_folder(copy.parent)
        write_file(copy, content)
        for old in sorted(copy.parent.iterdir(), key=lambda one: one.stat().st_mtime)[:-MOST_COPIES]:
            old.unlink(missing_ok=True)
        return copy

    def remove(self, paths: Iterable[str]) -> None:
        """Remove what was saved under these paths, and the tasks' folders that this leaves empty. What lies on the
        disk of another host stays: that one removes it (`sweep`)."""
        paths = list(paths)
        self._own.remove(paths)
        # The rows that told which host has left them are gone by now.
        urls = {place.url for place in self._every_place() if urlsplit(place.url).scheme != "file"}
        for url in sorted(urls - {self.url}):
            self._other(url).remove(paths)

    def sweep(self, known: Callable[[Set[int]], Set[int]]) -> int:
        """Remove from a folder of this machine what no row names any more; returns how many files. `known` says which
        of some attempts the ledger still has. For hosts whose old records another one removes."""
        removed = 0
        for names in self._own.task_folders():
            attempts = {name: attempt for name in names if (attempt := attempt_of(name)) is not None}
            left = known(set(attempts.values())) if attempts else set()
            gone = [name for name, attempt in attempts.items() if attempt not in left]
            self._own.remove(gone)
            removed += len(gone)
        return removed

    @property
    def problem(self) -> str | None:
        """Why files do not get to their place now; None if they do, as far as that is known."""
        return self._own.problem

    def start(self) -> None:
        """Be ready to write. Raises UsageError if nothing can be written there with what is installed."""
        self._own.start()

    def close(self) -> None:
        """What has not got to its place waits for the next process. Never raises."""
        for store in (self._own, *self._others.values()):
            store.close()

    def _save(self, name: str, content: bytes) -> str:
        self._own.save(name, content)
        return name

    def _stores(self, path: str) -> Iterable[ArtifactStore]:
        if not isinstance(self._own, ArtifactFolder):
            yield self._own
        if (other := self._place_of(path)) is not None:
            yield self._other(other.url)

    def _place_of(self, path: str) -> ArtifactPlace | None:
        """Where the host of a file writes, if that is another place than this one's."""
        attempt = attempt_of(path)
        place = self._places(attempt) if attempt is not None and self._places is not None else None
        return None if place is None or place.url == self.url else place

    def _other(self, url: str) -> ArtifactStore:
        with self._lock:
            if url not in self._others:
                self._others[url] = _store(url, None)
            return self._others[url]

    def _keep(self, path: str, content: bytes) -> None:
        with self._lock:
            self._bytes += len(content) - len(self._read.pop(path, b""))
            self._read[path] = content
            while self._bytes > MOST_CACHED_BYTES:
                self._bytes -= len(self._read.popitem(last=False)[1])


def attempt_of(path: str) -> int | None:
    """The id of the attempt that has left a file."""
    found = _ATTEMPT.fullmatch(path)
    return int(found[1]) if found else None


def _store(url: str, waiting: Path | None) -> ArtifactStore:
    """The store of a URL, whose answers nobody waits for long."""
    from runner.store.artifact_queue import ArtifactQueue

    return ArtifactQueue(url, waiting)


def _place(key: str, attempt: int, ordinal: int) -> str:
    """A short path that no task key can lead astray: two letters first, lest one folder holds all."""
    name = blake2b(key.encode(), digest_size=10).hexdigest()
    return f"{name[:2]}/{name[2:]}/{attempt}-{ordinal:03}"
