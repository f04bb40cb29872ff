"""One executor for each ledger: file locks of the operating system, which die with their process.

There are two locks of flock(2). Everybody asks the one on `LEDGER.lock`, whose file tells who holds it. The other is on
the ledger's own file, since a file can have several names: hard links, or folders that are mounted twice.
"""

import fcntl
import os
import shlex
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from runner.errors import LedgerBusy, LedgerError
from runner.private_files import make_file, make_folder, open_file
from runner.store.url import file_id, ledger_path

ASKING_S = 0.1
"""How long the lock is tried for: processes that only ask who holds it may follow each other."""


class ExecutorLock:
    """A process holds it while it carries tasks out; entering raises LedgerBusy while another process does.

    The file beside the ledger stays after the release: only the lock on it counts, never the file. If the ledger has no
    file, entering makes an empty one, and leaving removes it if it is still empty. A ledger in memory needs no lock,
    since no other process can reach it.
    """

    def __init__(self, store_url: str) -> None:
        ledger = ledger_path(store_url)
        self._ledger = ledger.resolve() if ledger else None
        self._held = ExitStack()

    def __enter__(self) -> Self:
        if self._ledger is not None:
            with ExitStack() as stack:
                stack.callback(os.close, _lock(self._ledger, _busy))
                stack.callback(_lock_itself(self._ledger))
                self._held = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()


class HostLock:
    """A process holds it while it carries tasks out from a shared ledger with one state folder: entering raises
    LedgerBusy while another process of this machine does so. `beside` is a path in that folder; the file `BESIDE.lock`
    stays after the release. The ledger itself knows which host has which name: this lock tells a host that starts anew
    that the process before it is dead."""

    def __init__(self, beside: Path) -> None:
        self._beside = beside.resolve()
        self._held = ExitStack()

    def __enter__(self) -> Self:
        self._held.callback(os.close, _lock(self._beside, _host_busy))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()


class Holder(NamedTuple):
    """The process that carries tasks out; `pid` is 0 if it has not written its number down yet."""

    pid: int
    command: str


def holder(store_url: str) -> Holder | None:
    """The process that carries tasks out from a ledger now, or None. To ask makes and changes nothing."""
    ledger = ledger_path(store_url)
    return holder_beside(ledger) if ledger is not None else None


def holder_beside(beside: Path) -> Holder | None:
    """The process that holds the lock beside this file, or None."""
    path = _lock_file(beside.resolve())
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refused(path, error) from error
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        pid, _, command = os.read(file, 4096).decode(errors="replace").strip().partition(" ")
        return Holder(int(pid) if pid.isdigit() else 0, command)
    finally:
        os.close(file)
    return None


def _lock_file(ledger: Path) -> Path:
    return ledger.with_name(ledger.name + ".lock")


def _claim(file: int) -> None:
    """Take the lock. Wait for processes that only ask who holds it: they hold it for an instant."""
    give_up_at = time.monotonic() + ASKING_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > give_up_at:
                raise
        time.sleep(0.01)


def _lock(beside: Path, busy: Callable[[Path, str], LedgerBusy]) -> int:
    path = _lock_file(beside)
    try:
        make_folder(path.parent)
        file = open_file(path, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise _refused(path, error) from error
    try:
        _claim(file)
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()} {shlex.join(sys.argv)}\n".encode())
    except BlockingIOError:
        holder = os.read(file, 4096).decode(errors="replace")
        os.close(file)
        raise busy(beside, holder) from None
    except OSError as error:
        os.close(file)
        raise _refused(path, error) from error
    return file


_opened: dict[tuple[int, int], int] = {}
"""Descriptors of ledgers' own files, by device and inode. They are never closed: when a process closes any of its
descriptors of a file, the system drops the locks by which SQLite keeps other processes off that file."""
_held: set[int] = set()
_holding = threading.Lock()


def _lock_itself(ledger: Path) -> Callable[[], None]:
    """Lock the ledger's own file; returns a function that unlocks it.

    On Linux flock and SQLite's locks know nothing of each other. Elsewhere they exclude each other, so there only the
    file beside the ledger is locked.
    """
    if sys.platform != "linux":
        return lambda: None
    is_new = not ledger.exists()
    try:
        make_file(ledger)
        with _holding:
            file = _opened_once(ledger)
            if file in _held:  # flock would let this process lock its own descriptor a second time
                raise BlockingIOError
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _held.add(file)
    except BlockingIOError:
        # Who it is cannot be told: by another name of the file its `LEDGER.lock` is another file, too.
        raise _busy(ledger, "", who="another process, which knows the file by another name,") from None
    except OSError as error:
        raise _refused(ledger, error) from error

    def unlock() -> None:
        with _holding:
            if (
                is_new and os.fstat(file).st_size == 0
            ):  # nothing was begun: an empty file would pass for a ledger
                ledger.unlink(missing_ok=True)
            fcntl.flock(file, fcntl.LOCK_UN)
            _held.discard(file)

    return unlock


def _opened_once(ledger: Path) -> int:
    found = file_id(ledger)
    if found not in _opened:
        _opened[found] = os.open(ledger, os.O_RDONLY | os.O_CLOEXEC)
    return _opened[found]


def _busy(ledger: Path, holder: str, who: str = "another process") -> LedgerBusy:
    pid, _, command = holder.strip().partition(" ")
    who = f"process {pid} ({command})" if pid else who
    stop = f"stop it (kill -INT {pid})" if pid else "stop it"
    return LedgerBusy(
        f"cannot carry tasks out from the ledger {ledger}: {who} is doing so",
        hint=f"wait until it has finished, {stop}, or use another ledger with --store",
    )


def _host_busy(beside: Path, holder: str) -> LedgerBusy:
    pid, _, command = holder.strip().partition(" ")
    return LedgerBusy(
        f"cannot carry tasks out with the state folder {beside.parent}: process {pid} ({command}) is doing so",
        hint=f"wait until it has finished, stop it (kill -INT {pid}), or give this host a state folder of its own with "
        "RUNNER_STATE_DIR",
    )


def _refused(path: Path, error: OSError) -> LedgerError:
    return LedgerError(
        f"cannot lock the ledger with the file {path}: {error.strerror}",
        hint="make the folder writable for this user, make room on the disk, or choose another --store",
    )
