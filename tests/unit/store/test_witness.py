"""What this machine has seen of its ledgers, and what an older copy of one is told by."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from claims import claim

from runner.clock import ManualClock
from runner.errors import LedgerError, LedgerGone, LedgerOutdated, LedgerRefusal, UsageError
from runner.execution.recovery import settle_interrupted
from runner.reports.remedies import hint_of
from runner.store.ledger import Ledger
from runner.store.ownership import refuse_if_gone
from runner.store.rehearsals import is_rehearsal
from runner.store.rows import Decision, OccurrenceState
from runner.store.witness import Witnesses
from runner.tasks import Occurrence, Task, TaskState

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.db"


@pytest.fixture
def witnesses(tmp_path: Path) -> Witnesses:
    return Witnesses(tmp_path / "witness")


@pytest.fixture
def ledger(path: Path, witnesses: Witnesses) -> Iterator[Ledger]:
    with opened(path) as ledger:
        ledger.ownership.take(witnesses, is_rehearsal=False)
        yield ledger


def opened(path: Path) -> Ledger:
    return Ledger.open(f"sqlite:///{path}", ManualClock(NOON))


def add(ledger: Ledger, *devices: str, due_utc: datetime = NOON) -> list[str]:
    """Tasks that are due then, by their keys."""
    occurrence = Occurrence("autumn", "publish", f"{due_utc:%H:%M}", "12:00", due_utc)
    tasks = [
        Task(
            key=f"autumn/publish/{due_utc:%H:%M}/{device}",
            campaign="autumn",
            entry="publish",
            script="post",
            backend="device",
            device=device,
            username=None,
            target=None,
            nominal=occurrence.nominal,
            ordinal=ordinal,
            due_utc=due_utc,
            timeout_s=600.0,
            config={},
        )
        for ordinal, device in enumerate(devices)
    ]
    return [
        task.key
        for task in ledger.occurrences.record(
            [Decision(occurrence, OccurrenceState.STARTED, "", None, tasks)]
        )
    ]


def begin(ledger: Ledger, key: str) -> int:
    attempt = claim(ledger, key)
    return ledger.effects.begin(attempt.id, key, "post", None, "A1", None, {})


def back_up(path: Path, to: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"VACUUM INTO '{to}'")


def put_back(backup: Path, path: Path) -> None:
    for left in path.parent.glob(f"{path.name}-*"):
        left.unlink()
    shutil.copyfile(backup, path)


def test_a_copy_from_before_an_effect_is_older(
    path: Path, ledger: Ledger, witnesses: Witnesses, tmp_path: Path
) -> None:
    (key,) = add(ledger, "A1")
    back_up(path, tmp_path / "backup.db")
    begin(ledger, key)
    ledger.close()
    with opened(path) as again:
        again.ownership.take(witnesses, is_rehearsal=False)
    put_back(tmp_path / "backup.db", path)
    with opened(path) as restored, pytest.raises(LedgerOutdated) as caught:
        restored.ownership.take(witnesses, is_rehearsal=False)
    assert "is older than what this machine has seen of it" in caught.value.message
    assert "runner ledger accept-restore" in str(hint_of(caught.value))


def test_a_copy_from_before_a_heartbeat_is_older(
    path: Path, ledger: Ledger, witnesses: Witnesses, tmp_path: Path
) -> None:
    span = ledger.spans.begin("1", "started")
    back_up(path, tmp_path / "backup.db")
    ledger.spans.heartbeat(span)
    with opened(tmp_path / "backup.db") as copy:  # wherever it lies
        assert copy.ownership.outdated(witnesses) is not None


def test_a_process_that_died_before_the_witness_was_told_is_no_older_copy(
    path: Path, ledger: Ledger, witnesses: Witnesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    (key,) = add(ledger, "A1")

    def die(tally: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ledger.tally.witness, "saw", die)
    with pytest.raises(KeyboardInterrupt):
        begin(ledger, key)
    ledger.close()
    with opened(path) as again:
        again.ownership.take(witnesses, is_rehearsal=False)


def test_the_witness_is_told_before_the_effect_may_be_made(ledger: Ledger, witnesses: Witnesses) -> None:
    keys = add(ledger, "A1", "A2")
    for key in keys:
        begin(ledger, key)
        seen = witnesses.of(ledger.id)
        assert seen is not None and seen.tally == ledger.tally.known > 0


def test_what_is_begun_at_the_same_time_is_witnessed_once(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed = []
    monkeypatch.setattr("runner.store.witness.fdatasync", flushed.append)
    keys = add(ledger, *(f"A{number}" for number in range(40)))
    attempts = [claim(ledger, key) for key in keys]
    together = threading.Barrier(len(keys))

    def lane(number: int) -> None:
        together.wait()
        ledger.effects.begin(attempts[number].id, keys[number], "post", None, "A1", None, {})

    lanes = [threading.Thread(target=lane, args=[number]) for number in range(len(keys))]
    for one in lanes:
        one.start()
    for one in lanes:
        one.join()
    assert 1 <= len(flushed) <= len(keys) // 2
    assert len(ledger.effects.of_all(keys)) == len(keys)


def test_a_person_decides_about_an_older_copy(
    path: Path, ledger: Ledger, witnesses: Witnesses, tmp_path: Path
) -> None:
    open_key, running_key = add(ledger, "A1", "A2")
    (later_key,) = add(ledger, "A1", due_utc=NOON + HOUR)
    begin(ledger, running_key)
    back_up(path, tmp_path / "backup.db")
    begin(ledger, open_key)
    ledger.close()
    put_back(tmp_path / "backup.db", path)
    with opened(path) as restored:
        accepted = restored.ownership.accept_restore(witnesses)
        assert accepted is not None and accepted.tasks == 2
        assert restored.ownership.accepted_utc() == NOON
        doubtful, later = restored.tasks.get(open_key), restored.tasks.get(later_key)
        assert doubtful is not None and later is not None
        assert (doubtful.state, later.state) == (TaskState.UNCERTAIN, TaskState.PENDING)
        assert "was put back" in doubtful.reason
        assert restored.ownership.accept_restore(witnesses) is None
        restored.ownership.take(witnesses, is_rehearsal=False)
        assert settle_interrupted(restored) == 0
        running = restored.tasks.get(running_key)
        assert running is not None and running.state is TaskState.UNCERTAIN
        assert restored.tasks.resolve(running_key, False, "anna").state is TaskState.FAILED
        assert restored.tasks.resolve(open_key, True, "anna").state is TaskState.COMPLETED
        with pytest.raises(LedgerRefusal, match="has no effect"):
            restored.tasks.resolve(open_key, True, "anna")
    put_back(tmp_path / "backup.db", path)  # the same once more
    with opened(path) as restored:
        assert restored.ownership.outdated(witnesses) is not None


def test_a_new_ledger_is_not_made_where_one_was(path: Path, ledger: Ledger, witnesses: Witnesses) -> None:
    ledger.close()
    old_id = ledger.id
    shutil.rmtree(path.parent)
    with pytest.raises(LedgerOutdated, match="is gone"):
        refuse_if_gone(path, witnesses)
    with opened(path) as new:
        with pytest.raises(LedgerOutdated, match="is another one"):
            new.ownership.take(witnesses, is_rehearsal=False)
        assert new.ownership.accept_restore(witnesses) is not None
        new.ownership.take(witnesses, is_rehearsal=False)
    seen = witnesses.of(old_id)
    assert seen is not None and seen.place is None  # an old copy of that one is told still


def test_a_ledger_that_is_moved_is_the_same(path: Path, ledger: Ledger, witnesses: Witnesses) -> None:
    ledger.close()
    moved = path.parent.rename(path.parent.with_name("moved")) / path.name
    with opened(moved) as again:
        again.ownership.take(witnesses, is_rehearsal=False)
    refuse_if_gone(path, witnesses)
    with opened(path) as new:
        new.ownership.take(witnesses, is_rehearsal=False)


@pytest.mark.parametrize("how", ["removed", "replaced", "written over"])
def test_nothing_is_begun_in_a_ledger_that_has_gone(
    how: str, path: Path, ledger: Ledger, tmp_path: Path
) -> None:
    first, second = add(ledger, "A1", "A2")
    back_up(path, tmp_path / "backup.db")
    begin(ledger, first)
    span = ledger.spans.begin("1", "started")
    attempt = claim(ledger, second)
    if how == "removed":
        shutil.rmtree(path.parent)
    elif how == "replaced":
        (tmp_path / "backup.db").replace(path)
    else:
        with closing(sqlite3.connect(tmp_path / "backup.db")) as copy, closing(sqlite3.connect(path)) as into:
            copy.backup(into)
    with pytest.raises(LedgerGone) as caught:
        ledger.effects.begin(attempt.id, second, "post", None, "A2", None, {})
    assert str(path) in caught.value.message and caught.value.hint
    with pytest.raises(LedgerGone):
        ledger.spans.heartbeat(span)


def test_a_full_disk_is_no_other_ledger(ledger: Ledger) -> None:
    span = ledger.spans.begin("1", "started")
    with ledger._database.read("look") as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    ledger._database.write("limit", lambda c: c.exec_driver_sql(f"PRAGMA max_page_count={pages}").scalar())
    devices = [f"A{number}" for number in range(2000)]
    with pytest.raises(LedgerError, match="full"):
        add(ledger, *devices)
    ledger.spans.heartbeat(span)
    ledger._database.write("lift", lambda c: c.exec_driver_sql("PRAGMA max_page_count=1000000").scalar())
    ledger.spans.heartbeat(span)


def test_a_rehearsals_ledger_stays_one(path: Path, tmp_path: Path) -> None:
    assert not is_rehearsal(f"sqlite:///{path}")
    with opened(path) as rehearsal:
        rehearsal.ownership.take(None, is_rehearsal=True)
    assert is_rehearsal(f"sqlite:///{path}")
    shutil.copyfile(path, tmp_path / "copy.db")
    with opened(tmp_path / "copy.db") as copy:
        assert copy.is_rehearsal
        with pytest.raises(UsageError, match="is a rehearsal's"):
            copy.ownership.take(Witnesses(tmp_path / "witness"), is_rehearsal=False)


def test_a_witness_that_cannot_be_written_is_said(path: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with opened(path) as ledger, pytest.raises(LedgerError) as caught:
        ledger.ownership.take(Witnesses(tmp_path / "file" / "witness"), is_rehearsal=False)
    assert "RUNNER_WITNESS_DIR" in str(hint_of(caught.value))


def test_a_witness_that_is_damaged_is_said(path: Path, ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "witness" / ledger.id).write_bytes(b"\0" * 8)
    with opened(path) as again, pytest.raises(LedgerError, match="is damaged"):
        again.ownership.take(Witnesses(tmp_path / "witness"), is_rehearsal=False)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o277])
def test_a_ledgers_files_are_its_owners_alone(mask: int, path: Path, witnesses: Witnesses) -> None:
    before = os.umask(mask)
    try:
        with opened(path) as ledger:
            ledger.ownership.take(witnesses, is_rehearsal=False)
            made = [path.parent, *path.parent.rglob("*")]
            assert {one: oct(one.stat().st_mode & 0o777) for one in made} == {
                one: "0o700" if one.is_dir() else "0o600" for one in made
            }
            assert len(made) == 4
    finally:
        os.umask(before)


def test_a_ledger_that_others_could_read_is_closed_to_them(path: Path) -> None:
    opened(path).close()
    path.chmod(0o644)
    opened(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
