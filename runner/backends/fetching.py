"""Fetches the files of tasks from the hosts on which they lie: over HTTP, by the hash of their content, which stands in
the task. So what is posted is what was planned, whoever posts it."""

import errno
import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, NoReturn

from runner.backends.material_cache import MaterialCache, NoRoom
from runner.clock import Clock
from runner.errors import HeldBack, Stopped, TaskError
from runner.journals import StopSignal
from runner.media_file import FileHashes, MediaFile
from runner.private_files import FILE
from runner.reasons import ReasonKind
from runner.tasks import SeenFile, Task

if TYPE_CHECKING:
    import httpx

CONNECT_S, ANSWER_S = 5.0, 20.0
PIECE_BYTES = 256 * 1024
LOOK_S = 0.5
"""How often a lane that waits for another one's fetch looks whether it is to stop."""

AGAIN = timedelta(seconds=15)
"""When a task whose file could not be had asks again."""

CUTS = 3
"""How often in a row a connection may end without any progress."""

FULL = (errno.ENOSPC, errno.EDQUOT)


class Source(NamedTuple):
    """A host that may have files, and the address at which its daemon serves."""

    host: str
    url: str


class _Wanted(NamedTuple):
    """A file of a task, and how long its attempt may wait for it."""

    task: str
    file: SeenFile
    stop: StopSignal
    deadline: float

    @property
    def words(self) -> str:
        return f"{self.file.path} (SHA-256 {self.file.sha256[:12]}...)"


class _Unreachable(Exception):
    """A source that did not answer, or not to the end; another time it may."""


class _Refused(Exception):
    """A source that has no such file."""


class FetchingSupply:
    """The supply of `host`. A file that lies at its own path with the content that was planned, as in a shared folder,
    is used where it is; every other one is fetched into the cache, once for all lanes that want it.

    `sources` tells where to ask, the leader first; `token` is that of their servers.
    """

    def __init__(
        self,
        host: str,
        sources: Callable[[], Sequence[Source]],
        token: str | None,
        cache: MaterialCache,
        clock: Clock,
    ) -> None:
        self._host = host
        self._sources = sources
        self._token = token
        self._cache = cache
        self._clock = clock
        self._hashes = FileHashes()
        self._lock = threading.Lock()
        self._fetching: dict[str, threading.Lock] = {}

    @contextmanager
    def at_hand(self, task: Task, stop: StopSignal, deadline: float) -> Iterator[Task]:
        with ExitStack() as stack:
            named = [*task.options.files, *task.options.named]
            here = {
                file: self._at_hand(_Wanted(task.key, file, stop, deadline), stack)
                for file in dict.fromkeys(named)
            }
            yield moved(task, {file: str(path) for file, path in here.items()}) if here else task

    def _at_hand(self, wanted: _Wanted, stack: ExitStack) -> Path:
        file = wanted.file
        if not file.sha256:
            raise TaskError(
                f"{file.path} could not be read where the task was made, so no host knows what was to be posted",
                hint="put the file where the config names it, and ask for a new task",
            )
        with suppress(OSError, ValueError), MediaFile(file.path) as content:
            if self._hashes.sha256(content) == file.sha256:
                return Path(file.path)
        try:
            stack.enter_context(self._cache.using(file.sha256))
            with self._alone(wanted):
                return self._cache.find(file.sha256, file.path) or self._fetched(wanted)
        except OSError as error:
            self._hold_back(wanted, f"cannot keep it in {self._cache.folder}: {error.strerror or error}")

    @contextmanager
    def _alone(self, wanted: _Wanted) -> Iterator[None]:
        """Hold the right to fetch a content; the lanes behind find it in the cache."""
        with self._lock:
            lock = self._fetching.setdefault(wanted.file.sha256, threading.Lock())
        while not lock.acquire(timeout=LOOK_S):
            self._check(wanted)
        try:
            yield
        finally:
            lock.release()

    def _fetched(self, wanted: _Wanted) -> Path:
        refusals: list[str] = []
        away: list[str] = []
        for source in self._sources():
            try:
                return self._from(source, wanted)
            except _Refused as error:
                refusals.append(f"host {source.host}: {error}")
            except _Unreachable as error:
                away.append(f"host {source.host} ({source.url}): {error}")
            except NoRoom as error:
                self._hold_back(wanted, f"has no room for it: {error.message}", error.hint)
        if away or not refusals:
            told = "; ".join([*away, *refusals]) or "no daemon says where it serves"
            self._hold_back(wanted, f"could not get it: {told}")
        raise TaskError(
            f"host {self._host} asked for {wanted.words}: {'; '.join(refusals)}",
            hint="put the file back as it was, or ask for a new task with the file as it is now",
        )

    def _from(self, source: Source, wanted: _Wanted) -> Path:
        """Fetch from one source, over as many connections as it takes. What has come stays for the next time."""
        import httpx

        sha256, cuts = wanted.file.sha256, 0
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        with httpx.Client(timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S), headers=headers) as client:
            while True:
                before = _length(self._cache.part(sha256))
                try:
                    found = self._one_answer(client, source, wanted)
                except httpx.HTTPError as error:
                    cuts = 0 if _length(self._cache.part(sha256)) > before else cuts + 1
                    if cuts == CUTS or isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                        raise _Unreachable(str(error) or type(error).__name__) from error
                    continue
                if found == sha256:
                    return self._cache.keep(sha256, wanted.file.path)
                self._cache.drop_part(sha256)
                if not before:  # else perhaps what was here before was wrong: everything comes anew
                    raise _Refused(f"what it sent has another SHA-256: {found[:12]}...")

    def _one_answer(self, client: "httpx.Client", source: Source, wanted: _Wanted) -> str:
        """Ask for what is missing, and write it down; returns the hash of everything. Raises httpx.HTTPError."""
        part = self._cache.part(wanted.file.sha256)
        begun = _length(part)
        if begun and (found := _hash_of(part).hexdigest()) == wanted.file.sha256:
            return found  # all of it has come to a process that ended then
        url = f"{source.url.rstrip('/')}/material/{wanted.file.sha256}"
        ask = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={begun}-"} if begun else {})
        with client.stream("GET", url, params={"task": wanted.task}, headers=ask) as answer:
            if answer.status_code == 416:
                part.unlink(missing_ok=True)
                return ""
            if answer.status_code not in (200, 206):
                _refuse(answer)
            begun = begun if answer.status_code == 206 else 0
            self._cache.make_room(wanted.file.sha256, begun + int(answer.headers.get("content-length", 0)))
            with open(part, "ab", opener=_private) as out:
                out.truncate(begun)
                digest = _hash_of(part)
                for piece in answer.iter_raw(PIECE_BYTES):
                    self._check(wanted)
                    self._write(out, piece, wanted.file.sha256)
                    digest.update(piece)
        return digest.hexdigest()

    def _write(self, out: BinaryIO, piece: bytes, sha256: str) -> None:
        try:
            out.write(piece)
            out.flush()
        except OSError as error:
            if error.errno not in FULL:
                raise
            with suppress(OSError):
                out.close()
            self._cache.drop_part(
                sha256
            )  # a disk that is full needs the room more than the next attempt the part
            raise NoRoom(f"the disk of {self._cache.folder} is full", hint="make room on the disk") from error

    def _check(self, wanted: _Wanted) -> None:
        if wanted.stop.is_set():
            raise Stopped
        if self._clock.monotonic() >= wanted.deadline:
            come = _length(self._cache.part(wanted.file.sha256))
            self._hold_back(
                wanted, f"got {come / 1_000_000:.1f} MB of it within the task's timeout; the rest comes next"
            )

    def _hold_back(self, wanted: _Wanted, why: str, hint: str | None = None) -> NoReturn:
        raise HeldBack(
            f"host {self._host} asked for {wanted.words} and {why}" + (f" ({hint})" if hint else ""),
            not_before=self._clock.now() + AGAIN,
            kind=ReasonKind.MATERIAL_AWAY,
        )


def moved(task: Task, paths: dict[SeenFile, str]) -> Task:
    """A task whose files lie at other paths, in its options and wherever its config names them."""
    there = {file.path: path for file, path in paths.items()}
    options = replace(
        task.options,
        files=tuple(file._replace(path=paths[file]) for file in task.options.files),
        named=tuple(file._replace(path=paths[file]) for file in task.options.named),
    )
    named = {file.path for file in task.options.named}
    config = {key: _moved(value, {path: there[path] for path in named}) for key, value in task.config.items()}
    return replace(task, options=options, config=config)


def _moved(value: object, paths: dict[str, str]) -> object:
    if isinstance(value, list):
        return [paths.get(one, one) for one in value]
    return paths.get(value, value) if isinstance(value, str) else value


def _refuse(answer: "httpx.Response") -> NoReturn:
    with suppress(ValueError):
        answer.read()
    told = answer.text.strip()[:500] or f"HTTP {answer.status_code}"
    if answer.status_code in (401, 403):
        raise _Unreachable(f"{told} (RUNNER_TOKEN is the same on all hosts)")
    if answer.status_code in (404, 409, 410):
        raise _Refused(told)
    raise _Unreachable(f"HTTP {answer.status_code}: {told}")


def _hash_of(part: Path) -> "hashlib._Hash":
    with part.open("rb") as file:
        digest = hashlib.sha256()
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _private(path: str, flags: int) -> int:
    import os

    return os.open(path, flags | os.O_CLOEXEC, FILE)
