"""Says when files that have changed can be read: not while somebody still writes them."""

import errno
import fcntl
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

from runner.campaign.accounts_file import ACCOUNTS_FILES
from runner.campaign.accounts_file import FILE as ACCOUNTS
from runner.campaign.app_file import APP_FILES
from runner.campaign.devices_file import DEVICES_FILES
from runner.campaign.devices_file import FILE as DEVICES
from runner.campaign.flow_file import FLOW_FILES
from runner.campaign.loader import load
from runner.media import by_name, is_silent

QUIET_S = 0.2
"""How long nothing may have changed."""

DOUBT_S = 1.0
"""How long a file that is gone, empty or wrong has to become right: it may be half written."""

PATIENCE_S = 10.0
"""After how long without a change a file is read though it is open for writing, or git holds its lock."""

_SUFFIXES = (".yaml", ".yml")


class UnreadChanges:
    """Files that have changed and have not been read yet. Instants are seconds of a monotonic clock.

    What is text does not wait for media, which may take long to copy.
    """

    def __init__(self) -> None:
        self._texts: dict[str, float] = {}
        self._others: dict[str, float] = {}
        self._doubtful: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return bool(self._texts or self._others)

    def note(self, path: str, now: float) -> None:
        """Take note of a file that has changed, come or gone, if its name is of interest."""
        name = os.path.basename(path)  # noqa: PTH119 - git checks out thousands of files
        if is_text(name):
            self._texts[path] = now
            self._doubtful.pop(path, None)
        elif is_other(name):
            self._others[path] = now

    def can_be_read(self, now: float, git_folders: Iterable[Path] = ()) -> bool:
        """Whether the files can be read now."""
        if not self._texts:
            return self._others_can_be_read(now)
        quiet_s = now - max(self._texts.values())
        if quiet_s < QUIET_S:
            return False
        if quiet_s < PATIENCE_S and is_locked(git_folders):
            return False
        return not any(self._is_halfway(path, quiet_s) for path in self._texts)

    def _others_can_be_read(self, now: float) -> bool:
        quiet_s = now - max(self._others.values())
        if quiet_s >= DOUBT_S:
            return True
        return quiet_s >= QUIET_S and all(os.path.lexists(path) for path in self._others)

    def _is_halfway(self, path: str, quiet_s: float) -> bool:
        if quiet_s < PATIENCE_S and is_open_for_writing(path):
            return True
        if quiet_s >= DOUBT_S:
            return False
        if path not in self._doubtful:  # read once for each change, not ten times a second
            self._doubtful[path] = _is_doubtful(Path(path))
        return self._doubtful[path]


def is_locked(git_folders: Iterable[Path]) -> bool:
    """Whether git is changing one of the work trees."""
    return any((folder / "index.lock").exists() for folder in git_folders)


def is_text(name: str) -> bool:
    """Whether a file of this name is a campaign or lies beside one; editors hide or rename files that are not ready."""
    return name.endswith(_SUFFIXES) and not name.startswith(".")


def is_other(name: str) -> bool:
    """Whether a name may be that of a folder, or of media, which campaigns need to be right."""
    if name.startswith((".", "#")) or name.endswith("~") or name.isdigit():
        return False
    return is_silent(name) or by_name(name) is not None


def is_open_for_writing(path: str) -> bool:
    """Whether a process has the file open to write it, as far as this system can tell.

    Linux grants a read lease only if nobody has (fcntl(2)); it is given back at once. When a process opens the file
    meanwhile, the kernel sends us a signal, by default SIGIO, which would end us: so it is SIGURG, which does not.
    """
    lease: Callable[[int, int], int] | None = getattr(fcntl, "F_SETLEASE", None)
    if lease is None:
        return False
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe must not hold us up
    except OSError:
        return False
    try:
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(file)
    return False


def _is_doubtful(path: Path) -> bool:
    """Whether the file is gone, empty, or has errors that show without a look at anything else."""
    if path.name == ACCOUNTS:
        return bool(ACCOUNTS_FILES.load(path).diagnostics)
    if path.name == DEVICES:
        return bool(DEVICES_FILES.load(path).diagnostics)
    if path.parent.name == "flows":
        return bool(FLOW_FILES.load(path).diagnostics)
    if path.parent.name == "apps":
        return bool(APP_FILES.load(path).diagnostics)
    return load(path).has_errors
