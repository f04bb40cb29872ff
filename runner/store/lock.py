"""One executor per ledger: operating-system file locks that die with their process.

Two locks, of flock(2). That on `LEDGER.lock` is asked by everybody, and its file tells who holds it. That on the
ledger's own file is held beside it, since a file can have several names: hard links, or folders that are mounted twice.
"""

import fcntl
import os
import shlex
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from runner.errors import LedgerBusy, LedgerError
from runner.private_files import make_file, make_folder, open_file
from runner.store.url import file_id, ledger_path

ASKING_S = 0.1
"""The lock is tried for so long: two who ask who holds it may follow each other."""


class ExecutorLock:
    """Held while a process carries tasks out; entering raises LedgerBusy while another one holds it.

    The file beside the ledger stays when the lock is released: only the lock on it counts, never the file. The
    ledger's own file is made, empty, if there is none, and removed if it is still empty then. A ledger in memory
    needs no lock, since no other process can reach it.
    """

    def __init__(self, store_url: str) -> None:
        ledger = ledger_path(store_url)
        self._ledger = ledger.resolve() if ledger else None
        self._held = ExitStack()

    def __enter__(self) -> Self:
        if self._ledger is not None:
            with ExitStack() as stack:
                stack.callback(os.close, _lock(self._ledger))
                stack.callback(_lock_itself(self._ledger))
                self._held = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that carries tasks out; `pid` is 0 if it has not written its own down yet."""

    pid: int
    command: str


def holder(store_url: str) -> Holder | None:
    """Which process carries tasks out from a ledger now, or None. Nothing is made or changed by asking."""
    ledger = ledger_path(store_url)
    if ledger is None:
        return None
    path = _lock_file(ledger.resolve())
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
    """Take the lock. Who only asks who holds it does so for an instant, which is waited for."""
    give_up_at = time.monotonic() + ASKING_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > give_up_at:
                raise
        time.sleep(0.01)


def _lock(ledger: Path) -> int:
    path = _lock_file(ledger)
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
        raise _busy(ledger, holder) from None
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
    """Lock the ledger's own file; returns what unlocks it.

    On Linux flock and SQLite's locks know nothing of each other; elsewhere they exclude each other, and only the
    file beside the ledger is locked.
    """
    if sys.platform != "linux":
        return lambda: None
    is_new = not ledger.exists()
    try:
        make_file(ledger)
        with _holding:
            file = _opened_once(ledger)
            if file in _held:
                raise BlockingIOError
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _held.add(file)
    except BlockingIOError:
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


def _refused(path: Path, error: OSError) -> LedgerError:
    return LedgerError(
        f"cannot lock the ledger with the file {path}: {error.strerror}",
        hint="make the folder writable for this user, make room on the disk, or choose another --store",
    )
