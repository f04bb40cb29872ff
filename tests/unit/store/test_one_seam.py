"""What is SQLite's or PostgreSQL's own stands in few files, behind one seam."""

import re
import subprocess
import sys
from pathlib import Path

import runner
from runner.store.connector import Connector
from runner.store.sqlite import Sqlite

RUNNER = Path(runner.__file__).parent
SEAM = {"sqlite.py", "sqlite_errors.py", "sqlite_file.py", "url.py"}
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


POSTGRES = re.compile(r"psycopg|pg_[a-z]+_|ANY\(CAST|json_agg|nextval|setval")
"""Words of PostgreSQL: its driver, its functions, its sequences."""

BESIDE = {
    "postgres.py",
    "postgres_connecting.py",
    "postgres_errors.py",
    "postgres_expressions.py",
    "postgres_hang_up.py",
    "postgres_transactions.py",
}


def test_nothing_else_of_the_store_speaks_as_postgresql_does() -> None:
    files = (RUNNER / "store").glob("*.py")
    assert {path.name for path in files if POSTGRES.search(path.read_text())} == BESIDE


def test_a_ledger_in_a_file_loads_no_driver_of_postgresql(tmp_path: Path) -> None:
    code = (
        "import sys; from runner.clock import SystemClock; from runner.store.ledger import Ledger; "
        f"Ledger.open('sqlite:///{tmp_path}/ledger.db', SystemClock()).close(); "
        "print([name for name in sys.modules if name.partition('.')[0] in ('psycopg', 'procrastinate')])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )
