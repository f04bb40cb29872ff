"""Watches campaign files, and tells when they have changed and nobody writes them any more."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchfiles import Change
from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

from runner.campaign.accounts_file import FILE as ACCOUNTS
from runner.campaign.devices_file import FILE as DEVICES
from runner.campaign.folders import walk
from runner.campaign.revision import git_folder
from runner.scheduling.unread_changes import UnreadChanges, is_other, is_text

POLL_S = 0.5
"""How often it looks at what notifications do not tell of: links, HEAD, the folders themselves."""

ANYWAY_S = 60.0
"""How often it has the files read though it noticed no change: notifications can be lost, and a network's file system
has none."""

_STEP_MS = 100

_FileState = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class NoNotifications:
    """Why there are no notifications, and what to do about it."""

    message: str
    hint: str


USED_UP = NoNotifications(
    "the system has no file notifications left",
    "raise fs.inotify.max_user_watches and max_user_instances, or leave it so",
)
NO_UTF8 = NoNotifications(
    "a file's name is no UTF-8, and notifications cannot tell of it",
    "rename it (`find PATH | grep -axv '.*'` lists such names), or leave it so",
)


class Watch:
    """Calls `on_change`, which must not raise, in a thread of its own, when files among `paths` have changed and
    settled: once for changes that come together.

    Start it before you read the files for the first time, so that it tells of what changes meanwhile.
    `no_notifications` says why there are none; it then looks at the files twice a second.
    """

    def __init__(self, paths: Sequence[Path], on_change: Callable[[], None]) -> None:
        self._finder = _ChangeFinder(paths)
        self._on_change = on_change
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    @property
    def no_notifications(self) -> NoNotifications | None:
        return self._finder.no_notifications

    def start(self) -> None:
        """Begin to notice changes; when this returns, it does."""
        self._finder.open()
        self._thread.start()

    def stop(self) -> None:
        """End the thread; when this returns, `on_change` is not called any more."""
        self._stop.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        unread, looked_at = UnreadChanges(), time.monotonic()
        while not self._stop.is_set():
            changed = list(self._finder.wait(_STEP_MS / 1000 if unread else POLL_S, self._stop))
            now = time.monotonic()
            for path in changed:
                unread.note(path, now)
            is_late = now - looked_at >= ANYWAY_S
            is_time = unread.can_be_read(now, self._finder.git_folders) if unread else is_late
            if is_time and not self._stop.is_set():
                unread, looked_at = UnreadChanges(), now
                # Before the files are read: the states of now are what the next poll compares with.
                self._finder.find_what_to_poll()
                self._on_change()
        self._finder.close()


class _ChangeFinder:
    """Finds what has changed: by notifications in folders, by polling everything else.

    It polls the folders themselves, which may be replaced; files that are named one by one, or reached by a link; and
    git's log of where HEAD was, since a commit alters no file.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self.no_notifications: NoNotifications | None = None
        self.git_folders: set[Path] = set()
        self._paths = [path.absolute() for path in paths]
        self._files = [path for path in self._paths if is_text(path.name)]
        self._folders = [path for path in self._paths if path not in self._files]
        self._folders += [path.parent / name for path in self._files for name in ("flows", "apps")]
        self._files += dict.fromkeys(
            path.parent / name for path in self._files for name in (ACCOUNTS, DEVICES)
        )
        self._watched: list[str] = []
        self._notify: RustNotify | None = None
        self._folders_seen: dict[str, _FileState] = {}
        self._files_seen: dict[str, _FileState] = {}
        self._polled: list[str] = []
        self._linked: list[str] = []

    def open(self) -> None:
        """Begin to notice changes in the folders that are there now."""
        self.close()
        self.no_notifications = None
        self._linked = self._find_linked()
        self._folders_seen = self._stat_folders()
        self._watched = [str(folder) for folder in self._folders if folder.is_dir()]
        self._notify = self._open() if self._watched else None
        self.find_what_to_poll()

    def close(self) -> None:
        if self._notify is not None:
            self._notify.close()
            self._notify = None

    def find_what_to_poll(self) -> None:
        """Find out again of which files no notification tells, and to which folders links lead."""
        if self._find_linked() != self._linked:
            self.open()
            return
        self.git_folders = {folder for path in self._paths if (folder := git_folder(path))}
        self._polled = self._find_polled()
        self._files_seen = {path: self._files_seen.get(path) or _stat(path) for path in self._polled}

    def wait(self, timeout_s: float, stop: threading.Event) -> Iterator[str]:
        """Wait for changes, at most `timeout_s`; yields the paths of what has changed."""
        if self._notify is None:
            stop.wait(timeout_s)
        else:
            yield from self._notified(self._notify, timeout_s, stop)
        files = {
            path: _stat(path) for path in (self._find_polled() if self.no_notifications else self._polled)
        }
        folders = self._stat_folders()
        yield from _differing(self._files_seen, files)
        yield from _differing(self._folders_seen, folders)
        self._files_seen = files
        if folders != self._folders_seen:
            self.open()

    def _open(self) -> RustNotify | None:
        """None if a folder has gone meanwhile, which the next poll shows, or if there are no notifications."""
        try:
            # No debugging, no polling of its own; recursive, and folders that may not be read are passed over.
            return RustNotify(self._watched, False, False, 0, True, True)
        except FileNotFoundError:
            return None
        except UnicodeEncodeError:
            self.no_notifications = NO_UTF8
        except (OSError, WatchfilesRustInternalError):
            self.no_notifications = USED_UP
        return None

    def _notified(self, notify: RustNotify, timeout_s: float, stop: threading.Event) -> Iterator[str]:
        """The changes of which notifications tell. One name that they cannot hold ends them all; it then polls
        everything, and the first poll finds every file new, so that nothing is lost."""
        try:
            found = notify.watch(2 * _STEP_MS, _STEP_MS, round(timeout_s * 1000), stop)
        except WatchfilesRustInternalError:
            self.close()
            self.no_notifications = NO_UTF8
            return
        if isinstance(found, set):
            yield from (path for change, path in found if self._matters(change, path))

    def _matters(self, change: int, path: str) -> bool:
        """Whether a change is outside of hidden folders, such as git's own, and more than a new date of a folder."""
        below = next((path[len(root) :] for root in self._watched if path.startswith(f"{root}/")), "")
        return bool(below) and "/." not in below and not (change == Change.modified and "." not in below)

    def _find_polled(self) -> list[str]:
        """The files to poll: links, which may lead anywhere; all that matter where there are no notifications."""
        found = [*map(str, self._files), *(str(folder / "logs" / "HEAD") for folder in self.git_folders)]
        for folder in self._folders:
            found += _files_in(folder) if self.no_notifications else filter(os.path.islink, _files_in(folder))
        return found

    def _find_linked(self) -> list[str]:
        return [link for folder in self._folders for visit in walk(str(folder)) for link in visit.links]

    def _stat_folders(self) -> dict[str, _FileState]:
        """The state of the folders that are named, and of those that links lead to: any may be replaced."""
        folders = [*map(str, self._folders), *self._linked]
        return {folder: (os.path.realpath(folder), *_stat(folder)[-2:]) for folder in folders}


def _files_in(folder: Path) -> Iterator[str]:
    """The files that campaigns may be, or need."""
    for visit in walk(str(folder)):
        yield from (f"{visit.folder}/{name}" for name in visit.names if is_text(name) or is_other(name))


def _stat(path: Path | str) -> _FileState:
    """A value that changes when a file is written or replaced; its last two items are the file's identity."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError as error:
        return (error.errno,)
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev)


def _differing(before: dict[str, _FileState], after: dict[str, _FileState]) -> Iterator[str]:
    return (path for path in before | after if before.get(path) != after.get(path))
