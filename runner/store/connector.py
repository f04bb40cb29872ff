"""The seam between the ledger and the kind of database that it lies in: what each kind does its own way.

SQLite is the only kind: `sqlite.py`, with `sqlite_errors.py`, `url.py` and `lock.py`. Everything else in this room says
what it wants in SQL that databases share, in the expressions below, or through a `Connector`. See
docs/decisions/0015-one-seam-for-the-database.md for what a second kind has to bring.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import BindParameter, ColumnElement, Connection, Engine, select
from sqlalchemy.sql.functions import FunctionElement

BRING_BACK = "bring the file back as it was, or the newest backup, then start again; nothing more was begun"


class Connector(Protocol):
    """One database, open, and its connections. Whatever the database itself raises leaves through `translated`."""

    path: Path | None
    """Its file; None if it is none."""
    where: str
    """How messages name it."""
    writer: Engine
    readers: Engine

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that sees one state of the database from beginning to end."""
        ...

    def begin_write(self, connection: Connection, *, flush: bool) -> None:
        """Begin a transaction that writes: nobody else writes before it has ended. With `flush` its end waits until
        a failure of power cannot take it back."""
        ...

    def execute(self, connection: Connection, statement: str) -> Any:
        """Carry out a statement without parameters, as fast as the driver can; returns the first row, if any."""
        ...

    def migrating(self, connection: Connection) -> AbstractContextManager[None]:
        """A transaction in which tables may be dropped and made anew; at its end no reference is broken."""
        ...

    def version(self) -> int | None:
        """A number that is another one after any process has written; None if only this one can. Cheap."""
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


def among(column: ColumnElement[Any], array: BindParameter[Any]) -> ColumnElement[bool]:
    """Whether a column is one of the values of a JSON array, which is one parameter however many they are."""
    return column.in_(select(json_values(array).table_valued("value").c.value))
