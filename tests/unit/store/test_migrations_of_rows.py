"""Rows of every table of every earlier version, on both kinds of database, are the same after the migrations."""

import re
from typing import Any

import pytest
from alembic import command
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    Table,
    insert,
    inspect,
    select,
    text,
)

from runner.clock import SystemClock
from runner.store import schema
from runner.store.database import Database
from runner.store.ledger import Ledger
from runner.store.revision import REVISION
from runner.store.upgrade import alembic_config

ROWS = 8
"""As many as a task has states: each occurs."""

AT = 1_795_262_400_000_000
ODD = "Hej då 🎉 \\ \t'\"\n%s $1 <null>"
VERSIONS = [f"{number:04}" for number in range(1, int(REVISION))]

UNUSED = {"0001": {"commands", "daemon_spans"}}
"""Tables that no release with this version has written to; the next one makes them anew."""

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=["file", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Any) -> str:
    return (
        f"sqlite:///{tmp_path / 'ledger.db'}"
        if request.param == "file"
        else request.getfixturevalue("empty_postgres")
    )


def words(connection: Connection, table: Table) -> dict[str, list[str]]:
    """The words that a CHECK allows in the columns of a table."""
    checks = inspect(connection).get_check_constraints(table.name)
    return {
        str(check["name"]).removeprefix(f"ck_{table.name}_"): re.findall(r"'(\w+)'", str(check["sqltext"]))
        for check in checks
    }


def value(column: Column[Any], number: int, allowed: dict[str, list[str]]) -> Any:
    if column.foreign_keys:
        return number if "INT" in str(column.type) else f"id {number} {ODD}"
    if column.nullable and number == ROWS:
        return None
    if column.name in allowed:
        return allowed[column.name][number % len(allowed[column.name])]
    if isinstance(column.type, JSON):
        return {"number": number, ODD: [1.5, None]}
    if isinstance(column.type, Boolean):
        return number % 2 == 0
    if isinstance(column.type, Integer):
        return AT + number if column.name.endswith("_utc") else number
    if isinstance(column.type, Float):
        return number + 0.1
    return f"{column.name} {number} {ODD}" if column.type.length is None else f"w{number}"  # type: ignore[attr-defined]


def fill(connection: Connection) -> None:
    """Put ROWS rows into each table that the database has, but for the one of the ledger itself."""
    found = MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        if table.name in ("alembic_version", "ledger"):
            continue
        allowed = words(connection, table)
        numbered = [one for one in table.primary_key if one.name == "id" and isinstance(one.type, Integer)]
        for number in range(1, ROWS + 1):
            given = {one.name: value(one, number, allowed) for one in table.c if one not in numbered}
            connection.execute(insert(table).values(given))  # the database counts by itself


def rows(connection: Connection, like: Rows | None = None) -> Rows:
    """All rows of all tables; with `like` only its tables and columns."""
    found = MetaData()
    found.reflect(connection)
    all_rows: Rows = {}
    for table in found.sorted_tables:
        if table.name == "alembic_version" or (like is not None and table.name not in like):
            continue
        names = [one.name for one in table.c] if like is None else list(like[table.name][0])
        columns = [table.c[name] for name in names]
        all_rows[table.name] = [
            dict(row._mapping) for row in connection.execute(select(*columns).order_by(*table.primary_key))
        ]
    return all_rows


@pytest.mark.parametrize("version", VERSIONS)
def test_the_rows_of_a_version_are_all_there(url: str, version: str) -> None:
    database = Database(url)
    database.migrate("make", lambda connection: command.upgrade(alembic_config(connection), version))
    database.write("fill", fill)
    with database.read("look") as connection:
        before = rows(connection)
    database.close()
    before = {name: found for name, found in before.items() if name not in UNUSED.get(version, ())}
    assert all(len(found) == (1 if name == "ledger" else ROWS) for name, found in before.items())
    with Ledger.open(url, SystemClock()) as ledger, ledger.database.read("look") as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == REVISION
        assert rows(connection, before) == before
        for name in before:
            table = schema.metadata.tables[name]
            if table.autoincrement_column is not None and isinstance(
                table.autoincrement_column.type, Integer
            ):
                assert ledger.database.connector.numbered(connection, table) >= ROWS
