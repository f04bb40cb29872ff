"""The seam between the ledger and its kind of database: what each kind does its own way.

SQLite is the only kind: `sqlite.py`, with `sqlite_errors.py`, `url.py` and `lock.py`. Everything else in this room
speaks SQL that databases share, uses the expressions below, or asks a `Connector`. What a second kind has to bring:
docs/decisions/0015-one-seam-for-the-database.md.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Connection, Engine, select
from sqlalchemy.sql.functions import FunctionElement

BRING_BACK = "bring the file back as it was, or the newest backup, then start again; nothing more was begun"


class Connector(Protocol):
    """One open database and its connections. Its errors leave through `translated`."""

    path: Path | None
    """Its file; None if it has none."""
    where: str
    """How messages name it."""
    writer: Engine
    readers: Engine

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that sees one state of the database from beginning to end."""
        ...

    def begin_write(self, connection: Connection, *, flush: bool) -> None:
        """Begin a transaction that writes: nobody else writes before it has ended. With `flush` its end waits until no
        failure of power can take it back."""
        ...

    def execute(self, connection: Connection, statement: str) -> Any:
        """Carry out a statement without parameters, as fast as the driver can; returns the first row, if any."""
        ...

    def migrating(self, connection: Connection) -> AbstractContextManager[None]:
        """A transaction that may drop tables and make them anew; at its end no reference is broken."""
        ...

    def version(self) -> int | None:
        """A number that changes when any process has written; None if only this one can write. Cheap."""
        ...

    def check(self, action: str) -> None:
        """Raises LedgerGone if the database is not the one that was opened; cheap."""
        ...

    def translated(self, action: str) -> AbstractContextManager[None]:
        """Raise what the database raises inside as a LedgerError that says what was attempted, and what to do."""
        ...

    def close(self) -> None: ...


# Expressions that databases write differently. A kind of database says with `sqlalchemy.ext.compiler.compiles` how.


class json_values(FunctionElement[Any]):  # noqa: N801 - read as a function, as SQLAlchemy's own
    """The values of a JSON array, as the rows of a table with the column `value`."""

    inherit_cache = True
    name = "json_values"


class json_list(FunctionElement[str]):  # noqa: N801
    """Aggregates a column into the text of a JSON array, in no order."""

    inherit_cache = True


class least(FunctionElement[Any]):  # noqa: N801
    """The smaller one of two values."""

    inherit_cache = True


class json_member(FunctionElement[Any]):  # noqa: N801
    """The value of a member of a JSON object, by the object and the member's name; NULL if it has none."""

    inherit_cache = True


class database_now(FunctionElement[int]):  # noqa: N801
    """The instant at which it is computed, on the database's own clock, in whole microseconds since 1970: hosts that
    share a database measure their leases with it."""

    inherit_cache = True
    type = BigInteger()


def among(column: ColumnElement[Any], array: BindParameter[Any]) -> ColumnElement[bool]:
    """Whether a column is one of the values of a JSON array: one parameter, however many values there are."""
    return column.in_(select(json_values(array).table_valued("value").c.value))
