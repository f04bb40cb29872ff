"""One executor per ledger: an operating-system file lock that dies with its process."""

import fcntl
import os
import shlex
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from runner.errors import LedgerBusy, LedgerError
from runner.store.database import ledger_path


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


def _lock(ledger: Path) -> int:
    path = ledger.with_name(ledger.name + ".lock")
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise _refused(path, error) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
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
