from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from runner.errors import LedgerError
from runner.store.database import Database, ledger_path


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


def test_a_reader_sees_one_state_from_beginning_to_end(database: Database) -> None:
    with database.write("make a table") as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
    count = text("SELECT count(*) FROM t")
    with database.read("count") as reader:
        assert reader.execute(count).scalar() == 0
        with database.write("add a row") as writer:
            writer.execute(text("INSERT INTO t VALUES (1)"))
        assert reader.execute(count).scalar() == 0
    with database.read("count again") as reader:
        assert reader.execute(count).scalar() == 1


def test_a_write_that_fails_leaves_nothing_and_frees_the_database(database: Database) -> None:
    with (
        pytest.raises(LedgerError, match="cannot make tables in the ledger"),
        database.write("make tables") as one,
    ):
        one.execute(text("CREATE TABLE t (n INTEGER)"))
        one.execute(text("CREATE TABLE t (n INTEGER)"))
    with database.write("make a table") as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))


def test_urls_name_files_or_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert ledger_path("sqlite:////var/lib/ledger.db") == Path("/var/lib/ledger.db")
    assert ledger_path("sqlite:///ledger.db") == tmp_path / "ledger.db"
    assert ledger_path("sqlite://") is ledger_path("sqlite:///:memory:") is None
