"""`runner ledger accept-restore`, and what other commands say of a ledger that is older or a rehearsal's."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from asked_ledger import AskedLedger, asked_ledger

from runner.clock import SystemClock
from runner.errors import LedgerBusy, LedgerOutdated, UsageError
from runner.reports.remedies import hint_of
from runner.store.ledger import Ledger
from runner.store.witness import Witnesses


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AskedLedger]:
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RUNNER_TIMEZONE", "UTC")
    with asked_ledger(tmp_path) as made:
        yield made


@pytest.fixture
def restored(asked: AskedLedger, tmp_path: Path) -> Path:
    """The user's own ledger is an older copy, with two tasks that were open."""
    asked.run_by_hand()
    ledger, backup = asked.state / "ledger.db", tmp_path / "backup.db"
    asked.ledger.ownership.take(Witnesses(tmp_path / "state.witness"), is_rehearsal=False)
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute(f"VACUUM INTO '{backup}'")
    asked.ledger.spans.begin("1", "started")
    asked.ledger.close()
    for left in asked.state.glob("ledger.db-*"):
        left.unlink()
    shutil.copyfile(backup, ledger)
    return ledger


def test_an_older_copy_is_shown_and_accepted(asked: AskedLedger, restored: Path) -> None:
    shown = asked("status").stdout
    assert "is older than what this machine has seen of it" in " ".join(shown.split())
    assert "runner ledger accept-restore" in shown
    accepted = asked("ledger", "accept-restore")
    assert accepted.stdout.startswith("Accepted. What came due since 20")
    assert "tasks were open in it and may have been done since" in accepted.stdout
    assert "older than" not in " ".join(asked("status").stdout.split())
    uncertain = asked("tasks", "list", "--state", "uncertain").stdout
    assert "VIRTUAL01" in uncertain
    again = asked("ledger", "accept-restore")
    assert again.exit_code == 0 and "nothing to accept" in again.stdout


def test_an_older_copy_is_not_carried_out_from(asked: AskedLedger, restored: Path) -> None:
    file = asked.campaigns / "demo.yaml"
    for words in (["run", str(file)], ["daemon", str(file), "--port", "0"]):
        refused = asked(*words)
        assert isinstance(refused.exception, LedgerOutdated), refused.output
        assert "runner ledger accept-restore" in str(hint_of(refused.exception))


def test_there_must_be_a_ledger_or_have_been_one(asked: AskedLedger, tmp_path: Path) -> None:
    refused = asked("ledger", "accept-restore", "--store", f"sqlite:///{tmp_path / 'none.db'}")
    assert isinstance(refused.exception, UsageError) and "there is no ledger" in refused.exception.message
    assert not (tmp_path / "none.db").exists()


def test_nothing_is_accepted_while_somebody_carries_tasks_out(asked: AskedLedger) -> None:
    with asked.daemon():
        assert isinstance(asked("ledger", "accept-restore").exception, LedgerBusy)


def test_a_rehearsals_ledger_is_neither_accepted_nor_advised_for_a_daemon(
    asked: AskedLedger, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / '20261121-180036-3fa9' / 'ledger.db'}"
    with Ledger.open(url, SystemClock()) as rehearsal:
        rehearsal.ownership.take(None, is_rehearsal=True)
    shown = asked("status", "--virtual", "--store", url).stdout
    assert "runner run --resume 20261121-180036-3fa9" in shown
    assert "runner daemon" not in shown
    for words in (["ledger", "accept-restore"], ["daemon", "--api-only"], ["run", "--resume", "1"]):
        refused = asked(*words, "--store", url)
        assert isinstance(refused.exception, UsageError) and "is a rehearsal's" in refused.exception.message


def test_a_rehearsal_has_no_other_ledger(asked: AskedLedger) -> None:
    asked.put_in_force()
    both = asked("run", str(asked.campaigns / "demo.yaml"), "--virtual", "--store", asked.url)
    assert isinstance(both.exception, UsageError) and "is no rehearsal's" in both.exception.message
