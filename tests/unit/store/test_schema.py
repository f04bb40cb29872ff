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

from runner.store.schema import REVISION, metadata
from runner.store.upgrade import MIGRATIONS, alembic_config


@pytest.fixture
def engine() -> Engine:
    return create_engine("sqlite://")


def definitions(connection: Connection) -> dict[str, list[str]]:
    """Tables and indexes as SQL, clause by clause: with the checks, which Alembic does not compare."""
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
    )
    clauses = {name: re.split(r",\s+(?=CONSTRAINT)", sql.strip(" \n\t)")) for name, sql in rows}
    return {name: sorted(" ".join(clause.split()) for clause in sql) for name, sql in clauses.items()}


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
        assert "BIGSERIAL" in str(CreateTable(table).compile(dialect=dialect)) or table.name == "steps"
        for index in table.indexes:
            assert len(str(index.name)) <= 63
            CreateIndex(index).compile(dialect=dialect)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (
            "SELECT * FROM tasks WHERE state = 'pending' AND lane = 'A1' ORDER BY due_utc",
            "state_lane_due_utc",
        ),
        ("SELECT state, count(*) FROM tasks WHERE run_id = 'r' GROUP BY state", "run_id_state"),
        ("SELECT * FROM tasks WHERE run_id = 'r'", "run_id_state"),
        ("SELECT * FROM effects WHERE device = 'A1' AND begun_utc >= 0", "device_begun_utc"),
        ("SELECT * FROM effects WHERE account = 'a' AND begun_utc >= 0", "account_begun_utc"),
        (
            "SELECT * FROM occurrences WHERE campaign = 'c' AND entry = 'e' AND instant_utc < 9",
            "campaign_entry_instant_utc",
        ),
        ("SELECT * FROM holds WHERE released_utc IS NULL", "released_utc_device"),
        ("SELECT * FROM commands WHERE done_utc IS NULL", "done_utc"),
    ],
)
def test_questions_that_are_asked_often_are_answered_by_an_index(
    engine: Engine, query: str, index: str
) -> None:
    with engine.begin() as connection:
        metadata.create_all(connection)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
    assert f"_{index} " in " ".join(row[-1] for row in plan) + " "


def test_a_state_outside_its_words_is_refused_by_the_database(tmp_path: Path, engine: Engine) -> None:
    with engine.begin() as connection:
        metadata.create_all(connection)
        with pytest.raises(Exception, match="CHECK constraint failed: ck_effects_state") as caught:
            connection.exec_driver_sql(
                "INSERT INTO effects (task_id, ordinal, kind, state, begun_utc, evidence)"
                " VALUES (1, 0, 'post', 'perhaps', 0, '{}')"
            )
    assert isinstance(caught.value.__cause__, sqlite3.IntegrityError)
