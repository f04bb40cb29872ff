"""Translates SQLite's errors into LedgerErrors that say what was attempted, on what, and what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from runner.errors import LedgerError

MEANINGS = {
    sqlite3.SQLITE_BUSY: (
        "another process kept it locked for longer than we wait",
        "see which program holds it (`fuser FILE`), let it finish, and try again",
    ),
    sqlite3.SQLITE_READONLY: (
        "it may only be read",
        "make the file and its folder writable for this user, or choose another ledger with --store",
    ),
    sqlite3.SQLITE_FULL: (
        "the disk is full",
        "make room on the disk that holds it; what was written before is safe",
    ),
    sqlite3.SQLITE_IOERR: (
        "the disk did not carry out a read or a write",
        "check the disk (free space, `dmesg`); what was written before is safe as far as the disk is",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "the file cannot be opened",
        "check that its folder exists and that this user may write there",
    ),
    sqlite3.SQLITE_NOTADB: (
        "the file is no SQLite database",
        "name the ledger's own file with --store, or move this file away and a new ledger is made",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "the file is damaged",
        "keep a copy of it, restore a backup or try `sqlite3 FILE .recover`, and run nothing before that: "
        "without its ledger the runner cannot know what has been done",
    ),
}
"""SQLite's primary result codes, as a person meets them."""


@contextmanager
def translated(action: str, where: str, *wrappers: type[Exception]) -> Iterator[None]:
    """Raise a database's errors as LedgerErrors that say what was attempted on which ledger; `wrappers` are kinds of
    errors that have the database's own in `orig`."""
    kinds: tuple[type[Exception], ...] = (sqlite3.Error, *wrappers)
    try:
        yield
    except kinds as error:
        raise _ledger_error(action, where, error) from error


def _ledger_error(action: str, where: str, error: Exception) -> LedgerError:
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlite_errorcode", None)
    # The low byte is the primary code; extended ones (SQLITE_IOERR_FSYNC and the like) mean the same to a person.
    what, hint = MEANINGS.get(code & 0xFF, (None, None)) if code is not None else (None, None)
    came_back = f"{what} ({cause})" if what else str(cause)
    return LedgerError(f"cannot {action} in the ledger {where}: {came_back}", hint=hint)
