"""Many rows with one statement: tuples of plain values, without SQLAlchemy's work for each of them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    insert,
    update,
)
from sqlalchemy.sql.dml import ReturningDelete, ReturningInsert, ReturningUpdate

from runner.store.connector import among
from runner.store.instants import EPOCH, MICROSECOND
from runner.store.json_text import to_json

T = TypeVar("T")
Values = tuple[Any, ...]
"""One row, each value as the database keeps it: see `instant`, `text` and `json_text.to_json`."""
CHUNK = 500
"""How many values one query compares with."""

MOST_PARAMETERS = 999
"""How many parameters one statement takes: SQLite's default bound before version 3.32."""

MANY_RUNS = 4
"""So many runs of rows are worth a statement about their ids in no order, if that makes so many times fewer of them."""

FIRST: BindParameter[int] = bindparam("first")
LAST: BindParameter[int] = bindparam("last")
"""The first and the last id of a run of rows."""

WANTED: BindParameter[Any] = bindparam("wanted")
"""The values that `ask` looks for: one value, or a JSON array of them."""


def insert_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Values]
) -> None:
    """Insert rows; `columns` names their values in the order of the table."""
    statement = _insertion(table, columns, connection.dialect)
    if rows:
        _change_all(connection, statement, rows)


def insert_and_number(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Sequence[Values],
    key: tuple[str, ...],
) -> dict[Values, int]:
    """Insert rows; returns the ids that the database gave them, by their values in the columns of `key`.

    A database may return rows in any order, so `key` must tell them apart.
    """
    found: dict[Values, int] = {}
    at_once = MOST_PARAMETERS // len(columns)
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        statement = _numbered_insertion(table, columns, key, len(some), connection.dialect)
        values = tuple(value for row in some for value in row)
        for number, *named in _rows(connection, statement, values):
            found[tuple(named)] = number
    return found


def runs(rows: Iterable[tuple[int, Values]]) -> list[Values]:
    """Rows as `(*values, first id, last id)`, by their ids: neighbours with equal values become one, so that one
    statement changes them all."""
    found: list[Values] = []
    first = last = -1
    shared: Values | None = None
    for number, values in sorted(rows, key=itemgetter(0)):
        if number != last + 1 or values != shared:
            if shared is not None:
                found.append((*shared, first, last))
            first, shared = number, values
        last = number
    if shared is not None:
        found.append((*shared, first, last))
    return found


def update_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[tuple[int, Values]]
) -> int:
    """Set columns of rows by their ids; returns how many of these rows the table has. A column named `+column` is
    raised by its value."""
    given = list(rows)
    changes = runs(given)
    if not changes:
        return 0
    # A row that is given twice has to be changed in the order given.
    is_each_once = len(dict(given)) == len(given)
    if len(changes) >= MANY_RUNS and is_each_once and len(alike := _alike(given)) * MANY_RUNS <= len(changes):
        return _change_all(connection, _change_alike(table, columns, connection.dialect), alike)
    return _change_all(connection, _change(table, columns, connection.dialect), changes)


def _alike(rows: Iterable[tuple[int, Values]]) -> list[Values]:
    """Rows as `(*values, ids as a JSON array)`: those with equal values become one."""
    found: dict[Values, list[int]] = {}
    for number, values in rows:
        found.setdefault(values, []).append(number)
    return [(*values, to_json(ids)) for values, ids in found.items()]


def ask(
    connection: Connection,
    statement: Select[Any] | Update | ReturningUpdate[Any] | ReturningDelete[Any],
    column: ColumnElement[Any],
    values: Sequence[Any],
    **given: Any,
) -> Sequence[Values]:
    """The rows that a statement returns where `column` is one of these values.

    The statement is a constant, compiled once; `given` are its parameters. Values go in and come out as the database
    keeps them.
    """
    if not values:
        return []
    # A statement of its own for one value, the most frequent case: a JSON array costs the database a table.
    is_one = len(values) == 1
    sql, names, fixed = _question(statement, column, is_one, connection.dialect)
    known = {**fixed, **given, WANTED.key: values[0] if is_one else to_json(values)}
    return _rows(connection, sql, tuple(known[name] for name in names))


def fetch(
    connection: Connection, query: Select[Any] | ReturningInsert[Any], **given: Any
) -> Sequence[Values]:
    """The rows of a statement that is a constant, compiled once; values as in `ask`."""
    sql, names, fixed = _compiled(query, connection.dialect)
    known = {**fixed, **given}
    return _rows(connection, sql, tuple(known[name] for name in names))


def _rows(connection: Connection, sql: str, values: Values) -> list[Values]:
    """The rows that a statement returns, from the driver itself: SQLAlchemy's result for each statement costs more time
    than SQLite needs for it."""
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(sql, values)
        found: list[Values] = cursor.fetchall()  # type: ignore[assignment]
        return found


def _change_all(connection: Connection, sql: str, rows: Sequence[Values]) -> int:
    """Carry out a statement for each of these rows; returns how many rows it has changed in all."""
    with closing(connection.connection.cursor()) as cursor:
        if len(rows) == 1:
            cursor.execute(sql, rows[0])
        else:
            cursor.executemany(sql, rows)
        return cursor.rowcount


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def instant(value: datetime | None) -> int | None:
    """As `columns.Instant` keeps it."""
    return None if value is None else (value - EPOCH) // MICROSECOND


def text(value: str | None) -> str | None:
    """As `columns.Text` keeps it."""
    return value if value is None or value.isascii() else value.encode(errors="replace").decode()


@lru_cache(maxsize=64)
def _question(
    statement: Any, column: ColumnElement[Any], is_one: bool, dialect: Dialect
) -> tuple[str, list[str], dict[str, Any]]:
    """As `_compiled`, for a statement that looks for one value, or for each of a JSON array."""
    return _compiled(statement.where(column == WANTED if is_one else among(column, WANTED)), dialect)


@lru_cache(maxsize=64)
def _compiled(statement: Any, dialect: Dialect) -> tuple[str, list[str], dict[str, Any]]:
    """The SQL of a statement, the names of its parameters in their order, and those that are constant."""
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    return str(compiled), list(compiled.positiontup), compiled.params


@lru_cache(maxsize=64)
def _insertion(table: Table, columns: tuple[str, ...], dialect: Dialect) -> str:
    values: dict[str, ColumnElement[Any]] = {column: bindparam(f"new_{column}") for column in columns}
    # Inline: nothing but what is asked for is returned.
    return sql_of(insert(table).values(values).inline(), [f"new_{column}" for column in columns], dialect)


@lru_cache(maxsize=256)
def _numbered_insertion(
    table: Table, columns: tuple[str, ...], key: tuple[str, ...], count: int, dialect: Dialect
) -> str:
    """The SQL that inserts `count` rows and returns the id and the key of each."""
    into, values, row = _insertion(table, columns, dialect).partition("VALUES ")
    return f"{into}{values}{', '.join([row] * count)} RETURNING {', '.join(('id', *key))}"


@lru_cache(maxsize=64)
def _change(table: Table, columns: tuple[str, ...], dialect: Dialect) -> str:
    return _changing(table, columns, table.c.id.between(FIRST, LAST), ["first", "last"], dialect)


@lru_cache(maxsize=64)
def _change_alike(table: Table, columns: tuple[str, ...], dialect: Dialect) -> str:
    return _changing(table, columns, among(table.c.id, WANTED), [WANTED.key], dialect)


def _changing(
    table: Table, columns: tuple[str, ...], which: ColumnElement[Any], given: list[str], dialect: Dialect
) -> str:
    names = tuple(column.removeprefix("+") for column in columns)
    values: list[tuple[str, ColumnElement[Any]]] = [
        (name, bindparam(f"new_{name}") if name == column else table.c[name] + bindparam(f"new_{name}"))
        for name, column in zip(names, columns, strict=True)
    ]
    statement = update(table).ordered_values(*values).where(which)
    return sql_of(statement, [*(f"new_{name}" for name in names), *given], dialect)


def sql_of(statement: Insert | Update, names: Sequence[str], dialect: Dialect) -> str:
    """The SQL of a statement whose parameters have these names, in this order."""
    compiled = statement.compile(dialect=dialect)
    # Rows go past SQLAlchemy as tuples: in another order their values would land in wrong columns, without an error.
    order = list(names)
    assert getattr(compiled, "positiontup", None) == order, f"the parameters of {statement} are not {order}"
    return str(compiled)
