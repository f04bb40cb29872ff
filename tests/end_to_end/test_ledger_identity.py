"""A ledger that is gone, another file, or an older copy: nothing more is begun, and a person decides."""

import os
import shutil
import sqlite3
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from daemon_process import NEVER, Daemons, campaign_text
from runner_command import RunnerCommand

from runner.store.lock import ExecutorLock

APP = "com.zhiliaoapp.musically"
pytestmark = pytest.mark.phones


def follows(phone: Any) -> Counter[str]:
    return Counter(follow["user"] for follow in phone.memory(APP)["follows"])


@pytest.fixture
def runner(daemons: Daemons) -> Iterator[RunnerCommand]:
    command = RunnerCommand(lambda: daemons.environment)
    yield command
    command.close()


def back_up(ledger: Path, to: Path) -> None:
    """As docs/ledger.md says."""
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute(f"VACUUM INTO '{to}'")


def test_a_state_folder_that_is_removed_ends_the_daemon_before_it_does_anything(
    phones: Any, daemons: Daemons, runner: RunnerCommand
) -> None:
    shelf = phones("A1")
    daemons.adb_port = shelf.adb_port
    daemon = daemons.start_soon("A1")
    daemon.wait_for("campaign changed", what="moved")
    shutil.rmtree(daemons.state)
    assert (daemon.get("/healthz")[0], daemon.get("/readyz")[0]) == (503, 503)
    assert daemon.wait() == 1, daemon.said
    failed = daemon.wait_for("failed")
    assert "ledger.db is gone" in failed["reason"] and failed["hint"]
    assert follows(shelf["A1"]) == {}

    again = daemons.start()
    assert again.wait() == 1, again.said
    assert "is gone" in again.said and "runner ledger accept-restore" in again.said
    assert not (daemons.state / "ledger.db").exists()
    assert runner("run", daemons.campaigns / "trial.yaml").returncode == 1
    assert follows(shelf["A1"]) == {}

    accepted = runner("ledger", "accept-restore")
    assert accepted.returncode == 0, accepted.stderr
    assert daemons.start().ready().end() == 0


def test_a_file_that_is_swapped_under_a_running_task_is_not_posted_into(
    phones: Any, daemons: Daemons, tmp_path: Path
) -> None:
    shelf = phones("A1")
    shelf["A1"].post("latency", seconds=0.1)
    daemons.adb_port = shelf.adb_port
    daemon = daemons.start_soon("A1")
    daemon.wait_for("step finished", ordinal=2)
    back_up(daemons.state / "ledger.db", tmp_path / "copy.db")
    (tmp_path / "copy.db").replace(daemons.state / "ledger.db")
    assert daemon.wait() == 1, daemon.said
    assert "another file" in daemon.wait_for("failed")["reason"]
    assert follows(shelf["A1"]) == {}


def test_a_backup_that_is_put_back_makes_nothing_twice(
    phones: Any, daemons: Daemons, runner: RunnerCommand, tmp_path: Path
) -> None:
    shelf = phones("A1")
    daemons.adb_port = shelf.adb_port
    daemon = daemons.start_soon("A1")
    daemon.wait_for("campaign changed", what="moved")
    back_up(daemons.state / "ledger.db", tmp_path / "backup.db")
    daemon.wait_for("task finished", state="completed")
    assert daemon.end() == 0
    for left in daemons.state.glob("ledger.db-*"):
        left.unlink()
    shutil.copyfile(tmp_path / "backup.db", daemons.state / "ledger.db")

    again = daemons.start()
    assert again.wait() == 1, again.said
    assert "older than what this machine has seen" in again.said
    assert "runner ledger accept-restore" in again.said
    assert "older than what this machine has seen" in runner("status").stdout

    accepted = runner("ledger", "accept-restore")
    assert accepted.returncode == 0, accepted.stderr
    third = daemons.start().ready()
    decided = third.wait_for("occurrence decided")
    assert decided["state"] == "missed" and "put back" in decided["reason"]
    assert third.end() == 0
    assert follows(shelf["A1"]) == {"demo_north": 1}
    why = runner("why", "trial/greet")
    assert "put back" in why.stdout + runner("tasks", "list").stdout


def test_a_second_name_of_the_file_gets_no_second_daemon(daemons: Daemons, tmp_path: Path) -> None:
    daemons.write(campaign_text("A1", at=NEVER))
    first = daemons.start().ready()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    os.link(daemons.state / "ledger.db", elsewhere / "ledger.db")
    second = daemons.start("--store", f"sqlite:///{elsewhere / 'ledger.db'}")
    assert second.wait() == 1, second.said
    assert "cannot carry tasks out" in second.said
    assert first.end() == 0


def test_a_kill_at_any_moment_is_no_older_copy(phones: Any, daemons: Daemons) -> None:
    shelf = phones("A1")
    daemons.adb_port = shelf.adb_port
    daemon = daemons.start_soon("A1")
    daemon.wait_for("task started")
    daemon.process.kill()
    daemon.wait()
    again = daemons.start().ready()
    again.until(lambda: again.metric('runner_tasks{state="completed"}') == 1)
    assert again.end() == 0
    assert follows(shelf["A1"]) == {"demo_north": 1}


@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_everything_in_the_state_folder_is_its_owners_alone(
    mask: int, daemons: Daemons, runner: RunnerCommand
) -> None:
    before = os.umask(mask)
    try:
        daemons.write(campaign_text("A1", at=NEVER))
        daemon = daemons.start("--virtual").ready()
        rehearsed = runner("run", daemons.campaigns / "trial.yaml", "--virtual")
        assert rehearsed.returncode == 0, rehearsed.stderr
        own = daemons.start().ready()
        modes = {
            path: oct(stat.S_IMODE(path.stat().st_mode))
            for path in [daemons.state, *daemons.state.rglob("*"), *daemons.witness.rglob("*")]
        }
        kinds = {path: "0o700" if path.is_dir() else "0o600" for path in modes}
        assert {path: mode for path, mode in modes.items() if mode != kinds[path]} == {}
        names = {path.name for path in modes}
        assert {"ledger.db-wal", "ledger.db-shm", "ledger.db.lock", "ledger.db.daemon.json"} <= names
        assert {".jpg", ".html", ".json"} <= {path.suffix for path in modes}
        assert own.end() == 0 and daemon.end() == 0
    finally:
        os.umask(before)


def test_a_rehearsals_ledger_reaches_no_real_phone(
    phones: Any, daemons: Daemons, runner: RunnerCommand
) -> None:
    shelf = phones("VIRTUAL01")
    daemons.adb_port = shelf.adb_port
    file = daemons.campaigns / "trial.yaml"
    daemons.write(campaign_text("VIRTUAL01", at=NEVER))
    rehearsal = daemons.start("--virtual").ready()
    assert rehearsal.end() == 0
    assert runner("run", file, "--virtual").returncode == 0
    ledgers = sorted((daemons.state / "rehearsals").rglob("ledger.db"))
    assert len(ledgers) == 2
    for ledger in ledgers:
        store = f"sqlite:///{ledger}"
        told = [
            runner("status", "--virtual", "--store", store).stdout,
            runner("why", "trial/greet", "--virtual", "--store", store).stdout,
        ]
        for line in "".join(told).splitlines():
            assert "runner daemon" not in line or line.endswith(("--virtual", "--virtual.")), line
        for words in (["run", file], ["run", file, "--at", NEVER], ["run", "--resume", "1"]):
            refused = runner(*words, "--store", store)
            assert (refused.returncode, refused.stdout) == (2, ""), refused.stdout
            assert "is a rehearsal's" in refused.stderr
        daemon = daemons.start("--store", store)
        assert daemon.wait() == 2, daemon.said
        assert "is a rehearsal's" in daemon.said
    assert follows(shelf["VIRTUAL01"]) == {}


def test_a_rehearsals_ledger_is_known_wherever_it_lies(
    phones: Any, daemons: Daemons, runner: RunnerCommand, tmp_path: Path
) -> None:
    shelf = phones("VIRTUAL01")
    daemons.adb_port = shelf.adb_port
    daemons.write(campaign_text("VIRTUAL01", at=NEVER))
    assert runner("run", daemons.campaigns / "trial.yaml", "--virtual").returncode == 0
    (ledger,) = (daemons.state / "rehearsals").rglob("ledger.db")
    shutil.copyfile(ledger, tmp_path / "copy.db")
    refused = runner("run", daemons.campaigns / "trial.yaml", "--store", f"sqlite:///{tmp_path / 'copy.db'}")
    assert refused.returncode == 2 and "is a rehearsal's" in refused.stderr
    assert follows(shelf["VIRTUAL01"]) == {}
    with ExecutorLock(f"sqlite:///{tmp_path / 'copy.db'}"):
        pass


def test_the_pictures_of_a_rehearsal_are_named_where_they_are(
    daemons: Daemons, runner: RunnerCommand
) -> None:
    daemons.write(campaign_text("VIRTUAL01", at=NEVER))
    assert runner("run", daemons.campaigns / "trial.yaml", "--virtual").returncode == 0
    (ledger,) = (daemons.state / "rehearsals").rglob("ledger.db")
    log = runner("logs", "1", "--virtual", "--store", f"sqlite:///{ledger}", "--format", "json").stdout
    assert str(ledger.parent / "artifacts") in log
