"""Artifacts at a URL: in an object store, on another machine, in a shared folder. No lane waits for it, and no page
waits for it long: files lie in a folder of this machine until they are there, and every call has a deadline."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote, urlsplit

from runner.errors import LedgerError, UsageError
from runner.store.artifact_folder import ArtifactFolder

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

T = TypeVar("T")

READ_S, WRITE_S, CLOSE_S = 5.0, 60.0, 5.0
TOGETHER = 8
"""How many calls may wait for the store at one time, so that one that hangs takes no more threads than these."""

SILENT_S = 10.0
"""How long a store that has failed is not asked again by those who read."""

AGAIN_S, LONGEST_AGAIN_S = 2.0, 60.0
"""When files that could not be written are tried again, first and at the longest."""

MOST_WAITING_BYTES = 1024 * 1024 * 1024
"""How much may wait for a store that is away; what comes beyond that is lost, and told."""

UNDONE = ".part"

LOG = logging.getLogger(__name__)


class ArtifactQueue:
    """The store at a URL. What is saved waits in `waiting`, None for those who only read; a thread takes it on."""

    def __init__(self, url: str, waiting: Path | None) -> None:
        self.problem: str | None = None
        self._url = url.rstrip("/")
        self._waiting = ArtifactFolder(waiting) if waiting is not None else None
        self._folder = waiting
        self._target: ArtifactFolder | _Files | None = None
        self._slots = threading.BoundedSemaphore(TOGETHER)
        self._lock = threading.Lock()
        self._bytes = 0
        self._silent_until = 0.0
        self._news, self._over = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def save(self, name: str, content: bytes) -> None:
        assert self._folder is not None and self._waiting is not None
        if self._bytes + len(content) > MOST_WAITING_BYTES:
            raise LedgerError(
                f"cannot keep {name}: {self._bytes / 1_000_000:.0f} MB wait in {self._folder} for {self._url}",
                hint="bring the store back, or name another one with RUNNER_ARTIFACTS",
            )
        self._waiting.save(f"{name}{UNDONE}", content)
        (self._folder / f"{name}{UNDONE}").rename(self._folder / name)
        with self._lock:
            self._bytes += len(content)
        self._news.set()

    def read(self, name: str) -> bytes | None:
        if self._waiting is not None and (content := self._waiting.read(name)) is not None:
            return content
        if time.monotonic() < self._silent_until:
            raise LedgerError(f"cannot read {self.where(name)}: {self.problem}")
        return self._in_time(lambda: self._opened().read(name), READ_S, f"read {self.where(name)}")

    def size(self, name: str) -> int | None:
        content = self.read(name)
        return None if content is None else len(content)

    def remove(self, names: Iterable[str]) -> None:
        names = list(names)
        if self._waiting is not None:
            self._waiting.remove(names)
        self._in_time(lambda: self._opened().remove(names), WRITE_S, f"remove files from {self._url}")

    def where(self, name: str) -> str:
        return f"{self._url}/{name}"

    def local(self, name: str) -> Path | None:
        return self._waiting.local(name) if self._waiting is not None else None

    def task_folders(self) -> Iterable[list[str]]:
        target = self._opened()
        return target.task_folders() if isinstance(target, ArtifactFolder) else ()

    def start(self) -> None:
        self._opened()
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._carry, name="artifacts", daemon=True)
                self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join(CLOSE_S)

    def _opened(self) -> "ArtifactFolder | _Files":
        with self._lock:
            if self._target is None:
                self._target = _open(self._url)
            return self._target

    def _in_time(self, work: Callable[[], T], seconds: float, action: str) -> T:
        """What some work gives, in a thread that is left behind if it takes too long."""
        given: list[T] = []
        failed: list[Exception] = []
        done = threading.Event()

        def run() -> None:
            try:
                given.append(work())
            except Exception as error:  # noqa: BLE001 - each kind of store raises its own
                failed.append(error)
            finally:
                self._slots.release()
                done.set()

        if not self._slots.acquire(timeout=seconds):
            raise self._away(action, "it does not answer")
        threading.Thread(target=run, name="artifact", daemon=True).start()
        if not done.wait(seconds):
            raise self._away(action, f"it has not answered within {seconds:.0f} s")
        if failed:
            if isinstance(failed[0], UsageError):
                raise failed[0]
            raise self._away(action, _words(failed[0])) from failed[0]
        self.problem = None
        return given[0]

    def _away(self, action: str, why: str) -> LedgerError:
        self.problem = f"{self._url}: {why}"
        self._silent_until = time.monotonic() + SILENT_S
        return LedgerError(
            f"cannot {action}: {why}", hint="see whether the store is there, and what it allows"
        )

    def _carry(self) -> None:
        """Take what waits to its place, until the end; then once more."""
        again_s = AGAIN_S
        while True:
            is_last = self._over.is_set()
            self._news.clear()
            try:
                self._carry_all()
                again_s, wait_s = AGAIN_S, None
            except (LedgerError, UsageError) as error:
                if again_s == AGAIN_S:
                    LOG.warning(
                        "%s; screens wait in %s, and no task waits for them", error.message, self._folder
                    )
                wait_s, again_s = again_s, min(again_s * 2, LONGEST_AGAIN_S)
            if is_last:
                return
            if wait_s is None:
                self._news.wait()
            else:
                self._over.wait(wait_s)

    def _carry_all(self) -> None:
        assert self._folder is not None and self._waiting is not None
        names = list(self._names())
        with self._lock:
            self._bytes = sum(self._waiting.size(name) or 0 for name in names)
        for name in names:
            content = self._waiting.read(name)
            if content is None:
                continue
            self._in_time(partial(self._carry_one, name, content), WRITE_S, f"write {self.where(name)}")
            self._waiting.remove([name])
            with self._lock:
                self._bytes -= len(content)

    def _carry_one(self, name: str, content: bytes) -> None:
        self._opened().save(name, content)

    def _names(self) -> Iterator[str]:
        """What waits, the oldest first."""
        assert self._folder is not None
        found: list[tuple[float, str]] = []
        for path in self._folder.glob("??/*/*"):
            if path.suffix != UNDONE:
                with suppress(FileNotFoundError):
                    found.append((path.stat().st_mtime, path.relative_to(self._folder).as_posix()))
        return (name for _, name in sorted(found))


class _Files:
    """Files of a file system of fsspec."""

    def __init__(self, files: "AbstractFileSystem", root: str) -> None:
        self._files = files
        self._root = root.rstrip("/")

    def save(self, name: str, content: bytes) -> None:
        path = f"{self._root}/{name}"
        try:
            self._files.pipe_file(path, content)
        except (
            FileNotFoundError
        ) as error:  # one with folders; an object store has none, and would be asked in vain
            if _has_no_bucket(error):
                raise  # nobody has asked for one to be made
            self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(path, content)

    def read(self, name: str) -> bytes | None:
        try:
            content: bytes = self._files.cat_file(f"{self._root}/{name}")
        except FileNotFoundError as error:
            if _has_no_bucket(error):
                raise
            return None
        return content

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            with suppress(FileNotFoundError):
                self._files.rm_file(f"{self._root}/{name}")


def _open(url: str) -> ArtifactFolder | _Files:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return ArtifactFolder(Path(unquote(parts.path)))
    import fsspec

    try:
        files, root = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise UsageError(
            f"nothing that is installed writes to {url}: {error}",
            hint=f"install what fsspec needs for {parts.scheme}://, such as s3fs for s3://",
        ) from error
    except ValueError as error:
        raise UsageError(f"{url} is no place for artifacts: {error}") from error
    return _Files(files, root)


def _has_no_bucket(error: FileNotFoundError) -> bool:
    """Whether all of a store that speaks as S3 does is missing, and not only a file: its own answer is the cause."""
    answer = getattr(error.__cause__, "response", None)
    return isinstance(answer, dict) and answer.get("Error", {}).get("Code") == "NoSuchBucket"


def _words(error: Exception) -> str:
    if isinstance(error, LedgerError):
        return error.message
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
