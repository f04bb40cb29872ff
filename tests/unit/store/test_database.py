from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from runner.errors import LedgerError
from runner.store.database import Database
from runner.store.url import ledger_path


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10000)],
)
def test_every_connection_is_durable_and_strict(database: Database, pragma: str, value: object) -> None:
    with database.read("ask") as first, database.read("ask") as second:
        for connection in (first, second):
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value


def execute(database: Database, *statements: str) -> None:
    def work(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    database.write("make tables", work)


def test_a_reader_sees_one_state_from_beginning_to_end(database: Database) -> None:
    execute(database, "CREATE TABLE t (n INTEGER)")
    count = text("SELECT count(*) FROM t")
    with database.read("count") as reader:
        assert reader.execute(count).scalar() == 0
        execute(database, "INSERT INTO t VALUES (1)")
        assert reader.execute(count).scalar() == 0
    with database.read("count again") as reader:
        assert reader.execute(count).scalar() == 1


def test_a_write_that_fails_leaves_nothing_and_frees_the_database(database: Database) -> None:
    with pytest.raises(LedgerError, match="cannot make tables in the ledger"):
        execute(database, "CREATE TABLE t (n INTEGER)", "CREATE TABLE t (n INTEGER)")
    execute(database, "CREATE TABLE t (n INTEGER)")


def test_a_table_that_a_migration_makes_anew_keeps_what_refers_to_it(database: Database) -> None:
    execute(
        database,
        "CREATE TABLE t (n INTEGER PRIMARY KEY)",
        "CREATE TABLE u (n INTEGER REFERENCES t (n) ON DELETE CASCADE)",
        "INSERT INTO t VALUES (1)",
        "INSERT INTO u VALUES (1)",
    )

    def make_anew(connection: Connection) -> None:
        for statement in ("CREATE TABLE v AS SELECT * FROM t", "DROP TABLE t", "ALTER TABLE v RENAME TO t"):
            connection.execute(text(statement))

    with pytest.raises(LedgerError, match="foreign key mismatch"):  # the new one has no primary key
        database.migrate("migrate", make_anew)
    with database.read("count") as connection:
        assert connection.execute(text("SELECT count(*) FROM t JOIN u USING (n)")).scalar() == 1
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_urls_name_files_or_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert ledger_path("sqlite:////var/lib/ledger.db") == Path("/var/lib/ledger.db")
    assert ledger_path("sqlite:///ledger.db") == tmp_path / "ledger.db"
    assert ledger_path("sqlite://") is ledger_path("sqlite:///:memory:") is None
