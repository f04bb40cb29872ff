"""Where a ledger is, by its URL; quick to import, since every command asks that.

`sqlite:///FILE` is a file of this machine, `sqlite://` lives in memory, and `postgresql://...` is a database that hosts
share, with all that libpq takes in such a URL. No URL holds a password, which would stand in the list of processes and
in messages: a reference stands in its place, `${env:NAME}` or `${file:PATH}`, which is read at the moment of
connecting, or libpq finds it by itself (PGPASSFILE, PGPASSWORD, a service file).
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl, quote

from runner.campaign.secrets import REFERENCE, read_secret
from runner.errors import LedgerError, RehearsalOnly, TaskError
from runner.passwords import without_password

_SHARED = re.compile(r"postgres(ql)?://")
_NAMES_HOST = re.compile(r"[a-z]+://([^@]*@)?[^/@]+")
_BEFORE_HOST = re.compile(r"[^/?@:,]*:(?!\d*([,/?]|$))[^@]*@")
"""A name, a colon that begins no port, and an @: a password that has odd characters in it."""

_SECRETS = ("password", "sslpassword")
"""Parameters of libpq that are secrets."""


def is_shared(store_url: str) -> bool:
    """Whether the ledger is a database of a server, which several hosts may share. Raises LedgerError for a URL that
    holds a password."""
    if _SHARED.match(store_url) is None:
        return False
    _refuse_password(store_url)
    return True


def ledger_path(store_url: str) -> Path | None:
    """The file that a store's URL names, absolute; None for `sqlite://`, which lives in memory, and for a database
    of a server.

    The text after `sqlite:///` is the path as it is, so any folder's name will do.
    """
    if store_url in ("sqlite://", "sqlite:///:memory:") or is_shared(store_url):
        return None
    scheme, _, path = store_url.partition(":///")
    if scheme != "sqlite" or not path or "?" in path:
        file = "ledger.db" if "://" in store_url else store_url
        raise LedgerError(
            f"cannot open the ledger {without_password(store_url)!r}: a ledger is named by a URL like sqlite:///FILE "
            "or postgresql://USER@HOST/DATABASE",
            hint=f"write sqlite:///{file}, or an absolute path with four slashes: sqlite:////srv/ledger.db",
        )
    return Path(path).absolute()


def shown(store_url: str) -> str:
    """How people are told of a ledger: its file, or its URL without what only says how to connect."""
    if is_shared(store_url):
        before, _, query = store_url.partition("?")
        is_whole = _NAMES_HOST.match(before) is not None
        return before if is_whole or not query else store_url
    return str(ledger_path(store_url) or "in memory")


def may_be_there(store_url: str) -> bool:
    """Whether there may be a ledger: its file is there, or a server has it, which only opening it tells."""
    path = ledger_path(store_url)
    return path.exists() if path is not None else is_shared(store_url)


def place_of(store_url: str) -> str | None:
    """What this machine remembers the place of a ledger by; None for one in memory, which nobody else can reach."""
    path = ledger_path(store_url)
    return str(path.resolve()) if path is not None else shown(store_url) if is_shared(store_url) else None


def libpq_url(store_url: str) -> str:
    """The URL of a database of a server with its secrets in place, for the moment of connecting: never to be shown or
    kept. Raises LedgerError."""
    _refuse_password(store_url)
    try:
        return REFERENCE.sub(lambda found: quote(read_secret(found[0]), safe=""), store_url)
    except TaskError as error:
        raise LedgerError(f"cannot open the ledger {shown(store_url)}: {error}", hint=error.hint) from None


def file_id(path: Path) -> tuple[int, int]:
    """Device and inode, which tell a file from all others of this machine, by whatever name. Raises OSError."""
    found = path.stat()
    return found.st_dev, found.st_ino


def is_rehearsal_file(path: Path) -> bool:
    """Whether a ledger in a file says of itself that it is a rehearsal's; false if there is no ledger. None is made."""
    if not path.is_file():
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


def _refuse_password(store_url: str) -> None:
    if _has_password(store_url):
        raise LedgerError(
            "the URL of the ledger holds a password, which would stand in the list of processes and in messages",
            hint="leave it out and give PGPASSFILE (or ~/.pgpass) or PGPASSWORD, or write a reference in its place: "
            "'postgresql://USER:${file:/etc/campaign-runner/password}@HOST/DATABASE'",
        )


def _has_password(store_url: str) -> bool:
    rest = REFERENCE.sub("", store_url).partition("://")[2]
    before, _, query = rest.partition("?")
    if any(value for name, value in parse_qsl(query) if name in _SECRETS):
        return True
    user, at, _ = before.rpartition("@")
    return bool(user.partition(":")[2]) if at else _BEFORE_HOST.match(rest) is not None
