"""For all tests: the option --update-golden and its comparison, the order of tests, and quick ledgers."""

import os
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection

if TYPE_CHECKING:
    from postgres_server import Databases


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write what is printed now into the golden files"
    )
    parser.addoption("--thorough", action="store_true", help="look at more days of every time zone")


def pytest_xdist_auto_num_workers() -> int:
    """Six more than there are processors: many tests wait most of the time, for phones and for start times."""
    return (os.cpu_count() or 1) + 6


LONG = (
    "tests/simulation/test_simulated_year.py::test_a_year",
    "tests/end_to_end/test_many_hosts.py",
    "tests/torture/test_torture.py",
    "tests/torture/",
    "tests/fault_server/test_local_api_kills.py",
    "tests/end_to_end/test_documented_commands.py",
    "tests/contract/test_both_backends.py",
)
"""The beginnings of the names of tests that take most of a minute or more, alone or with their group; the longest
first."""

BETWEEN = 10
"""How many others stand between two long tests: a worker gets two tests at once, and should not get two long ones."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share what is made once for their file run on one worker, or each worker would make it anew. Long
    tests come first: one that begins last keeps all other workers waiting."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        groups.setdefault(_group(item), []).append(item)
    long = {
        name: None
        for beginning in LONG
        for name, group in groups.items()
        if any(item.nodeid.startswith(beginning) for item in group)
    }
    others = (group for name, group in groups.items() if name not in long)
    ordered = [group for name in long for group in (groups[name], *islice(others, BETWEEN))]
    items[:] = [item for group in (*ordered, *others) for item in group]


def _group(item: pytest.Item) -> str:
    """The name of a test's group, which may be the test alone."""
    if item.get_closest_marker("xdist_group") is None and _shares_with_its_file(item):
        item.add_marker(pytest.mark.xdist_group(item.path.name))
    mark = item.get_closest_marker("xdist_group")
    return str(mark.args[0]) if mark else item.nodeid


def _shares_with_its_file(item: pytest.Item) -> bool:
    """Whether a test uses a fixture that its file has once. `phones` is none: it starts other phones for each test."""
    used = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
    return any(made[-1].scope == "module" for name, made in used.items() if name != "phones")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with a golden file, or write it there with --update-golden."""

    def compare(path: Path, actual: str) -> None:
        if request.config.getoption("--update-golden"):
            path.write_text(actual, encoding="utf-8")
        assert path.is_file(), f"{path} is missing; write it with --update-golden"
        assert actual == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty ledger, made by the migrations."""
    from runner.clock import SystemClock
    from runner.store.ledger import Ledger

    path = tmp_path_factory.mktemp("empty") / "ledger.db"
    Ledger.open(f"sqlite:///{path}", SystemClock()).close()
    return path


@pytest.fixture(scope="session")
def empty_tables(empty_ledger: Path) -> list[str]:
    """The statements that make the same tables and rows, for ledgers in memory."""
    with closing(sqlite3.connect(empty_ledger)) as raw:
        return [line for line in raw.iterdump() if line not in ("BEGIN TRANSACTION;", "COMMIT;")]


@pytest.fixture
def quick_ledgers(empty_ledger: Path, empty_tables: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process new ledgers are copies, each with an id of its own: migrations would take twenty times as long.
    Not for tests of how ledgers are made."""
    from runner.store import ledger
    from runner.store.database import Database

    upgrade = ledger.upgrade

    def fill(connection: Connection) -> None:
        for statement in empty_tables:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("UPDATE ledger SET id = ?", (str(uuid.uuid4()),))

    def copy_or_upgrade(database: Database, *upgrades: object) -> None:
        if database.path is None and not database.is_shared:
            database.migrate("copy the tables", fill)
        elif database.path is not None and not database.path.stat().st_size:
            shutil.copyfile(empty_ledger, database.path)
            with closing(sqlite3.connect(database.path)) as raw, raw:
                raw.execute("PRAGMA synchronous = OFF")
                raw.execute("UPDATE ledger SET id = ?", (str(uuid.uuid4()),))
        upgrade(database, *upgrades)

    monkeypatch.setattr(ledger, "upgrade", copy_or_upgrade)


@pytest.fixture(scope="session")
def postgres() -> "Iterator[Databases]":
    """A PostgreSQL server for all tests of this process: see `postgres_server`."""
    from postgres_server import close_server, postgres_server

    server = postgres_server()
    yield server
    close_server(server)


@pytest.fixture
def empty_postgres(postgres: "Databases") -> "Iterator[str]":
    """The URL of an empty database of its own."""
    url = postgres.new_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(scope="session")
def postgres_tables(postgres: "Databases") -> str:
    """The URL of a database with an empty ledger, to copy."""
    from runner.clock import SystemClock
    from runner.store.ledger import Ledger

    url = postgres.new_database()
    Ledger.open(url, SystemClock()).close()
    return url


@pytest.fixture
def postgres_ledger(
    postgres: "Databases", postgres_tables: str, monkeypatch: pytest.MonkeyPatch
) -> "Iterator[str]":
    """The URL of a database with an empty ledger, with an id of its own. A busy machine may let a test stand still
    within a write for longer than hosts may."""
    from runner.store import postgres as connector
    from runner.store.postgres_transactions import IDLE_TIMEOUT_S

    idle = f"idle_in_transaction_session_timeout = '{IDLE_TIMEOUT_S}s'".encode()
    patient = b"idle_in_transaction_session_timeout = '60s'"
    for name in ("BEGINNINGS", "BESIDE"):
        begun = {how: text.replace(idle, patient) for how, text in getattr(connector, name).items()}
        monkeypatch.setattr(connector, name, begun)
    url = postgres.new_database(postgres_tables)
    postgres.execute(f"UPDATE ledger SET id = '{uuid.uuid4()}'", url)
    yield url
    postgres.drop_database(url)
