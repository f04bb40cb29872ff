"""What is SQLite's own stands in few files, so that another kind of database has one place to come in."""

import re
from pathlib import Path

import runner
from runner.store.connector import Connector
from runner.store.sqlite import Sqlite

RUNNER = Path(runner.__file__).parent
SEAM = {"sqlite.py", "sqlite_errors.py", "url.py"}
OWN = re.compile(
    r"\bsqlite3\b|\bPRAGMA\b|data_version|json_each|json_group_array|BEGIN IMMEDIATE|rowid|sqlite_master|max\(id\)"
)
"""Words of SQLite: its driver, its settings, its functions and its transactions, and ids that are computed."""


def test_nothing_else_speaks_as_sqlite_does() -> None:
    files = [path for path in RUNNER.rglob("*.py") if "virtual" not in path.relative_to(RUNNER).parts]
    assert {path.name for path in files if OWN.search(path.read_text())} == SEAM


def test_sqlite_is_a_connector() -> None:
    connector: Connector = Sqlite("sqlite://")
    with connector.writing(flush=True, guarded=False) as connection:
        assert connector.execute(connection, "SELECT 1, 'one'") == (1, "one")
        assert connector.execute(connection, "CREATE TABLE t (id INTEGER)") is None
    connector.close()
