"""Copies of ledgers: from every kind of database to every kind, row by row, with what must go on after it."""

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from full_tables import ROWS, fill, opened
from ledgers import add, finish, state
from sqlalchemy import Connection, Table, select

from runner.clock import ManualClock
from runner.errors import LedgerError, LedgerOutdated
from runner.store import schema
from runner.store.ledger import Ledger
from runner.store.postgres import Postgres
from runner.store.rows import OccurrenceState
from runner.store.sqlite import Sqlite
from runner.store.witness import Witnesses
from runner.tasks import TaskState

several_connections = pytest.mark.parametrize("store_url", ["file", "postgres"], indirect=True)
"""A ledger in memory has one only."""

TABLES = [table.name for table in schema.metadata.sorted_tables]


@pytest.fixture(params=["file", "postgres"])
def target_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("empty_postgres"))
    return f"sqlite:///{tmp_path / 'copy' / 'copy.db'}"


def rows(store_url: str) -> dict[str, list[tuple[object, ...]]]:
    with opened(store_url) as database, database.read("look") as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in schema.metadata.sorted_tables
        }


def _spoiling(load: Callable[..., None]) -> Callable[..., None]:
    def spoil(self: object, connection: Connection, table: Table, *more: object) -> None:
        load(self, connection, table, *more)
        if table is schema.tasks:
            connection.execute(schema.tasks.update().values(reason="spoilt"))

    return spoil


@several_connections
def test_every_row_of_every_table_is_copied(store_url: str, target_url: str, clock: ManualClock) -> None:
    Ledger.open(store_url, clock).close()
    fill(store_url)
    with Ledger.open(store_url, clock) as source:
        copied = source.copy_to(target_url)
    assert {table.name: table.rows for table in copied} == {
        name: 1 if name == "ledger" else ROWS for name in TABLES
    }
    assert rows(store_url) == rows(target_url)


def test_a_copy_goes_on_where_the_ledger_was(ledger: Ledger, target_url: str, clock: ManualClock) -> None:
    first, second = add(ledger, "A1", "A2")
    finish(ledger, first)
    ledger.spans.begin("1", "started")
    ledger.copy_to(target_url)
    with Ledger.open(target_url, clock) as copy:
        assert (copy.id, copy.tally.read()) == (ledger.id, ledger.tally.read())
        assert (state(copy, first), state(copy, second)) == (TaskState.COMPLETED, TaskState.PENDING)
        finish(copy, second)
        (third,) = add(copy, "A3", hour=13)
        assert third != second
        assert len({row.id for row in copy.tasks.all()}) == 3
        assert copy.flaws() == []


@several_connections
def test_numbers_of_tasks_are_never_given_twice(store_url: str, target_url: str, clock: ManualClock) -> None:
    with Ledger.open(store_url, clock) as ledger:
        keys = add(ledger, "A1", "A2", "A3")
        highest = max(row.id for row in ledger.tasks.all())
        with opened(store_url) as database:
            last = schema.tasks.delete().where(schema.tasks.c.id == highest)
            database.write("remove the newest", lambda connection: connection.execute(last))
        assert len(keys) == 3
        ledger.copy_to(target_url)
    with Ledger.open(target_url, clock) as copy:
        add(copy, "A4", hour=13)
        assert max(row.id for row in copy.tasks.all()) > highest


def test_nothing_is_copied_into_what_is_not_empty(
    ledger: Ledger, target_url: str, clock: ManualClock
) -> None:
    Ledger.open(target_url, clock).close()
    with pytest.raises(LedgerError, match=r"is there already|is not empty"):
        ledger.copy_to(target_url)


def test_a_copy_that_differs_is_not_kept(
    ledger: Ledger, target_url: str, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(ledger, "A1", "A2")
    for kind in (Sqlite, Postgres):
        monkeypatch.setattr(kind, "load", _spoiling(kind.load))
    with pytest.raises(LedgerError, match=r"the table tasks of .* does not hold what was copied"):
        ledger.copy_to(target_url)
    monkeypatch.undo()
    ledger.copy_to(target_url)  # nothing is left that would be in the way


def test_the_witness_follows_a_ledger_that_moves(
    store_url: str, ledger: Ledger, target_url: str, tmp_path: Path, clock: ManualClock
) -> None:
    add(ledger, "A1")
    ledger.spans.begin("1", "started")
    witnesses = Witnesses(tmp_path / "witness")
    ledger.copy_to(target_url, witnesses)
    with Ledger.open(target_url, clock) as copy:
        copy.ownership.take(witnesses, is_rehearsal=False)
    if store_url != "sqlite://":
        with pytest.raises(LedgerOutdated, match="is older than"):
            ledger.ownership.take(witnesses, is_rehearsal=False)


def test_a_backup_is_a_file_with_the_same_tasks(ledger: Ledger, tmp_path: Path, clock: ManualClock) -> None:
    keys = add(ledger, "A1", "A2")
    finish(ledger, keys[0])
    file = tmp_path / "backups" / "backup.db"
    assert ledger.back_up(file) == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    with Ledger.open(f"sqlite:///{file}", clock) as backup:
        assert (backup.id, backup.tally.read()) == (ledger.id, ledger.tally.read())
        assert [row.task.key for row in backup.tasks.all()] == [row.task.key for row in ledger.tasks.all()]
        assert backup.flaws() == []
    with pytest.raises(LedgerError, match="is there already"):
        ledger.back_up(file)


def test_a_text_that_only_one_kind_can_hold_is_copied_as_far_as_the_other_can(
    tmp_path: Path, target_url: str, clock: ManualClock
) -> None:
    url = f"sqlite:///{tmp_path / 'odd.db'}"
    with Ledger.open(url, clock) as ledger:
        ledger.holds.place("A1", "captcha")
        with closing(sqlite3.connect(tmp_path / "odd.db")) as raw, raw:
            raw.execute("UPDATE holds SET reason = 'a' || char(0) || 'b'")
        ledger.copy_to(target_url)
    with Ledger.open(target_url, clock) as copy:
        assert [hold.reason for hold in copy.holds.current()] == ["a?b"]


def test_no_state_of_an_occurrence_is_lost(ledger: Ledger, target_url: str, clock: ManualClock) -> None:
    add(ledger, "A1")
    ledger.copy_to(target_url)
    with opened(target_url) as database, database.read("look") as connection:
        assert connection.scalars(select(schema.occurrences.c.state)).all() == [OccurrenceState.STARTED]
