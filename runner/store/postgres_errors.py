"""Translates PostgreSQL's errors into LedgerErrors that say what was attempted, on what, and what to do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, TimeoutError

from runner.errors import LedgerError, LedgerGone, LedgerUnavailable

WAIT = "nothing is lost: hosts try again by themselves, and any other command can be typed again"
SEE_SERVER = "see whether the server runs and can be reached from this host (`pg_isready -d URL`); " + WAIT
ALLOW = (
    "see that the role exists, may log in from this host (pg_hba.conf) and has this password: give it with PGPASSFILE, "
    "~/.pgpass or PGPASSWORD"
)
MAKE_DATABASE = "make it: `createdb --encoding=UTF8 --template=template0 --owner=ROLE DATABASE`"
BRING_BACK = (
    "bring the database back as it was, or the newest backup, then start again; nothing more was begun"
)

AWAY = {
    "57P01": ("the server shuts down", SEE_SERVER),
    "57P02": ("the server has crashed, and starts again", SEE_SERVER),
    "57P03": ("the server starts, or shuts down", SEE_SERVER),
    "57P05": ("the server has ended the connection, which was idle", WAIT),
    "25P03": ("this process did nothing for too long within a transaction", WAIT),
    "25P04": ("the transaction took too long", WAIT),
    "25006": (
        "the server takes no writes: it is a standby",
        "name the primary, or several hosts and `target_session_attrs=read-write`, in the URL",
    ),
    "53100": (
        "the database's disk is full",
        "make room on the disk of the server; what was written before is safe",
    ),
    "53200": (
        "the server has no memory left",
        "give the server more memory; what was written before is safe",
    ),
    "53300": (
        "the server has no connection left",
        "raise max_connections, or see who has so many (`SELECT * FROM pg_stat_activity`)",
    ),
    "55P03": (
        "others that write kept it locked for longer than we wait",
        "see who waits for whom (`SELECT * FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)",
    ),
    "40P01": ("this write and another one waited for each other", WAIT),
    "40001": ("another write came in between", WAIT),
}
"""Conditions that pass, by SQLSTATE: whatever was attempted may be attempted again."""

WRONG = {
    "28000": ("the server does not let this user in", ALLOW),
    "28P01": ("the server refuses the password", ALLOW),
    "3D000": ("the server has no such database", MAKE_DATABASE),
    "tls": (
        "the server is not the one that it should be, or cannot show that it is",
        "see `sslmode` and `sslrootcert` in the URL: which authority has signed the server's certificate, and for "
        "which name",
    ),
    "url": (
        "the URL is none that libpq can use",
        "write odd characters of names as %20 and the like, an IPv6 address as [::1], and name a service that "
        "pg_service.conf (PGSERVICEFILE) has",
    ),
    "3F000": (
        "there is no schema in which to make the tables",
        "make the one that `search_path` names: `CREATE SCHEMA SCHEMA AUTHORIZATION ROLE`",
    ),
    "42501": (
        "the role lacks a right",
        "let the role own the database: `ALTER DATABASE DATABASE OWNER TO ROLE`",
    ),
}
"""Conditions that a person has to change, by SQLSTATE."""

AT_CONNECTING = (
    (
        re.compile(r"certificate verify failed|does not match host name|root certificate file|SSL error"),
        "tls",
    ),
    (
        re.compile(
            r"definition of service .* not found|service file .* not found|syntax error in service file|"
            r"invalid (integer|\w+) value|invalid URI|invalid port number|Servname not supported|percent-encoded|"
            r"unexpected spaces"
        ),
        "url",
    ),
    (re.compile(r"session is read-only|server is in hot standby"), "25006"),
    (re.compile(r"password authentication failed|no password supplied|fe_sendauth"), "28P01"),
    (
        re.compile(
            r"no pg_hba\.conf entry|role .* does not exist|authentication failed|not permitted to log in"
        ),
        "28000",
    ),
    (re.compile(r"database .* does not exist"), "3D000"),
    (re.compile(r"too many (clients|connections)|remaining connection slots"), "53300"),
    (re.compile(r"starting up|shutting down|recovery mode|not yet accepting"), "57P03"),
)
"""What libpq says where no connection comes about: it has no SQLSTATE then, so its words are all there is."""

GONE = "42P01"
"""A table is not there."""


def refused_server(where: str, what: str) -> LedgerError:
    """A server, or a database, that will never do."""
    return LedgerError(
        f"cannot open the ledger {where}: {what}",
        hint="a ledger needs PostgreSQL 15 or newer, and a database in UTF8: `createdb --encoding=UTF8 "
        "--template=template0 DATABASE`",
    )


@contextmanager
def translated(action: str, where: str) -> Iterator[None]:
    """Raise a database's errors as LedgerErrors that say what was attempted on which ledger."""
    try:
        yield
    except (DBAPIError, TimeoutError, psycopg.Error) as error:
        raise _ledger_error(action, where, error) from error


def _ledger_error(action: str, where: str, error: Exception) -> LedgerError:
    cause = error.orig if isinstance(error, DBAPIError) else error
    refused = f"cannot {action} in the ledger {where}: "
    said = " ".join(str(cause).split())  # libpq writes several lines
    code = _code(cause, said)
    if code in AWAY:
        what, hint = AWAY[code]
        return LedgerUnavailable(f"{refused}{what} ({said})", hint=hint)
    if code in WRONG:
        what, hint = WRONG[code]
        return LedgerError(f"{refused}{what} ({said})", hint=hint)
    if code == GONE:
        return LedgerGone(f"{refused}its tables are gone ({said})", hint=BRING_BACK)
    if isinstance(error, TimeoutError):
        return LedgerUnavailable(f"{refused}all connections are in use ({said})", hint=WAIT)
    if isinstance(cause, (psycopg.OperationalError, psycopg.InterfaceError)):
        return LedgerUnavailable(f"{refused}the database cannot be reached ({said})", hint=SEE_SERVER)
    return LedgerError(f"{refused}{said}")


def _code(cause: BaseException | None, said: str) -> str | None:
    code = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    # An URL that libpq cannot read is a ProgrammingError to psycopg.
    if code is None and isinstance(cause, (psycopg.OperationalError, psycopg.ProgrammingError)):
        return next((code for pattern, code in AT_CONNECTING if pattern.search(said)), None)
    return code
