"""Procrastinate's tables, beside the ledger's in the same database: made with them, and brought up to date."""

from importlib import resources
from typing import Any

import procrastinate
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection

from runner.store.database import Database

_VERSION_OF = "SELECT obj_description(to_regclass('procrastinate_jobs')::oid, 'pg_class')"
_IS_THERE = "SELECT to_regclass('procrastinate_jobs') IS NOT NULL"


def install(database: Database) -> None:
    """Make the tables, or bring those of an older Procrastinate up to date. Raises LedgerError."""
    with database.read("look for the doorbell's tables") as connection:
        found = connection.exec_driver_sql(_VERSION_OF).scalar()
    if found == procrastinate.__version__:
        return
    database.migrate("make the doorbell's tables", _upgrade)


def _upgrade(connection: Connection) -> None:
    # Another host may do the same at this moment.
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7226370415)")
    found = connection.exec_driver_sql(_VERSION_OF).scalar()
    if found == procrastinate.__version__:
        return
    if connection.exec_driver_sql(_IS_THERE).scalar():
        for script in _newer_than(found) if found else ():
            _carry_out(connection, script)
    else:
        _carry_out(connection, SchemaManager.get_schema())
    _carry_out(connection, f"COMMENT ON TABLE procrastinate_jobs IS '{procrastinate.__version__}'")


def _newer_than(version: str) -> list[str]:
    """Procrastinate's migrations since a version, oldest first; their files begin with the version that brings them."""
    folder = resources.files("procrastinate.sql") / "migrations"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name
    )
    return [file.read_text(encoding="utf-8") for file in files if _number(file.name) > _number(version)]


def _number(text: str) -> tuple[int, ...]:
    """`3.10.0` and `03.04.00_01_pre_x.sql` as numbers of three parts."""
    return tuple(int(part) for part in text.partition("_")[0].split(".") if part.isdigit())[:3]


def _carry_out(connection: Connection, script: str) -> None:
    cursor: Any = connection.connection.cursor()
    try:
        cursor.execute(script)  # without parameters: so it may hold several statements, and percent signs
    finally:
        cursor.close()
