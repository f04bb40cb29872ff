"""Where a ledger is; quick to import, since every command asks that."""

import sqlite3
from contextlib import closing
from pathlib import Path

from runner.errors import LedgerError, RehearsalOnly


def ledger_path(store_url: str) -> Path | None:
    """The file that a store's URL names, absolute; None for `sqlite://`, which lives in memory.

    The text after `sqlite:///` is the path as it is, so any folder's name will do.
    """
    if store_url in ("sqlite://", "sqlite:///:memory:"):
        return None
    scheme, _, path = store_url.partition(":///")
    if scheme != "sqlite" or not path or "?" in path:
        file = "ledger.db" if "://" in store_url else store_url
        raise LedgerError(
            f"cannot open the ledger {store_url!r}: a ledger is named by a URL like sqlite:///FILE",
            hint=f"write sqlite:///{file}, or an absolute path with four slashes: sqlite:////srv/ledger.db",
        )
    return Path(path).absolute()


def file_id(path: Path) -> tuple[int, int]:
    """Device and inode, which tell a file from all others of this machine, by whatever name. Raises OSError."""
    found = path.stat()
    return found.st_dev, found.st_ino


def is_rehearsal(store_url: str) -> bool:
    """Whether a ledger says of itself that it is a rehearsal's; false if there is no ledger. None is made."""
    path = ledger_path(store_url)
    if path is None or not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(path)) as connection:
            return bool(connection.execute("SELECT max(is_rehearsal) FROM ledger").fetchone()[0])
    except sqlite3.Error:  # whoever opens it in earnest says what is wrong
        return False


def rehearsal_only(where: str, hint: str | None = None) -> RehearsalOnly:
    return RehearsalOnly(
        f"the ledger {where} is a rehearsal's: nothing in it is meant for real phones, or a real server",
        hint=hint,
    )
