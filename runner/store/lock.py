"""One executor per ledger: an operating-system file lock that dies with its process."""

import fcntl
import os
import shlex
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from runner.errors import LedgerBusy, LedgerError
from runner.store.url import ledger_path

ASKING_S = 0.1
"""The lock is tried for so long: two who ask who holds it may follow each other."""


class ExecutorLock:
    """Held while a process carries tasks out; entering raises LedgerBusy while another one holds it.

    The file beside the ledger stays when the lock is released: only the lock on it counts, never the file.
    A ledger in memory needs no lock, since no other process can reach it.
    """

    def __init__(self, store_url: str) -> None:
        ledger = ledger_path(store_url)
        self._ledger = ledger.resolve() if ledger else None
        self._file: int | None = None

    def __enter__(self) -> Self:
        if self._ledger is not None:
            self._file = _lock(self._ledger)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


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
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
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


def _busy(ledger: Path, holder: str) -> LedgerBusy:
    pid, _, command = holder.strip().partition(" ")
    who = f"process {pid} ({command})" if pid else "another process"
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
