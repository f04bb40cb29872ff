"""Many rows with one statement: tuples of plain values, without SQLAlchemy's work for each of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from runner.store.schema import EPOCH, MICROSECOND

T = TypeVar("T")
Values = tuple[Any, ...]
"""One row, each value as the database keeps it: see `instant`, `text` and `database.to_json`."""

CHUNK = 500
"""Values that one query compares with: SQLite takes 999 variables at least."""


def insert_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Values]
) -> None:
    """Insert rows; `columns` names their values in the order of the table."""
    if rows:
        connection.exec_driver_sql(_insertion(table, columns, connection.dialect), list(rows))


def insert_and_number(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Values]
) -> list[int]:
    """Insert rows; returns their ids in the same order. Nobody else may write to the table meanwhile."""
    if len(rows) == 1:
        statement = _insertion(table, columns, connection.dialect, returning=True)
        return [connection.exec_driver_sql(statement, rows[0]).scalar_one()]
    before = connection.scalar(select(func.max(table.c.id))) or 0
    insert_rows(connection, table, columns, rows)
    return list(connection.scalars(select(table.c.id).where(table.c.id > before).order_by(table.c.id)))


def update_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Values]
) -> None:
    """Set columns of rows that are found by their ids, which come last in each tuple. A column that is named
    as `+column` is raised by its value."""
    if rows:
        connection.exec_driver_sql(_change(table, columns, connection.dialect), list(rows))


def ask(
    connection: Connection,
    statement: Select[Any] | Update | ReturningUpdate[Any],
    column: ColumnElement[Any],
    values: Sequence[Any],
    **given: Any,
) -> list[Any]:
    """The rows that a statement returns where `column` is one of many values, asked in chunks of them.

    The statement is a constant, compiled once; `given` are its parameters. What goes in and what comes out is
    as the database keeps it.
    """
    rows: list[Any] = []
    for chunk in chunks(values):
        count = 1 if len(chunk) == 1 else CHUNK
        sql, names, fixed = _question(statement, column, count, connection.dialect)
        padded = [*chunk, *[chunk[-1]] * (count - len(chunk))]
        known = {**fixed, **given, **dict(zip(_VALUES, padded, strict=False))}
        rows += connection.exec_driver_sql(sql, tuple(known[name] for name in names)).all()
    return rows


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def instant(value: datetime | None) -> int | None:
    """As `schema.Instant` keeps it."""
    return None if value is None else (value - EPOCH) // MICROSECOND


def text(value: str | None) -> str | None:
    """As `schema.Text` keeps it."""
    return value if value is None or value.isascii() else value.encode(errors="replace").decode()


_VALUES = [f"value_{number}" for number in range(CHUNK)]


@lru_cache(maxsize=64)
def _question(
    statement: Any, column: ColumnElement[Any], count: int, dialect: Dialect
) -> tuple[str, list[str], dict[str, Any]]:
    """Its SQL with so many values, the names of its parameters in their order, and those that are constant."""
    values: list[ColumnElement[Any]] = [bindparam(name) for name in _VALUES[:count]]
    compiled = statement.where(column.in_(values)).compile(
        dialect=dialect, compile_kwargs={"render_postcompile": True}
    )
    return str(compiled), list(compiled.positiontup), compiled.params


@lru_cache(maxsize=64)
def _insertion(table: Table, columns: tuple[str, ...], dialect: Dialect, *, returning: bool = False) -> str:
    values: dict[str, ColumnElement[Any]] = {column: bindparam(f"new_{column}") for column in columns}
    statement: Insert = insert(table).values(values)
    if returning:
        return _sql(statement.returning(table.c.id), columns, dialect)
    return _sql(statement, columns, dialect)


@lru_cache(maxsize=64)
def _change(table: Table, columns: tuple[str, ...], dialect: Dialect) -> str:
    names = tuple(column.removeprefix("+") for column in columns)
    values: list[tuple[str, ColumnElement[Any]]] = [
        (name, bindparam(f"new_{name}") if name == column else table.c[name] + bindparam(f"new_{name}"))
        for name, column in zip(names, columns, strict=True)
    ]
    statement = update(table).ordered_values(*values).where(table.c.id == bindparam("new_id"))
    return _sql(statement, (*names, "id"), dialect)


def _sql(statement: Insert | Update, names: Sequence[str], dialect: Dialect) -> str:
    compiled = statement.compile(dialect=dialect)
    order = [f"new_{name}" for name in names]
    assert getattr(compiled, "positiontup", None) == order, f"{names} are not in the order of the table"
    return str(compiled)
