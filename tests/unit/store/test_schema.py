import re
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from runner.store.revision import REVISION
from runner.store.schema import metadata
from runner.store.upgrade import MIGRATIONS, alembic_config


@pytest.fixture
def engine() -> Engine:
    return create_engine("sqlite://")


def definitions(connection: Connection) -> dict[str, list[str]]:
    """Tables and indexes as SQL, clause by clause: with the checks, which Alembic does not compare.

    The order of the clauses counts for nothing, since a column that a migration adds comes last.
    """
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
    )
    return {name: sorted(clauses(sql)) for name, sql in rows}


def clauses(sql: str) -> list[str]:
    """What stands between the outermost brackets, from comma to comma, and what follows them; a check that is
    written with its column is a clause of its own."""
    _, _, body = " ".join(sql.split()).partition("(")
    body, _, rest = body.rpartition(")") if " WHERE " not in body else body.partition(")")
    parts = re.split(r",\s*(?![^()]*\))(?![^()]*\([^()]*\)[^()]*\))", body)
    return [
        part.strip() for clause in [*parts, rest] for part in re.split(r" (?=CONSTRAINT \S+ CHECK)", clause)
    ]


def test_the_migrations_make_the_tables_of_the_schema(engine: Engine) -> None:
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "head")
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
        assert compare_metadata(context, metadata) == []
        migrated = definitions(connection)
    with create_engine("sqlite://").begin() as connection:
        metadata.create_all(connection)
        assert migrated == definitions(connection)


def test_the_schema_names_the_latest_revision() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [REVISION]


def test_the_tables_can_be_made_in_postgresql_too() -> None:
    dialect = postgresql.dialect()
    for table in metadata.sorted_tables:
        CreateTable(table).compile(dialect=dialect)
        for index in table.indexes:
            assert len(str(index.name)) <= 63
            CreateIndex(index).compile(dialect=dialect)


def test_a_state_outside_its_words_is_refused_by_the_database(tmp_path: Path, engine: Engine) -> None:
    with engine.begin() as connection:
        metadata.create_all(connection)
        with pytest.raises(Exception, match="CHECK constraint failed: ck_effects_state") as caught:
            connection.exec_driver_sql(
                "INSERT INTO effects (task_id, ordinal, kind, state, begun_utc, evidence)"
                " VALUES (1, 0, 'post', 'perhaps', 0, '{}')"
            )
    assert isinstance(caught.value.__cause__, sqlite3.IntegrityError)
