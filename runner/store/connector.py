"""The seam between the ledger and its kind of database: what each kind does its own way.

There are two kinds: SQLite (`sqlite.py`, `sqlite_file.py`, `sqlite_errors.py`, `lock.py`), and PostgreSQL
(`postgres.py`, `postgres_*.py`). Everything else in this room speaks SQL that databases share, uses the
expressions below, or asks a `Connector`. See docs/decisions/0015-one-seam-for-the-database.md and 0035-postgresql.md.
"""

from collections.abc import Hashable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Connection, Engine, Table
from sqlalchemy.sql.functions import FunctionElement

from runner.store.asked.questions import Ask


class Connector(Protocol):
    """One open database and its connections. Its errors leave through `translated`."""

    path: Path | None
    """Its file; None if it has none."""
    where: str
    """How messages name it."""
    readers: Engine
    undoes_alone: bool
    """Whether it undoes one of several writes in a transaction at hardly any cost: with a savepoint for each."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one state of the database from beginning to end."""
        ...

    def asking(self) -> AbstractContextManager[Ask]:
        """The same for questions, past SQLAlchemy."""
        ...

    def looking(self) -> AbstractContextManager[Connection]:
        """A connection for one statement that reads, which sees one state by itself; quicker than a transaction."""
        ...

    def writing(self, *, flush: bool, guarded: bool) -> AbstractContextManager[Connection]:
        """A transaction that writes: nobody else writes before it has ended, but for `guarded` ones beside a `guarded`
        one. With `flush` its end waits until no failure of power can take it back."""
        ...

    def writing_beside(self, *, flush: bool, urgent: bool) -> AbstractContextManager[Connection] | None:
        """A transaction that writes beside all others, for rows that its statements guard by themselves, and that waits
        for no other write of this process either; None if there is no such thing. An `urgent` one goes before all that
        wait to read."""
        ...

    def try_lock(self, connection: Connection, names: Sequence[str]) -> bool:
        """Lock these names until the transaction ends, whether anything of that name is in the database or not; false
        if another transaction has locked one of them. Which of them are locked then is not said."""
        ...

    def execute(self, connection: Connection, statement: str) -> Any:
        """Carry out a statement without parameters, as fast as the driver can; returns the first row, if any."""
        ...

    def migrating(self) -> AbstractContextManager[Connection]:
        """A transaction that may drop tables and make them anew, and that nobody else has at the same time; at its end
        no reference is broken."""
        ...

    def version(self) -> Hashable:
        """Something that changes when any process has written; None if only this one can write. Cheap."""
        ...

    def check(self, action: str) -> None:
        """Raises LedgerGone if the database is not the one that was opened; cheap."""
        ...

    def damage(self, connection: Connection) -> list[str]:
        """What the database finds wrong with its own files, in words; slow."""
        ...

    def load(
        self, connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
    ) -> None:
        """Insert many rows, their values as the database keeps them, as they come."""
        ...

    def insert_and_number(
        self,
        connection: Connection,
        table: Table,
        columns: tuple[str, ...],
        rows: Sequence[tuple[Any, ...]],
        key: tuple[str, ...],
    ) -> dict[tuple[Any, ...], int]:
        """Insert rows, their values as the database keeps them; returns the ids that it gave them, by their values in
        the columns of `key`, which tell them apart."""
        ...

    def numbered(self, connection: Connection, table: Table) -> int:
        """The highest id that it has given, or will not give again, in a table whose ids it gives."""
        ...

    def number_after(self, connection: Connection, table: Table, number: int) -> None:
        """Give only higher ids than this one from now on, in a table that holds none that is higher."""
        ...

    def read_tally(self, connection: Connection) -> tuple[str, int] | None:
        """The ledger's id and its tally (see `tally.py`); None if there is no ledger any more."""
        ...

    def raise_tally(self, connection: Connection) -> int:
        """Raise the tally by one or more; returns it."""
        ...

    def put_tally(self, connection: Connection, tally: int) -> None:
        """Raise the tally to this value."""
        ...

    def translated(self, action: str) -> AbstractContextManager[None]:
        """Raise what the database raises inside as a LedgerError that says what was attempted, and what to do."""
        ...

    def writes_s(self) -> float:
        """For how long the transaction has gone on in which this process writes; 0 if it writes nothing."""
        ...

    def reads_s(self) -> float:
        """The same of those in which it reads, of the one that has gone on the longest."""
        ...

    def hang_up(self) -> None:
        """Have all threads that wait for an answer of the database hear that it is lost. Any thread may call it."""
        ...

    def close(self) -> None: ...


# Expressions that databases write differently. A kind of database says with `sqlalchemy.ext.compiler.compiles` how.


class among(FunctionElement[Any]):  # noqa: N801 - read as a function, as SQLAlchemy's own
    """Whether a column is one of the values of a JSON array: one parameter, however many values there are. Without a
    type: SQLAlchemy would compare a Boolean with 1 on SQLite, and no index serves that."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any], array: BindParameter[Any]) -> None:
        super().__init__(column, array)


class unsearched(FunctionElement[Any]):  # noqa: N801
    """A column's value, for a condition by which no index is searched. Databases guess how many rows each index leaves,
    and take one of a state, which thousands of rows share, rather than one of the few keys that are asked for."""

    inherit_cache = True


class json_values(FunctionElement[Any]):  # noqa: N801
    """The values of a JSON array of texts, as the rows of a table with the column `value`."""

    inherit_cache = True
    name = "json_values"


class json_list(FunctionElement[str]):  # noqa: N801
    """Aggregates a column into the text of a JSON array, in no order."""

    inherit_cache = True


class least(FunctionElement[Any]):  # noqa: N801
    """The smaller one of two values."""

    inherit_cache = True


class json_member(FunctionElement[Any]):  # noqa: N801
    """The text of a member of a JSON object, by the object and the member's name; NULL if it has none."""

    inherit_cache = True


class database_now(FunctionElement[int]):  # noqa: N801
    """The instant at which it is computed, on the database's own clock, in whole microseconds since 1970: hosts that
    share a database measure their leases with it."""

    inherit_cache = True
    type = BigInteger()
