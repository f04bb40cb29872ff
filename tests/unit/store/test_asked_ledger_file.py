"""A ledger in a file, asked without SQLAlchemy: it answers as the whole one, and fails as it does."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import JSON, Boolean

from runner.clock import SystemClock
from runner.errors import LedgerError, LedgerGone, LedgerRaised
from runner.store import schema
from runner.store.asked import questions
from runner.store.asked.file import LedgerFile, open_asked
from runner.store.asked.file import whole as whole_of
from runner.store.asked.ledger import AskedLedger
from runner.store.columns import Instant
from runner.store.ledger import Ledger
from runner.store.request_rows import PauseScope
from runner.store.rows import NewEffect, TaskFilter
from runner.store.witness import Witnesses
from runner.tasks import AttemptOutcome, Occurrence, Outcome, Task, TaskSource, TaskState

CLOCK = SystemClock()
NOW = CLOCK.now()
OCCURRENCE = Occurrence("autumn", "publish", "run:1", "now", NOW)
HALF = "half \ud83d"


def task(key: str, ordinal: int) -> Task:
    return Task(
        key, "autumn", "publish", "post", "device", "A1", None, None, "run:1", ordinal, NOW, 60.0, {"a": 1}
    )


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", CLOCK) as ledger:
        version = ledger.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1\n", None)
        made = [task("k/1", 0), task("k/2", 1), replace(task("k_2", 2), source=TaskSource.API)]
        ledger.occurrences.add(version, [OCCURRENCE], made, "1")
        attempts = ledger.attempts.start_all(["k/1", "k/2"])
        (one, _) = ledger.effects.begin_all(
            [
                NewEffect(attempts[key].id, key, "post", None, "A1", "@us", {"seen": HALF})
                for key in ("k/1", "k/2")
            ]
        )
        ledger.attempts.finish_all(
            [(attempts["k/1"].id, Outcome(AttemptOutcome.FAILED, HALF), TaskState.FAILED)]
        )
        assert one
        ledger.pauses.begin(PauseScope.DEVICE, "A1", "anna")
        ledger.holds.place("A1", HALF, "k/1")
        ledger.spans.begin("0.1", "started")
        yield ledger


@pytest.fixture
def asked(whole: Ledger) -> Iterator[AskedLedger]:
    with open_asked(f"sqlite:///{whole.database.path}", CLOCK) as ledger:
        assert isinstance(ledger, LedgerFile)
        yield ledger


QUESTIONS: dict[str, Callable[[AskedLedger], object]] = {
    "id": lambda it: (it.id, it.is_rehearsal),
    "tasks": lambda it: (it.tasks.all(run_id="1"), it.tasks.pending(), it.tasks.of(OCCURRENCE)),
    "records": lambda it: (it.tasks.records_of(OCCURRENCE), it.tasks.record_of("k/1"), it.tasks.record_of(1)),
    "finding": lambda it: [it.tasks.find(text) for text in ("1", "k/1", "k", "_2", "/", "%", HALF, "none")],
    "pages": lambda it: [
        it.tasks.page(chosen, 0, 2)
        for chosen in (
            TaskFilter(),
            TaskFilter(states=[TaskState.FAILED, TaskState.RUNNING], campaign="autumn"),
            TaskFilter(states=[]),
            TaskFilter(sources=[TaskSource.API], since_utc=NOW, until_utc=NOW + timedelta(seconds=1)),
            TaskFilter(occurrence_ids=[1, 2], device=HALF),
        )
    ],
    "counts": lambda it: (it.tasks.counts(), it.tasks.count_deleted(OCCURRENCE)),
    "troubles": lambda it: it.tasks.troubles(NOW - timedelta(days=1)),
    "effects": lambda it: (it.effects.of("k/1"), it.effects.doubts(), it.effects.doubts(["device", "x"])),
    "occurrences": lambda it: (
        it.occurrences.of_entry("autumn", "publish", NOW),
        it.occurrences.open_nominals("autumn", "publish"),
    ),
    "campaigns": lambda it: (
        it.campaigns.all(),
        it.campaigns.schedules("autumn"),
        it.campaigns.invalid_files(),
    ),
    "obstacles": lambda it: (it.pauses.current(), it.holds.current(), it.holds.of("A1")),
    "time": lambda it: (it.spans.last(), it.spans.at(NOW), it.spans.latest_instant()),
    "hosts": lambda it: it.host_table(),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_it_answers_as_the_whole_ledger(asked: AskedLedger, whole: Ledger, name: str) -> None:
    assert QUESTIONS[name](asked) == QUESTIONS[name](whole)


def test_what_it_answers(asked: AskedLedger) -> None:
    record = asked.tasks.record_of("k/1")
    assert record is not None
    assert record.row.state is TaskState.FAILED
    assert record.row.task == task("k/1", 0)
    assert record.effects[0].evidence == {"seen": "half ?"}
    assert record.attempts[0].outcome is AttemptOutcome.FAILED
    assert asked.holds.current()[0].reason == "half ?"
    assert asked.pauses.current()[0].scope is PauseScope.DEVICE
    assert [row.task.key for row in asked.tasks.find("_2")] == ["k_2"]


def test_it_sees_what_others_write(asked: AskedLedger, whole: Ledger) -> None:
    assert not asked.changed()
    whole.tasks.delete("k/1")
    assert asked.changed()
    deleted = asked.tasks.find_deleted("k/1")
    assert deleted is not None
    assert deleted.state is TaskState.FAILED
    assert asked.tasks.find_deleted("1") == deleted
    assert asked.tasks.count_deleted(OCCURRENCE) == 1


def test_hosts_of_a_copied_ledger_are_told(asked: AskedLedger, whole: Ledger) -> None:
    assert asked.host_table() is None
    whole.hosts.register("shelf-1", machine="m", version="0.1")
    table = asked.host_table()
    assert table is not None
    assert list(table.hosts) == ["shelf-1"]
    assert whole_of(asked) is whole_of(asked)


def test_it_tells_of_a_copy_that_was_put_back(asked: AskedLedger, whole: Ledger, tmp_path: Path) -> None:
    witnesses = Witnesses(tmp_path / "seen")
    assert asked.outdated(witnesses) is None
    whole.back_up(tmp_path / "old.db")
    whole.ownership.take(witnesses, is_rehearsal=False)
    whole.spans.begin("0.1", "started")
    copy = tmp_path / "old.db"
    with open_asked(f"sqlite:///{copy}", CLOCK) as older:
        problem = older.outdated(witnesses)
    assert problem is not None
    assert "is older than what this machine has seen of it" in problem.message


def test_a_file_that_another_one_has_replaced_is_told(asked: AskedLedger, whole: Ledger) -> None:
    path = whole.database.path
    assert path is not None
    other = path.with_name("other")
    other.write_text("no database")
    other.rename(path)
    asked.close()  # it opens the file anew
    with pytest.raises(LedgerGone, match="another file is there now"):
        asked.tasks.pending()


def test_what_is_no_ledger_of_this_version_is_opened_in_earnest(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE songs (id INTEGER)")
    with pytest.raises(LedgerError, match="it is another program's database"):
        open_asked(f"sqlite:///{other}", CLOCK)
    newer = tmp_path / "newer.db"
    Ledger.open(f"sqlite:///{newer}", CLOCK).close()
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(LedgerRaised, match="a newer version of the runner"):
        open_asked(f"sqlite:///{newer}", CLOCK)


def test_a_columns_name_tells_its_type() -> None:
    columns = [column for table in schema.metadata.tables.values() for column in table.columns]
    assert {c.name for c in columns if isinstance(c.type, JSON)} == questions.JSON
    assert {c.name for c in columns if isinstance(c.type, Boolean)} == questions.BOOLEANS
    for column in columns:
        assert isinstance(column.type, Instant) is column.name.endswith("_utc"), column
